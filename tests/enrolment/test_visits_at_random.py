"""Over whatever is said of visits, in any order and at any time, aftercare follows those that took place."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from reminders.enrolment import visits
from reminders.enrolment.terms import ConsentAnswer, Enrolment
from reminders.intake import bookings
from reminders.intake.bookings import Booking, BookingChange
from reminders.rules.terms import Channel, InputError
from reminders.rules.visits import Word
from reminders.store.database import writing
from reminders.store.queries import bookings as queries
from reminders.store.queries import people
from reminders.store.tables import Clinic
from tests.conftest import House

PREPARATION = {"week-before", "day-before"}
HALF_AN_HOUR = timedelta(minutes=30)
BEGAN = datetime(2026, 3, 1, 8, tzinfo=UTC)
CLIENTS, STEPS = 6, 20


@dataclass
class Expected:
    """One visit as anybody would keep it in mind who hears what is said of it."""

    number: int
    begins: datetime
    ends: datetime
    changed_at: datetime
    cancelled: bool = False
    came: bool = False
    missed: str = ""
    left: set[int] = field(default_factory=set)
    events: list[str] = field(default_factory=list)

    @property
    def stands(self) -> bool:
        return not self.cancelled and not self.missed

    def believed_at(self, *, required: bool) -> datetime | None:
        """Return from when on the visit is believed to have taken place, as things stand."""
        if not self.stands or (required and not self.came):
            return None
        return self.ends if self.came else self.ends + HALF_AN_HOUR


class Town:
    """A clinic, its booking system, its desk and some clients who are all booked once."""

    def __init__(self, house: House, seed: int, *, required: bool) -> None:
        self.house, self.random, self.required = house, random.Random(seed), required
        house.clock.now = BEGAN
        with writing(house.engine) as session:
            session.execute(update(Clinic).values(attendance_required=required))
        self.visits = [self._book(number) for number in range(CLIENTS)]

    def _book(self, number: int) -> Expected:
        begins = BEGAN.replace(hour=9) + timedelta(days=2, minutes=15 * self.random.randrange(200))
        yes = ConsentAnswer(Channel.EMAIL, given=True, given_at=BEGAN, source="form")
        visit = Expected(number, begins, begins + timedelta(hours=1), BEGAN)
        with writing(self.house.engine) as session:
            bookings.take_in(
                session, self.house.app.library, self._clinic(session), self._told(visit), BEGAN
            )
        self.house.enrol(Enrolment(**_who(number), protocol="skin-needling", treated_on=begins.date(),
                                   starts=begins.time(), ends=visit.ends.time(), consents=(yes,),
                                   external_id=f"b-{number}", source="cal"))  # fmt: skip
        return visit

    @staticmethod
    def _clinic(session: Session) -> Clinic:
        return people.clinics(session)[0]

    def _told(self, visit: Expected) -> Booking:
        return Booking("cal", f"b-{visit.number}", "Microneedling", visit.begins.isoformat(),
                       visit.ends.isoformat(), **_who(visit.number))  # fmt: skip

    def pass_time(self) -> None:
        until = self.house.clock.now + timedelta(
            minutes=self.random.choice((20, 45, 180, 700, 1500))
        )
        self.house.play(until)
        self.check()

    def check(self) -> None:
        for line in self.house.lines(Channel.EMAIL):
            visit = self.visits[line.client_id - 1]
            if line.handoff_at is None or line.reminder_id in visit.left:
                continue
            visit.left.add(line.reminder_id)
            if line.milestone not in PREPARATION and line.treated_on is not None:
                believed_at = visit.believed_at(required=self.required)
                assert believed_at is not None, (visit, line.milestone)
                assert line.handoff_at >= believed_at, (visit, line.milestone)

    def happen(self) -> None:
        visit = self.random.choice(self.visits)
        event = self.random.choice(EVENTS)
        now = self.house.clock.now
        visit.events.append(f"{now:%d %H:%M} {event.__name__}")
        event(self, visit, now)

    def say(self, visit: Expected, word: Word) -> None:
        with writing(self.house.engine) as session:
            clinic = self._clinic(session)
            treatment = queries.treatment(session, clinic.id, "cal", f"b-{visit.number}")
            assert treatment is not None
            visits.say(
                session, self.house.app.library, clinic, [treatment.id], word, self.house.clock()
            )

    def tell(self, visit: Expected, said: BookingChange) -> None:
        with suppress(InputError), writing(self.house.engine) as session:
            clinic = self._clinic(session)
            treatment = queries.treatment(session, clinic.id, "cal", f"b-{visit.number}", lock=True)
            assert treatment is not None
            bookings.change(
                session, self.house.app.library, clinic, treatment, said, self.house.clock()
            )

    def tell_again(self, visit: Expected) -> None:
        with writing(self.house.engine) as session:
            bookings.take_in(
                session,
                self.house.app.library,
                self._clinic(session),
                self._told(visit),
                self.house.clock(),
            )


def _who(number: int) -> dict[str, Any]:
    name = "".join("abcdefghij"[int(digit)] for digit in f"{number:02}")
    return {"first_name": f"Na{name}", "email": f"c{number}@mail.example"}


# --- what may happen, and what anybody would make of it -------------------------------------------


def desk_came(town: Town, visit: Expected, now: datetime) -> None:
    town.say(visit, Word.CAME)
    if visit.begins <= now and not visit.cancelled:
        visit.came, visit.missed, visit.changed_at = True, "", now


def desk_missed(town: Town, visit: Expected, now: datetime) -> None:
    town.say(visit, Word.MISSED)
    if visit.begins <= now and not visit.cancelled and not visit.missed:
        visit.came, visit.missed, visit.changed_at = False, "staff", now


def desk_undo(town: Town, visit: Expected, now: datetime) -> None:
    town.say(visit, Word.UNSAID)
    if visit.begins <= now and not visit.cancelled:
        visit.came, visit.missed, visit.changed_at = False, "", now


def source_no_show(town: Town, visit: Expected, now: datetime) -> None:
    town.tell(visit, BookingChange(status="no-show"))
    if visit.stands:
        visit.came, visit.missed, visit.changed_at = False, "source", now


def source_arrived(town: Town, visit: Expected, now: datetime) -> None:
    town.tell(visit, BookingChange(status="arrived"))
    if visit.begins <= now + timedelta(hours=1) and visit.missed != "staff":
        visit.cancelled, visit.came, visit.missed, visit.changed_at = False, True, "", now


def source_cancels(town: Town, visit: Expected, now: datetime) -> None:
    town.tell(visit, BookingChange(status="cancelled"))
    if visit.stands:
        visit.cancelled, visit.changed_at = True, now


def source_books_again(town: Town, visit: Expected, now: datetime) -> None:
    town.tell(visit, BookingChange(status="booked"))
    if visit.cancelled or visit.missed == "source":
        visit.cancelled, visit.missed, visit.changed_at = False, "", now


def source_repeats(town: Town, visit: Expected, now: datetime) -> None:
    """The same booking told once more revives what was cancelled, never who did not come."""
    town.tell_again(visit)
    if visit.cancelled:
        visit.cancelled, visit.changed_at = False, now


def source_moves(town: Town, visit: Expected, now: datetime) -> None:
    length = visit.ends - visit.begins
    begins = visit.begins + timedelta(minutes=15 * town.random.randrange(-40, 120))
    if (begins + length).date() != begins.date():
        return
    town.tell(visit, BookingChange(begins.isoformat(), (begins + length).isoformat()))
    if begins != visit.begins and (begins > now or visit.missed):
        visit.came, visit.missed = False, ""
    visit.begins, visit.ends, visit.changed_at = begins, begins + length, now


def source_overruns(town: Town, visit: Expected, now: datetime) -> None:
    ends = visit.ends + timedelta(minutes=15 * town.random.randrange(1, 12))
    if ends.date() == visit.begins.date():
        town.tell(visit, BookingChange(ended_at=ends.isoformat()))
        visit.ends, visit.changed_at = ends, now


EVENTS: list[Callable[[Town, Expected, datetime], None]] = [
    desk_came, desk_came, desk_missed, desk_undo, source_no_show, source_arrived, source_cancels,
    source_books_again, source_repeats, source_moves, source_moves, source_overruns,
]  # fmt: skip


@pytest.mark.portable
@pytest.mark.parametrize("required", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_aftercare_follows_visits_that_took_place_and_no_others(
    house: House, seed: int, *, required: bool
) -> None:
    town = Town(house, seed, required=required)
    for _ in range(STEPS):
        for _ in range(town.random.randrange(6)):
            town.happen()
        town.pass_time()
    house.play(house.clock.now + timedelta(days=25))
    town.check()
    _nothing_is_lost(town)


def _nothing_is_lost(town: Town) -> None:
    """What comes due after the last that was said of a visit that took place has left, then or before."""
    lines = town.house.lines(Channel.EMAIL)
    for visit in town.visits:
        if visit.believed_at(required=town.required) is None:
            continue
        own = [line for line in lines if line.client_id == visit.number + 1]
        left = {line.milestone for line in own if line.handoff_at is not None}
        assert {name for name, at in _due(visit) if at > visit.changed_at} <= left, visit


def _due(visit: Expected) -> Iterator[tuple[str, datetime]]:
    """Return when milestones come, counted by hand."""
    for name, days in (("day-1", 1), ("day-3", 3), ("week-1", 7), ("week-2", 14)):
        on = visit.begins.date() + timedelta(days=days)
        at = datetime.combine(on, time(10), ZoneInfo("Europe/London"))
        yield name, max(at, visit.ends + timedelta(days=1))
