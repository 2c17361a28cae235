"""Over whatever is said of visits, in any order and at any time, aftercare follows those that took place."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from reminders.enrolment import visits
from reminders.enrolment.terms import ConsentAnswer, Enrolment
from reminders.intake import bookings
from reminders.intake.booking_rows import Booking
from reminders.intake.bookings import BookingChange
from reminders.rules.terms import Channel, InputError
from reminders.rules.visits import Word
from reminders.store.database import writing
from reminders.store.queries import bookings as queries
from reminders.store.queries import people
from reminders.store.tables import Clinic, Treatment
from tests.conftest import House
from tests.support.expected_visits import ExpectedVisit

BEGAN = datetime(2026, 3, 1, 8, tzinfo=UTC)
CLIENTS, STEPS, GAPS = 16, 14, (20, 45, 180, 500, 900)
WORDS = {"came": Word.CAME, "missed": Word.MISSED, "undo": Word.UNSAID}
EVENTS = (
    "came", "came", "missed", "undo", "arrived", "completed", "no-show", "cancelled", "booked", "repeat",
    "move", "move", "overrun",
)  # fmt: skip


class Town:
    """A clinic, its booking system, its desk and some clients who are all booked once."""

    def __init__(self, house: House, seed: int, *, required: bool) -> None:
        self.house, self.random, self.required = house, random.Random(seed), required
        house.clock.now = BEGAN
        with writing(house.engine) as session:
            session.execute(update(Clinic).values(attendance_required=required))
        self.visits = [self._book(number) for number in range(CLIENTS)]

    def _book(self, number: int) -> ExpectedVisit:
        start = BEGAN.replace(hour=9) + timedelta(days=1, minutes=15 * self.random.randrange(150))
        yes = ConsentAnswer(Channel.EMAIL, given=True, given_at=BEGAN, source="form")
        visit = ExpectedVisit(start, start + timedelta(hours=1), BEGAN)
        told: dict[str, Any] = _who(number)
        self.house.enrol(Enrolment(**told, protocol="skin-needling", treated_on=start.date(),
                                   starts=start.time(), ends=visit.ends.time(), consents=(yes,),
                                   external_id=f"b-{number}", source="cal"))  # fmt: skip
        return visit

    def pass_time(self) -> None:
        """Let some time go by, and look at what has left meanwhile."""
        self.house.play(self.house.clock.now + timedelta(minutes=self.random.choice(GAPS)))
        self.check()

    def check(self) -> None:
        for line in self.house.lines(Channel.EMAIL):
            visit = self.visits[line.client_id - 1]
            if line.handoff_at is not None and line.reminder_id not in visit.left:
                visit.left.add(line.reminder_id)
                if line.treated_on is not None:
                    visit.check(line.milestone, line.handoff_at, required=self.required)

    def happen(self) -> None:
        """Let anything happen to anybody."""
        number, event = self.random.randrange(CLIENTS), self.random.choice(EVENTS)
        visit, now = self.visits[number], self.house.clock.now
        visit.said.append(f"{now:%d %H:%M} {event}")
        if event in WORDS:
            self._tap(number, WORDS[event])
            visit.desk(event, now)
        elif event == "repeat":
            self._repeat(number)
            visit.repeated(now)
        elif event in {"move", "overrun"}:
            self._move(number, overruns=event == "overrun")
        else:
            self._tell(number, BookingChange(status=event))
            visit.source(event, now)

    def _move(self, number: int, *, overruns: bool) -> None:
        visit = self.visits[number]
        by = timedelta(minutes=15 * self.random.randrange(-40, 120))
        longer = timedelta(minutes=15 * self.random.randrange(1, 12))
        begins = visit.begins if overruns else visit.begins + by
        ends = visit.ends + (longer if overruns else by)
        if begins.date() == ends.date():
            moved = None if overruns else begins.isoformat()
            self._tell(number, BookingChange(moved, ends.isoformat()))
            visit.moved(begins, ends, self.house.clock.now)

    def _tap(self, number: int, word: Word) -> None:
        with writing(self.house.engine) as session:
            clinic, treatment = _booking(session, number)
            library, now = self.house.app.library, self.house.clock.now
            visits.say(session, library, clinic, [treatment.id], word, now)

    def _tell(self, number: int, said: BookingChange) -> None:
        with suppress(InputError), writing(self.house.engine) as session:
            clinic, treatment = _booking(session, number)
            library, now = self.house.app.library, self.house.clock.now
            bookings.change(session, library, clinic, treatment, said, now)

    def _repeat(self, number: int) -> None:
        visit, service = self.visits[number], "Microneedling"
        times = visit.begins.isoformat(), visit.ends.isoformat()
        with writing(self.house.engine) as session:
            clinic, _ = _booking(session, number)
            told = Booking("cal", f"b-{number}", service, *times, **_who(number))
            bookings.take_in(session, self.house.app.library, clinic, told, self.house.clock.now)


def _booking(session: Session, number: int) -> tuple[Clinic, Treatment]:
    clinic = people.clinics(session)[0]
    treatment = queries.treatment(session, clinic.id, "cal", f"b-{number}", lock=True)
    assert treatment is not None
    return clinic, treatment


def _who(number: int) -> dict[str, str]:
    name = "".join("abcdefghij"[int(digit)] for digit in f"{number:02}")
    return {"first_name": f"Na{name}", "email": f"c{number}@mail.example"}


@pytest.mark.portable
@pytest.mark.parametrize("required", [pytest.param(False, marks=pytest.mark.slow), True])
@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2, 3))])
def test_aftercare_follows_visits_that_took_place_and_no_others(
    house: House, seed: int, *, required: bool
) -> None:
    town = Town(house, seed, required=required)
    for _ in range(STEPS):
        for _ in range(town.random.randrange(20)):
            town.happen()
        town.pass_time()
    house.play(house.clock.now + timedelta(days=25))
    town.check()
    lines = house.lines(Channel.EMAIL)
    for number, visit in enumerate(town.visits):
        left = {x.milestone for x in lines if x.handoff_at and x.client_id == number + 1}
        visit.check_lost(left, required=required)
