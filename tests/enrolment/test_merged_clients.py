"""Life after a merge: lists, texts, pages, forms and erasures that name either record mean one client."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from starlette.testclient import TestClient
from typer.testing import CliRunner

from reminders.cli import commands
from reminders.consent import ledger
from reminders.logs import log_to
from reminders.rules.terms import Act, Channel, Purpose, Reason, Status
from reminders.store.database import reading
from reminders.store.queries import audit, consents, desk, people
from reminders.web import create_web
from tests.conftest import House, ana
from tests.privacy.test_retention import everything
from tests.support.erasure import client_of
from tests.support.inbound_texts import Door
from tests.support.join_form import join, said, sent

pytestmark = pytest.mark.portable

TREATED, LATER = date(2026, 3, 2), date(2026, 4, 20)
MINE, THEIRS, THIRD = "+447700900101", "+447700900177", "+447700900188"
SMS, EMAIL = Channel.SMS, Channel.EMAIL
ONE: dict[str, Any] = {
    "last_name": "Costa",
    "external_id": "A-1",
    "client_id": "11",
    "source": "jane",
}
TWO: dict[str, Any] = {"first_name": "Anna", "last_name": "Costarica", "phone": THEIRS, "email": "old@mail.example",
                       "external_id": "B-2", "client_id": "22", "source": "jane"}  # fmt: skip
THREE: dict[str, Any] = {"first_name": "Anita", "last_name": "Kosta", "phone": THIRD, "email": "third@mail.example",
                         "external_id": "C-3", "client_id": "33", "source": "jane"}  # fmt: skip


class Shell:
    """The command line, as staff type at it."""

    def __init__(self, house: House) -> None:
        self.house = house

    def run(self, *words: str, code: int = 0) -> str:
        with time_machine.travel(self.house.clock(), tick=False):
            done = CliRunner().invoke(commands, list(words))
        log_to(sys.stderr, "error")  # not to the terminal that is closed by now
        assert done.exit_code == code, (done.output, done.exception)
        return done.output if code else done.stdout


@pytest.fixture
def shell(house: House, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Return a command line at the house's database and clock, with three records of Ana's."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    for one in (ONE, TWO, THREE):
        house.enrol(ana(TREATED, **one))
    return Shell(house)


@pytest.fixture
def browser(house: House) -> Iterator[TestClient]:
    with TestClient(create_web(house.app), follow_redirects=True) as client:
        yield client


MERGES = {
    "one": (("1", "2"),),
    "of a merge": (("2", "3"), ("1", "2")),
    "into a merge": (("1", "2"), ("1", "3")),
    "named by the old number": (("1", "2"), ("3", "2")),
}
"""Merges by which client 2 is part of another, and who that is at last."""

EVERY_WAY = ["one", *(pytest.param(way, marks=pytest.mark.slow) for way in list(MERGES)[1:])]
"""For what is tried in many forms; what is tried in one, such as pages, is tried in all ways at once."""


def merged(shell: Shell, way: str) -> int:
    for keep, gone in MERGES[way]:
        shell.run("client", "merge", keep, gone, "--yes")
    return 3 if way == "named by the old number" else 1


# --- lists ----------------------------------------------------------------------------------------

ROWS: dict[str, dict[str, Any]] = {
    "number": {"first_name": "Anna", "phone": THEIRS},
    "number and name": {"first_name": "Anna", "last_name": "Costarica", "phone": THEIRS},
    "another spelling": {"first_name": "Ana", "last_name": "Costarica", "phone": THEIRS},
    "address": {"first_name": "Anna", "email": "old@mail.example"},
    "number of one, address of the other": {"first_name": "Ana", "phone": MINE, "email": "old@mail.example"},
    "booking": {"first_name": "Anna", "last_name": "Costarica", "phone": THEIRS, "external_id": "B-2", "source": "jane"},
    "a later booking": {"first_name": "Anna", "last_name": "Costarica", "phone": THEIRS, "external_id": "B-9", "source": "jane"},
    "client number": {"first_name": "Anna", "last_name": "Costarica", "phone": "+447700900190", "client_id": "22"},
    "kept name on the old number": {"first_name": "Ana", "last_name": "Costa", "phone": THEIRS},
    "old name on the kept number": {"first_name": "Anna", "last_name": "Costarica", "phone": MINE},
}  # fmt: skip


@pytest.mark.parametrize("way", EVERY_WAY)
@pytest.mark.parametrize("named", ROWS)
def test_a_row_that_names_the_merged_record_means_the_one_client(
    house: House, shell: Shell, way: str, named: str
) -> None:
    kept = merged(shell, way)
    before = everything_of(house, kept)
    told = {"phone": None, "email": None, "last_name": ""} | ROWS[named]
    (done,) = house.enrol(ana(LATER, **told))
    assert done.doubt is None
    assert done.client
    assert done.client.id == kept
    after = everything_of(house, kept)
    assert after["name"] == before["name"]
    if named != "client number":  # a number that no record had is news
        assert (after["phone"], after["email"]) == (before["phone"], before["email"])
    assert after["days"] == sorted({*before["days"], LATER})


def everything_of(house: House, number: int) -> dict[str, Any]:
    with reading(house.engine) as session:
        client = people.record(session, number)
        return {
            "name": (client.first_name, client.last_name),
            "phone": client.phone,
            "email": client.email,
            "days": sorted({t.treated_on for t in people.treatments_of(session, [number])}),
        }


@pytest.mark.parametrize("way", EVERY_WAY)
@pytest.mark.parametrize(
    "told,asked_about",
    [
        ({"first_name": "Bob", "last_name": "Jones", "phone": "+447700900190", "external_id": "B-2", "source": "jane"}, True),
        ({"first_name": "Bob", "last_name": "Jones", "phone": "+447700900190", "client_id": "22"}, True),
        ({"first_name": "Anna", "last_name": "Lind", "phone": THEIRS}, True),
        ({"first_name": "Anna", "last_name": "Costarica", "phone": "+447700900190"}, True),
        ({"first_name": "Bob", "last_name": "Jones", "phone": THEIRS}, False),
    ],
)  # fmt: skip
def test_a_row_in_doubt_asks_about_the_one_client_and_changes_nothing(
    house: House, shell: Shell, way: str, told: dict[str, Any], asked_about: bool
) -> None:
    kept = merged(shell, way)
    before = everything_of(house, kept)
    (done,) = house.enrol(ana(LATER, **{"email": None} | told))
    assert everything_of(house, kept) == before
    assert (done.doubt.ids if done.doubt else None) == ((kept,) if asked_about else None)
    assert done.client is None or done.client.id not in {1, 2, 3}


# --- texts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", MERGES)
@pytest.mark.parametrize("number", [MINE, THEIRS])
def test_a_stop_from_either_number_stops_the_one_client(
    house: House, shell: Shell, door: Door, way: str, number: str
) -> None:
    kept = merged(shell, way)
    door.text("STOP", sender=number)
    assert said(house, kept)[SMS] is False
    with reading(house.engine) as session:
        client = client_of(session, kept)
        assert client.phone
        assert ledger.barred(session, 1, [number, client.phone]) == {
            number: Reason.OPTED_OUT, client.phone: Reason.OPTED_OUT,
        }  # fmt: skip
        assert [r.client_id for r in desk.replies_of(session, 1, kept)] == [kept]
    house.play(datetime(2026, 4, 2, tzinfo=UTC))
    assert not [x for x in house.lines(SMS) if x.handoff_at and x.client_id == kept]


def test_a_start_from_a_number_that_was_given_up_lifts_no_stop_of_the_kept_one(
    house: House, shell: Shell, door: Door
) -> None:
    """The old number may be somebody else's by now."""
    kept = merged(shell, "one")
    door.text("STOP", sender=MINE)
    door.text("STOP", sender=THEIRS)
    door.text("START", sender=THEIRS)
    assert said(house, kept)[SMS] is False
    with reading(house.engine) as session:
        assert MINE in ledger.barred(session, 1, [MINE])
    door.text("START", sender=MINE)
    assert said(house, kept)[SMS] is True


