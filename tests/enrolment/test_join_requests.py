"""Who joins by the form: nothing of a known client changes or is shown, and no consent is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from reminders.rules.questions import QuestionKind
from reminders.rules.terms import Act, Channel
from reminders.store.database import writing
from reminders.web import create_web
from tests.conftest import House, ana
from tests.support.desk import signed_in
from tests.support.erasure import client_of
from tests.support.join_form import (
    JOIN,
    NAMESAKE,
    SIMILAR,
    asked,
    belongs_to,
    code_in,
    join,
    known,
    lines,
    link_in,
    listed,
    row,
    said,
    told,
)  # fmt: skip

pytestmark = pytest.mark.portable

TREATED = date(2026, 3, 2)
OWN, NEW, BOBS = "+447700900101", "+447700900177", "+447700900102"
SMS, EMAIL = Channel.SMS, Channel.EMAIL


@pytest.fixture
def browser(house: House) -> Iterator[TestClient]:
    with TestClient(create_web(house.app), follow_redirects=True) as client:
        yield client


JOINING: list[tuple[dict[str, str], str]] = [
    # the same: a proven contact under a spelling of the name
    ({"name": "Ana", "phone": "07700 900101"}, "same"),
    ({"name": "ANA", "phone": "07700 900101"}, "same"),
    ({"name": "Anna", "phone": "07700 900101"}, "same"),
    ({"name": "Ána", "last_name": "COSTA", "phone": "07700 900101"}, "same"),
    ({"name": "Ana Costa", "phone": "07700 900101"}, "same"),
    ({"name": "Costa Ana", "phone": "07700 900101"}, "same"),
    ({"name": "Ana Maria", "last_name": "Costa", "phone": "07700 900101"}, "same"),
    ({"name": "A", "last_name": "Costa", "phone": "07700 900101"}, "same"),
    ({"name": "Ana", "email": "ana@mail.example"}, "same"),
    ({"name": "Ana", "phone": "07700 900101", "email": "ana@mail.example"}, "same"),
    ({"name": "Ana", "phone": "07700 900101", "email": "new@mail.example"}, "same"),
    ({"name": "Ana", "phone": "07700 900177", "email": "ana@mail.example"}, "same"),
    # somebody new: another name, or a given name alone with another contact
    ({"name": "Bea", "phone": "07700 900177"}, "new"),
    ({"name": "Ana", "phone": "07700 900177"}, "new"),
    ({"name": "Ana", "email": "new@mail.example"}, "new"),
    ({"name": "Bea", "phone": "07700 900101"}, "new"),
    ({"name": "Tom", "last_name": "Costa", "phone": "07700 900101"}, "new"),
    ({"name": "Tom", "email": "ana@mail.example"}, "new"),
    ({"name": "Ana", "last_name": "Lind", "phone": "07700 900177"}, "new"),
    ({"name": "Ana Lind", "email": "new@mail.example"}, "new"),
    # in doubt: a similar name on a known contact
    (SIMILAR, "asked"),
    ({"name": "Ana Maria", "phone": "07700 900101"}, "asked"),
    ({"name": "Ani", "phone": "07700 900101"}, "asked"),
    ({"name": "Ana", "last_name": "Lind", "phone": "07700 900101"}, "asked"),
    ({"name": "Ana Lind", "phone": "07700 900101"}, "asked"),
    ({"name": "Ina", "email": "ana@mail.example"}, "asked"),
    ({"name": "Ina", "last_name": "Costa", "phone": "07700 900101", "email": "new@mail.example"}, "asked"),
    # in doubt: the full name with another contact
    (NAMESAKE, "asked"),
    ({"name": "ana", "last_name": "COSTÁ", "phone": "07700 900177"}, "asked"),
    ({"name": "Ana", "last_name": "Costa", "email": "new@mail.example"}, "asked"),
    ({"name": "Costa", "last_name": "Ana", "phone": "07700 900177"}, "asked"),
    ({"name": "Ana Costa", "phone": "07700 900177"}, "asked"),
    ({"name": "Costa, Ana", "email": "new@mail.example"}, "asked"),
    ({"name": "Ana", "last_name": "Costa", "phone": "07700 900102"}, "asked"),
    ({"name": "Ana", "last_name": "Costa", "phone": "07700 900177", "email": "new@mail.example"}, "asked"),
    # in doubt: the number of one, the address of another
    ({"name": "Ana", "phone": "07700 900101", "email": "bob@mail.example"}, "asked"),
    ({"name": "Bob", "phone": "07700 900102", "email": "ana@mail.example"}, "asked"),
    ({"name": "Ana", "last_name": "Costa", "phone": "07700 900102", "email": "ana@mail.example"}, "asked"),
]  # fmt: skip


@pytest.mark.parametrize(
    "typed,meant",
    [pytest.param(*one, marks=pytest.mark.slow if n % 3 else ()) for n, one in enumerate(JOINING)],
)
def test_who_joins_is_told_by_what_they_proved_as_in_lists(
    house: House, browser: TestClient, typed: dict[str, str], meant: str
) -> None:
    known(house)
    bob: dict[str, Any] = {"first_name": "Bob", "phone": BOBS, "email": "bob@mail.example"}
    house.enrol(ana(TREATED, **bob))
    before = row(house), row(house, 2), said(house), said(house, 2)
    ledger_before = lines(house)
    join(house, browser, **typed)
    assert [one.kind for one in asked(house)] == [QuestionKind.JOINED] * (meant == "asked")
    new = lines(house)[len(ledger_before) :]
    assert lines(house)[: len(ledger_before)] == ledger_before
    proven = [line for line in new if line["act"] is Act.FORM]
    assert {line["channel"] for line in proven} == {
        channel for channel, name in ((SMS, "phone"), (EMAIL, "email")) if name in typed
    }
    assert all(line["given"] for line in new)
    assert {line["contact"] for line in proven} <= {BOBS, OWN, NEW, typed.get("email")}
    if meant == "same":
        assert {belongs_to(house, line["client_id"]) for line in proven} == {1}
        assert len(listed(house)) == 2
    elif "bob@mail" not in str(typed) and typed["name"] != "Bob":
        assert (row(house), row(house, 2), said(house), said(house, 2)) == before
        assert not {belongs_to(house, line["client_id"]) for line in proven} & {1, 2}


def test_nobody_at_the_form_can_tell_who_is_known(house: House, browser: TestClient) -> None:
    """What a stranger, a client and somebody in doubt see is the same, letter by letter."""
    stranger = join(house, browser, name="Ines", phone="07700 900199")
    known(house)
    same = join(house, browser, name="Ana", phone="07700 900101")
    doubt = join(house, browser, **SIMILAR)
    namesake = join(house, browser, **NAMESAKE)
    for pages in (same, doubt, namesake):
        assert [page.text for page in pages] == [page.text for page in stranger]
        assert len({len(str(page.url)) for page in (*pages, *stranger)}) == 1


def test_a_form_that_is_not_proven_makes_nobody_known(house: House, browser: TestClient) -> None:
    """Whoever writes another's name and number into a form fills no desk with questions."""
    known(house)
    form = {"language": "en", "texts": "yes"}
    browser.post(JOIN, data=form | SIMILAR)
    browser.post(JOIN, data=form | {"name": "Dana", "last_name": "Reed", "phone": "07700 900177"})
    house.tick()
    assert asked(house) == []
    dana: dict[str, Any] = {"first_name": "Dana", "last_name": "Reed", "phone": "+447700900188"}
    (new,) = house.enrol(ana(TREATED, **dana, email="dana@mail.example"))
    assert new.doubt is None
    desk = signed_in(house)
    desk.get("/")
    assert "Possible duplicate" not in desk.text
    assert "question" not in desk.text


