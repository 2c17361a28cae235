"""In a whole house: the first night is told late rather than never, and what gives way comes back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from reminders.enrolment import clinics
from reminders.plans.time_zones import INSTALLED, follow_zone_data
from reminders.rehearsal.late_milestones import late_milestones
from reminders.rules.sending_hours import USUAL
from reminders.rules.terms import LEFT, Channel, Reason, Status
from reminders.store.database import writing
from reminders.store.queries import people
from reminders.store.tables import Reminder
from tests.conftest import House, ana
from tests.support.samples import CLINIC

pytestmark = pytest.mark.portable

TREATED = date(2026, 3, 12)
"""A Thursday, in London; the house stands at the second of March."""

TEXTS: dict[str, Any] = {"email": None}
EMAILS: dict[str, Any] = {"phone": None}
LATE = time(18, 45)
"""A visit that begins then ends at 19:45."""


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def set_clinic(house: House, **typed: str | int) -> None:
    with writing(house.engine) as session:
        clinic = people.clinics(session)[0]
        clinics.edit(session, house.app.library, clinic, typed, house.clock())


@pytest.fixture(autouse=True)
def usual_hours(house: House) -> None:
    set_clinic(house, sending_hours=USUAL)


def left_at(house: House) -> dict[str, datetime | None]:
    return {
        line.milestone: line.handoff_at.astimezone(UTC) if line.handoff_at else None
        for line in house.lines()
        if line.status in LEFT
    }


def test_a_visit_that_ends_late_is_told_that_evening(house: House) -> None:
    house.enrol(ana(TREATED, LATE, **TEXTS), ana(TREATED, LATE, first_name="Eva", **EMAILS))
    house.play(at(12, 20, 20))
    left = [line for line in house.lines() if line.milestone == "same-evening"]
    assert {line.channel for line in left} == set(Channel)
    assert {line.handoff_at for line in left} == {at(12, 20, 15)}


def test_with_texts_alone_the_whole_course_goes_and_day_three_with_it(house: House) -> None:
    house.enrol(ana(TREATED, time(20, 15), **TEXTS))
    house.play(at(12, 0) + timedelta(days=40))
    gone = left_at(house)
    assert {line.milestone for line in house.lines() if line.status not in LEFT} <= {"next-session"}
    assert gone["same-evening"] == at(13, 9)  # it ended at 21:15
    assert gone["day-1"] == at(14, 9)
    assert gone["day-3"] == at(15, 10)


@pytest.mark.parametrize("channel", Channel)
def test_a_first_night_that_was_never_told_opens_day_one(house: House, channel: Channel) -> None:
    house.clock.now = at(13, 16)
    alone = TEXTS if channel is Channel.SMS else EMAILS
    house.enrol(ana(TREATED, **alone))  # entered the day after
    house.play(at(13, 17))
    (line,) = [line for line in house.lines() if line.milestone == "day-1"]
    assert line.status is Status.ACCEPTED
    assert line.body is not None
    if channel is Channel.SMS:
        assert "Ana, if anything but our cream stings, call us. " in line.body
        assert line.segments == 2  # a first text says how to stop, too
    else:
        assert line.body.index("You did not hear from us") < line.body.index("Dear Ana")


@pytest.mark.parametrize("taken_out", [False, True])
def test_day_one_opens_as_ever_where_the_first_night_was_told_or_staff_took_it_out(
    house: House, taken_out: bool
) -> None:
    house.enrol(ana(TREATED, **TEXTS))
    if taken_out:
        with writing(house.engine) as session:
            skip = {"status": Status.SKIPPED, "reason": Reason.TAKEN_OUT}
            night = col(Reminder.milestone) == "same-evening"
            session.execute(update(Reminder).where(night).values(**skip))
    house.play(at(13, 17))
    assert ("same-evening" in left_at(house)) is not taken_out
    assert "stings" not in (house.line("day-1").body or "stings")


def test_an_outage_of_a_night_does_not_lose_the_first_night(house: House) -> None:
    house.enrol(ana(TREATED, **TEXTS))
    house.tick(at(12, 12))
    house.tick(at(13, 9))
    assert house.line("same-evening").status is Status.ACCEPTED
    house.play(at(14, 12))
    assert house.line("day-1").handoff_at == at(14, 9), "one text a day"
    assert house.line("day-3").status is Status.PLANNED


def test_what_gives_way_says_so_and_comes_back_with_room(house: House) -> None:
    set_clinic(house, texts_per_week=3)
    (done,) = house.enrol(ana(TREATED, **TEXTS))
    assert done.change is not None
    assert [one.milestone for one in done.change.no_room] == ["day-before"]
    assert house.line("day-before").reason is Reason.GIVES_WAY
    set_clinic(house, texts_per_week=4)
    assert house.line("day-before").status is Status.PLANNED
    set_clinic(house, texts_per_week=3)
    assert house.line("day-before").reason is Reason.GIVES_WAY
    house.play(at(20, 12))
    assert {"same-evening", "day-1", "day-3", "week-1"} <= left_at(house).keys()
    assert "day-before" not in left_at(house)


def test_emails_keep_hours_of_their_own(house: House) -> None:
    sunday = date(2026, 3, 15)
    eva = EMAILS | {"first_name": "Eva", "email": "eva@mail.example"}
    house.enrol(ana(sunday - timedelta(days=3), **EMAILS), ana(sunday, time(22), **eva))
    set_clinic(house, sending_hours="Mon-Fri 09:00-18:00", email_hours="Mon-Sun 06:00-21:00")
    house.play(at(16, 12))
    went = {(x.first_name, x.milestone): x.handoff_at for x in house.lines(Channel.EMAIL)}
    assert went["Ana", "day-3"] == at(15, 10)
    assert went["Eva", "same-evening"] == at(16, 6)


def test_an_upgrade_plans_everybody_by_the_new_rules(house: House) -> None:
    house.enrol(ana(TREATED, LATE, **TEXTS))
    with writing(house.engine) as session:
        # As the rules of the edition before had it: no later than that evening.
        night = col(Reminder.milestone) == "same-evening"
        old = {"scheduled_at": at(13, 9), "due_at": at(13, 9), "stale_at": at(12, 23)}
        session.execute(update(Reminder).where(night).values(**old))
    assert follow_zone_data(house.engine, house.app.library, house.clock(), "2026a")
    assert follow_zone_data(house.engine, house.app.library, house.clock())
    assert house.line("same-evening").due_at == at(12, 20, 15)
    assert not follow_zone_data(house.engine, house.app.library, house.clock(), INSTALLED)


def test_two_on_one_number_share_its_texts(house: House) -> None:
    house.enrol(ana(TREATED, **TEXTS), ana(TREATED, first_name="Eva", **TEXTS))
    house.play(at(30, 12))
    days = sorted(
        line.handoff_at.date()
        for line in house.lines(Channel.SMS)
        if line.handoff_at and line.status in LEFT
    )
    assert len(set(days)) == len(days), "one a day"
    assert all(sum(day <= one < day + timedelta(days=7) for one in days) <= 4 for day in days)


def test_a_rehearsal_says_what_narrow_hours_lose(house: House) -> None:
    set_clinic(house, sending_hours="Mon-Fri 09:00-18:00")
    friday = date(2026, 3, 13)
    house.enrol(ana(friday, **TEXTS), ana(friday, first_name="Eva", **EMAILS))
    before = house.clock()
    house.play(at(30, 12))
    late = late_milestones(house.lines(), house.app.library.protocols, before)
    assert {one.milestone.key for one in late} == {"same-evening", "day-1"}
    assert "finds no room within the hours" in str(late[0])
    assert late_milestones(house.lines(), house.app.library.protocols, house.clock()) == []


def test_a_new_clinic_begins_with_hours_and_texts_that_keep_the_promise(house: House) -> None:
    typed = {name: value for name, value in CLINIC.items() if name != "sending_hours"}
    with writing(house.engine) as session:
        clinic = clinics.add(session, typed | {"name": "New Skin"}, house.clock(), live=True)
        assert clinic.texts_per_week == 4
        hours = clinic.sending_hours, clinic.email_hours
        assert hours == ("Mon-Sun 09:00-20:30", "Mon-Sun 07:00-22:00")