def test_a_text_from_the_old_number_is_answered_and_shown_with_the_one_client(
    house: House, shell: Shell, door: Door
) -> None:
    kept = merged(shell, "of a merge")
    for number in (MINE, THEIRS, THIRD):
        door.text("Is this normal?", sender=number)
    with reading(house.engine) as session:
        found = desk.replies_of(session, 1, kept)
    assert {reply.contact for reply in found} == {MINE, THEIRS, THIRD}


# --- pages, forms and links -----------------------------------------------------------------------


@pytest.mark.parametrize("way", MERGES)
def test_every_address_of_a_page_and_every_link_leads_to_the_one_client(
    house: House, shell: Shell, browser: TestClient, way: str
) -> None:
    house.tick(datetime(2026, 3, 3, 15, 40, tzinfo=UTC))
    kept = merged(shell, way)
    numbers = {1, 2, 3} if way != "one" else {1, 2}
    pages = [browser.get(f"/a/{house.app.links.page_token(number, 1)}") for number in numbers]
    assert {page.status_code for page in pages} == {200}
    name = everything_of(house, kept)["name"][0]
    assert all(f"{name}" in page.text for page in pages)
    assert browser.post(f"/u/{house.app.links.unsubscribe_token(2)}").status_code == 200
    assert said(house, kept)[EMAIL] is False
    with reading(house.engine) as session:
        assert "old@mail.example" in ledger.barred(session, 1, ["old@mail.example"])


@pytest.mark.parametrize("way", MERGES)
def test_who_joins_under_the_old_name_and_number_is_the_one_client(
    house: House, shell: Shell, browser: TestClient, way: str
) -> None:
    """The number they proved is theirs again, since they ask for texts there."""
    kept = merged(shell, way)
    join(house, browser, name="Anna", last_name="Costarica", phone="07700 900177")
    with reading(house.engine) as session:
        line = consents.last_lines(session, kept)[SMS, Purpose.CARE]
        assert (line.act, line.contact) == (Act.FORM, THEIRS)
        assert client_of(session, kept).phone == THEIRS


