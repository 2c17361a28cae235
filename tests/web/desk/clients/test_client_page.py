"""A client's page at the desk: past and future, with words and reasons."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from tests.conftest import House, ana
from tests.support.desk import signed_in

pytestmark = pytest.mark.portable


def test_a_client_s_page_shows_past_and_future_with_words_and_why(house: House) -> None:
    house.enrol(ana(date(2026, 3, 2), time(9)))
    house.play(house.clock.now + timedelta(days=2))
    desk = signed_in(house)
    desk.get("/clients/1")
    for words in ("Scheduled messages", "History", "Day 3", "Rosewood Skin: Ana", "Treatment Mon 2 Mar 2026", "default wording", "Consented to texts", "Source: paper form", "It was too late to be useful"):  # fmt: skip
        assert words in desk.text, words
