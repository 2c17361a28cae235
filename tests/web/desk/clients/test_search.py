"""Finding clients by name, number or address."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tests.conftest import House, ana
from tests.support.desk import signed_in

pytestmark = pytest.mark.portable


@pytest.mark.parametrize("typed", ["ana", "Cos", "costa ana", "07700 9001", "+447700900101", "ana@mail", "ÁNA"])  # fmt: skip
def test_a_client_is_found_by_name_number_or_address(house: House, typed: str) -> None:
    house.enrol(ana(date(2026, 3, 12), last_name="Costa"))
    desk = signed_in(house)
    desk.browser.get("/clients", params={"q": typed})
    desk.page = desk.browser.get("/clients", params={"q": typed})
    assert "Ana Costa" in desk.text


def test_clients_come_a_page_at_a_time(house: House) -> None:
    house.enrol(*(ana(date(2026, 3, 12), first_name=f"Ana{n:03}", phone=f"+447700900{n:03}", email=None) for n in range(120)))  # fmt: skip
    desk = signed_in(house)
    seen: list[str] = []
    path = "/clients"
    while path:
        page = desk.get(path).text
        seen += re.findall(r'class="name"[^>]*>(Ana\d+)', page)
        more = re.search(r'href="(/clients\?after[^"]*)"', page)
        path = more[1].replace("&amp;", "&") if more else ""
    assert seen == [f"Ana{n:03}" for n in range(120)]