def test_who_joins_again_is_who_joined_before(house: House, browser: TestClient) -> None:
    for _ in range(3):
        join(house, browser, name="Bea", phone="07700 900177")
        house.clock.now += timedelta(days=1)
    assert asked(house) == []
    assert listed(house) == [("Bea", NEW, None)]
    assert {belongs_to(house, line["client_id"]) for line in lines(house)} == {1}


def test_a_second_contact_is_told_by_the_first(house: House, browser: TestClient) -> None:
    """A new number is asked about, until the address proves whose it is."""
    known(house)
    form = NAMESAKE | {"email": "ana@mail.example", "texts": "yes", "emails": "yes"}
    page = browser.post(JOIN, data=form)
    text, email = told(house, SMS), told(house, EMAIL)
    browser.post(str(page.url), data={"code": code_in(text)})
    assert len(asked(house)) == 1
    assert listed(house) == [("Ana", OWN, "ana@mail.example"), ("Ana", NEW, None)]
    browser.post(link_in(email))
    assert asked(house) == []
    assert listed(house) == [("Ana", NEW, "ana@mail.example")]
    assert said(house) == {SMS: True, EMAIL: True}


def test_the_number_before_still_tells_who_it_is(house: House, browser: TestClient) -> None:
    known(house)
    form = {"name": "Ana", "phone": "07700 900177", "email": "ana@mail.example"}
    page = browser.post(JOIN, data=form | {"texts": "yes", "emails": "yes"})
    text, email = told(house, SMS), told(house, EMAIL)
    browser.post(link_in(email))
    browser.post(str(page.url), data={"code": code_in(text)})
    assert asked(house) == []
    assert listed(house) == [("Ana", NEW, "ana@mail.example")]
    (done,) = house.enrol(ana(date(2026, 4, 20), phone=OWN, email=None))
    assert done.client
    assert done.client.id == 1
    assert listed(house) == [("Ana", NEW, "ana@mail.example")]


def test_what_was_proven_by_code_counts_whatever_staff_wrote_meanwhile(
    house: House, browser: TestClient
) -> None:
    page = browser.post(JOIN, data={"name": "Bea", "phone": "07700 900177", "texts": "yes"})
    code = code_in(told(house, SMS))
    with writing(house.engine) as session:
        client_of(session).phone = OWN
    browser.post(str(page.url), data={"code": code})
    assert listed(house) == [("Bea", NEW, None)]
    assert [line["contact"] for line in lines(house)] == [NEW]


@pytest.mark.parametrize("name", ["last_name", "name"])
def test_a_last_name_is_read_as_the_first_one_is(
    house: House, browser: TestClient, name: str
) -> None:
    form = {"name": "Bea", "phone": "07700 900177", "texts": "yes"}
    page = browser.post(JOIN, data=form | {name: "see http://evil.example"})
    assert page.status_code == 422
    assert f'href="#{name}"' in page.text
