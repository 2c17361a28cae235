"""“Attendance”: who is asked about, one tap for one and for all, and taking it back."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import update

from reminders.rules.roles import Role
from reminders.rules.terms import Reason, Status
from reminders.store.database import reading, writing
from reminders.store.queries import audit
from reminders.store.tables import Clinic, Treatment
from tests.conftest import House, ana
from tests.support.desk import Desk, signed_in

pytestmark = pytest.mark.portable

WEDNESDAY = date(2026, 3, 4)
NAMES = ("Ana", "Zoë", "Maria")
AFTERNOON = datetime(2026, 3, 4, 14, tzinfo=UTC)


def booked(house: House, now: datetime = AFTERNOON) -> Desk:
    """Three clients are booked for Wednesday at 9, 12 and 15 hours."""
    for number, name in enumerate(NAMES):
        phone, at = f"+4477009001{number:02}", time(9 + 3 * number)
        house.enrol(ana(WEDNESDAY, at, first_name=name, phone=phone, email=None))
    house.clock.now = now
    desk = signed_in(house)
    desk.get("/")
    return desk


def drawn(desk: Desk) -> str:
    """Return the page with its markup."""
    assert desk.page is not None
    return desk.page.text


def asked(desk: Desk) -> list[str]:
    """Return who may be tapped, in order."""
    return re.findall(r'value="came">Attended<span class="unseen">: (\w+)', drawn(desk))


def mark(desk: Desk, said: str, *visits: int) -> None:
    desk.post("/visits", said=said, visit=[str(number) for number in visits])


def standing(house: House, number: int) -> Treatment:
    with reading(house.engine) as session:
        found = session.get(Treatment, number)
        assert found is not None
        return found


def test_who_is_to_come_is_asked_about_once_the_visit_has_begun(house: House) -> None:
    desk = booked(house)
    assert asked(desk) == ["Ana", "Zoë"]
    house.clock.now = datetime(2026, 3, 4, 15, tzinfo=UTC)
    desk = signed_in(house, email="kim@rosewood.example")
    desk.get("/")
    assert asked(desk) == ["Ana", "Zoë", "Maria"]


def test_one_tap_says_that_one_came_and_another_that_all_did(house: House) -> None:
    desk = booked(house)
    mark(desk, "missed", 2)
    assert "No-show" in desk.text
    assert asked(desk) == ["Ana"]
    mark(desk, "undo", 2)
    assert ">All 2 attended<" in drawn(desk)
    mark(desk, "came", 1, 2)
    assert asked(desk) == []
    assert standing(house, 1).treated_marked_at == standing(house, 2).treated_marked_at
    assert standing(house, 3).treated_marked_at is None
    assert "Undo the last 2" in desk.text
    mark(desk, "undo", 1, 2)
    assert asked(desk) == ["Ana", "Zoë"]


def test_what_was_tapped_stands_on_the_client_s_page_with_who_said_it(house: House) -> None:
    desk = booked(house)
    desk.post("/visits", said="missed", visit="1", back="/clients/1")
    assert "Marked as no-show." in desk.text
    assert re.search(r'<span class="tag bad">.*No-show</span>', drawn(desk), re.DOTALL)
    assert "Marked as no-show" in desk.text
    assert "By: sam@rosewood.example" in desk.text
    assert "The client did not attend." in desk.text, "the reason of each message"
    assert ">Undo<" in drawn(desk)
    with reading(house.engine) as session:
        (row,) = audit.of_row(session, Treatment, 1)
        assert row.action == "marked as no-show"


def test_nothing_in_the_form_reaches_another_clinic_or_breaks_the_page(house: House) -> None:
    desk = booked(house)
    desk.post("/visits", said="came", visit=["x", "99", "-1", "9" * 30, "3"])
    assert asked(desk) == ["Ana", "Zoë"]
    assert standing(house, 3).treated_marked_at is None, "it has not begun"
    desk.post("/visits", said="nonsense", visit="1")
    assert asked(desk) == ["Zoë"]


def test_a_viewer_sees_whom_it_is_about_and_can_tap_nothing(house: House) -> None:
    booked(house)
    desk = signed_in(house, Role.VIEWER, email="val@rosewood.example")
    desk.get("/")
    assert "Attendance" in desk.text
    assert asked(desk) == []
    desk.post("/visits", said="came", visit="1")
    assert standing(house, 1).treated_marked_at is None


def test_where_the_word_is_required_today_counts_who_waits_for_it(house: House) -> None:
    desk = booked(house)
    assert "Aftercare is sent once you mark" not in desk.text
    with writing(house.engine) as session:
        session.execute(update(Clinic).values(attendance_required=True))
    house.play(datetime(2026, 3, 8, 12, tzinfo=UTC))
    assert house.line("day-1").reason is Reason.NOT_CONFIRMED
    house.tick(datetime(2026, 3, 11, 10, tzinfo=UTC))
    desk = signed_in(house, email="lee@rosewood.example")
    desk.get("/")
    assert "Aftercare is sent once you mark" in desk.text
    assert "<title>(3) Today" in drawn(desk)
    assert asked(desk) == ["Ana", "Zoë", "Maria"], "a week later they still are"
    mark(desk, "came", 1, 2, 3)
    house.tick()
    assert house.line("week-1").status in {Status.ACCEPTED, Status.DELIVERED}
    desk.get("/")
    assert "<title>Today" in drawn(desk)


def test_an_owner_decides_whether_the_word_is_required(house: House) -> None:
    house.enrol(ana(WEDNESDAY, time(9)))
    desk = signed_in(house, Role.OWNER)
    desk.post("/clinic/visits", attendance_required="yes")
    assert house.clinic().attendance_required
    house.play(datetime(2026, 3, 5, 12, tzinfo=UTC))
    assert house.line("day-1").reason is Reason.NOT_CONFIRMED
    desk = signed_in(house, Role.OWNER, email="olga@rosewood.example")
    desk.post("/clinic/visits", attendance_required="no")
    assert not house.clinic().attendance_required
    house.tick()
    assert house.line("day-1").handoff_at is not None, "what waited for the word goes without it"