# --- undone ---------------------------------------------------------------------------------------


def test_an_undo_after_new_treatments_leaves_them_and_sends_nothing_twice(
    house: House, shell: Shell
) -> None:
    house.clock.now = datetime(2026, 3, 2, 18, tzinfo=UTC)
    merged(shell, "one")
    house.enrol(ana(LATER, **ONE | {"external_id": "A-5"}))
    house.enrol(ana(date(2026, 5, 20), **TWO | {"external_id": "B-5"}))
    house.play(datetime(2026, 3, 3, 17, tzinfo=UTC))
    assert "two clients again: 1 and 2" in shell.run("client", "unmerge", "1")
    assert everything_of(house, 1)["days"] == [TREATED, LATER, date(2026, 5, 20)]
    assert everything_of(house, 2)["days"] == [TREATED]
    house.play(datetime(2026, 3, 30, tzinfo=UTC))
    assert len(sent(house)) == len(set(sent(house)))
    for of in ("day-1", "day-3", "week-1", "week-2"):
        assert {to for what, by, to in sent(house) if (what, by) == (of, SMS)} == {
            MINE,
            THEIRS,
            THIRD,
        }
    house.play(datetime(2026, 7, 1, tzinfo=UTC))
    for number in (1, 2):
        told = [(x.milestone, x.treated_on, x.channel) for x in house.lines() if x.client_id == number
                and x.status is Status.ACCEPTED]  # fmt: skip
        assert len(told) == len(set(told))
    one = {x.treated_on for x in house.lines(SMS) if x.client_id == 1 and x.handoff_at}
    assert {LATER, date(2026, 5, 20)} <= one


def test_merges_of_merges_are_undone_one_by_one(house: House, shell: Shell) -> None:
    start = [everything_of(house, number) for number in (1, 2, 3)]
    answers = [said(house, number) for number in (1, 2, 3)]
    merged(shell, "of a merge")
    assert [one["id"] for one in json.loads(shell.run("client", "list", "--json"))] == [1]
    assert "two clients again: 1 and 2" in shell.run("client", "unmerge", "1")
    assert [one["id"] for one in json.loads(shell.run("client", "list", "--json"))] == [1, 2]
    assert everything_of(house, 1) == start[0]
    assert "two clients again: 2 and 3" in shell.run("client", "unmerge", "2")
    assert [everything_of(house, number) for number in (1, 2, 3)] == start
    assert [said(house, number) for number in (1, 2, 3)] == answers
    assert "no merge to undo" in shell.run("client", "unmerge", "1", code=2)


def test_after_an_undo_a_list_that_names_the_other_means_the_other(
    house: House, shell: Shell
) -> None:
    merged(shell, "one")
    shell.run("client", "unmerge", "1")
    for number, told in ((1, ONE), (2, TWO)):
        (done,) = house.enrol(ana(LATER, **told))
        assert done.client
        assert done.client.id == number


def test_every_merge_and_undo_is_in_the_audit(house: House, shell: Shell) -> None:
    merged(shell, "of a merge")
    shell.run("client", "unmerge", "1")
    with reading(house.engine) as session:
        told = [(x.action, x.row_id, x.detail, x.actor) for x in audit.page(session, 1)[:3]]
    who = "command line"
    assert told == [
        ("undid a merge", 1, "no. 2", who), ("merged a client", 1, "no. 2", who),
        ("merged a client", 2, "no. 3", who),
    ]  # fmt: skip


# --- erased ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", EVERY_WAY)
@pytest.mark.parametrize("number", ["kept", "2"])
def test_erasing_either_leaves_nothing_of_any_record(
    house: House, shell: Shell, way: str, number: str
) -> None:
    house.play(datetime(2026, 3, 3, 17, tzinfo=UTC))
    kept = merged(shell, way)
    assert len(json.loads(shell.run("export", "2", "--json"))["client"]) == (
        2 if way == "one" else 3
    )
    shell.run("forget", str(kept) if number == "kept" else number, "--yes")
    left = everything(house)
    gone = ["costarica", "900177", "old@mail", "b-2"] + (["900101", '"ana"', "a-1"] if kept == 1 else [])  # fmt: skip
    assert [one for one in gone if one in left] == []
    stays = ["900188", "kosta"] if way == "one" else []
    assert [one for one in stays if one not in left] == []
    shell.run("client", "unmerge", str(kept), code=2)
    house.enrol(ana(LATER, **TWO | {"external_id": "B-9"}))
    before = sent(house)
    house.clock.now += timedelta(days=1)
    house.play(datetime(2026, 5, 20, tzinfo=UTC))
    news = sent(house)[len(before) :]
    assert [to for _, _, to in news if to in {THEIRS, "old@mail.example"}] == []
