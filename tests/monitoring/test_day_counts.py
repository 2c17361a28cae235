"""Reports from counts that are kept equal reports from the messages themselves, whatever happens."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from reminders.enrolment import client_merge, treatments
from reminders.enrolment.terms import ConsentAnswer
from reminders.monitoring import day_counts, monthly_report
from reminders.privacy import retention
from reminders.privacy.retention import RetentionPeriods
from reminders.rules.terms import LEFT, Channel, InputError, Status
from reminders.store.database import reading, writing
from reminders.store.queries import people, receipts
from reminders.store.tables import Attempt, Client, CountedDay, Import, Reminder, Treatment
from tests.conftest import House, ana
from tests.support.erasure import forget

pytestmark = pytest.mark.portable

LONG_AGO = datetime(2024, 3, 4, 9, tzinfo=UTC)
"""Long past by the clock of every machine: PostgreSQL knows by its own what the past is."""

BOTH = tuple(ConsentAnswer(channel, True, LONG_AGO - timedelta(days=60), "form") for channel in Channel)  # fmt: skip
Figures = dict[tuple[Any, ...], int]


def enrol(house: House, number: int, treated_on: date) -> None:
    phone, email = f"+4477009{number:05}", f"c{number}@mail.example"
    house.enrol(ana(treated_on, first_name=f"Ana{number}", phone=phone, email=email, consents=BOTH))


def counted(house: House) -> Figures:
    """Return what the report of a year counts, and the segments it tells."""
    with reading(house.engine, snapshot=True) as session:
        clinic = people.clinics(session)[0]
        begin = monthly_report.last_months(clinic, house.clock())
        months = monthly_report.months(session, clinic, begin)
    found: Figures = {}
    for one in months:
        for c in one.cells:
            found[one.begins_on, c.channel, c.status, c.reason] = c.count
            found |= {(one.begins_on, c.channel, c.status, c.reason, x): n for x, n in c.by_country}
    return found


def there(house: House) -> Figures:
    """Count the same one message after the other."""
    found: Counter[tuple[Any, ...]] = Counter()
    with reading(house.engine) as session:
        attempts = {(a.reminder_id, a.claim): a for a in session.query(Attempt)}
        begin = monthly_report.last_months(people.clinics(session)[0], house.clock())
        for r in session.query(Reminder):
            key = r.due_on.replace(day=1), r.channel, r.status, r.reason
            if key[0] not in begin:
                continue
            found[key] += 1
            attempt = attempts.get((r.id, r.claim or ""))
            if attempt and r.channel is Channel.SMS and r.status in LEFT:
                found[(*key, attempt.country)] += attempt.segments
    return dict(found)


def kept(house: House) -> set[date]:
    with reading(house.engine) as session:
        return {one.day_on for one in session.query(CountedDay)}


def count(house: House) -> None:
    day_counts.count_past(house.engine, house.clock())


class History:
    """What happens to a clinic's clients, by chance."""

    def __init__(self, house: House, chance: random.Random) -> None:
        self.house, self.chance, self.clients = house, chance, 0

    def step(self) -> None:
        some = (self.enrol, self.enrol, self.wait, self.wait, self.report, self.report, self.move,
                self.cancel, self.forget, self.merge, self.purge, self.count, self.count)  # fmt: skip
        self.chance.choice(some)()

    def enrol(self) -> None:
        self.clients += 1
        ago = timedelta(days=self.chance.randint(-9, 40))
        enrol(self.house, self.clients, (self.house.clock() - ago).date())

    def wait(self) -> None:
        self.house.play(self.house.clock() + timedelta(days=self.chance.randint(1, 9)))

    def count(self) -> None:
        count(self.house)

    def report(self) -> None:
        """Let the provider say, however late, what became of a message."""
        with writing(self.house.engine) as session:
            left = [a for a in session.query(Attempt).order_by(Attempt.id) if a.provider_id]  # type: ignore[arg-type]
            for one in self.chance.sample(left, min(3, len(left))):
                of = receipts.attempt_of(session, f"{one.reminder_id}.{one.claim}", "")
                assert of is not None
                now, to = self.house.clock(), (Status.DELIVERED, Status.UNDELIVERED)
                if self.chance.random() < 0.2:
                    receipts.plan_again(session, of, one.provider_id or "", now, now)
                else:
                    receipts.prove(session, of, self.chance.choice(to), one.provider_id or "", now)

    def _treatment(self, session: Any) -> Treatment | None:
        found = session.query(Treatment).filter(Treatment.cancelled_at.is_(None)).all()  # type: ignore[union-attr]
        return self.chance.choice(found) if found else None

    def move(self) -> None:
        with writing(self.house.engine) as session:
            if one := self._treatment(session):
                to = one.treated_on + timedelta(days=self.chance.randint(-20, 9))
                now = self.house.clock()
                treatments.reschedule(session, self.house.app.library, one, to, one.starts, None, now)  # fmt: skip

    def cancel(self) -> None:
        with writing(self.house.engine) as session:
            if one := self._treatment(session):
                treatments.cancel(session, self.house.app.library, one, self.house.clock())

    def _clients(self, many: int) -> list[int]:
        with reading(self.house.engine) as session:
            alive = [c.id for c in session.query(Client) if not c.erased_at and not c.merged_into]
        return self.chance.sample(alive, many) if len(alive) >= many else []

    def forget(self) -> None:
        for number in self._clients(1):
            forget(self.house, number)

    def merge(self) -> None:
        pair = self._clients(2)
        with writing(self.house.engine) as session:
            if pair:
                clinic = people.clinics(session)[0]
                keep, gone = (session.get_one(Client, one) for one in pair)
                parts = clinic, keep, gone, "Mia", self.house.clock()
                try:
                    client_merge.merge(session, self.house.app.library, *parts)
                except InputError:
                    session.rollback()

    def purge(self) -> None:
        days = timedelta(days=self.chance.randint(5, 40))
        with writing(self.house.engine) as session:
            periods = replace(RetentionPeriods.of(self.house.app.settings), deliveries=days)
            retention.purge(session, periods, self.house.clock())


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2, 3))])
def test_counts_that_are_kept_equal_the_messages_whatever_happens(house: House, seed: int) -> None:
    house.clock.now = LONG_AGO
    history, relied_upon = History(house, random.Random(seed)), 0
    for _ in range(30):
        history.step()
        assert counted(house) == there(house)
        relied_upon += bool(kept(house))
    count(house)
    assert counted(house) == there(house)
    assert relied_upon > 10


def aged(house: House) -> None:
    """Let a client's messages of a month leave, and their days be counted."""
    house.clock.now = LONG_AGO
    enrol(house, 1, LONG_AGO.date())
    house.play(LONG_AGO + timedelta(days=30))
    count(house)


def test_only_what_is_over_is_counted_and_only_once(house: House) -> None:
    aged(house)
    days = kept(house)
    assert max(days) == house.clock().date() - timedelta(days=2)
    assert min(days) == date(2023, 4, 1)
    with writing(house.engine) as session:
        session.execute(text("UPDATE counted_day SET cells = '[]'"))
    count(house)
    assert counted(house) != there(house)  # nothing was counted again


CHANGES = (
    "UPDATE reminder SET status = 'undelivered'", "UPDATE reminder SET reason = 'maybe-twice'",
    "UPDATE reminder SET due_on = '2024-03-09'", "UPDATE reminder SET claim = NULL",
    "DELETE FROM reminder",
    ("INSERT INTO reminder (clinic_id, client_id, milestone, channel, status, scheduled_at, due_on,"
    " due_at, stale_at, attempts) SELECT clinic_id, client_id, 'x', channel, 'skipped', scheduled_at,"
    " due_on, due_at, stale_at, 0 FROM reminder"),
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_by_whomever_ends_the_count_of_its_day_and_of_no_other(
    house: House, change: str
) -> None:
    aged(house)
    text_3 = house.line("day-3")
    day = text_3.due_at.date()
    with writing(house.engine) as session:
        if change.startswith("DELETE"):
            one = {"one": text_3.reminder_id}
            session.execute(text("DELETE FROM attempt WHERE reminder_id = :one"), one)
        before = kept(house)
        session.execute(text(f"{change} WHERE id = {text_3.reminder_id}"))
    ended = {day, date(2024, 3, 9)} if "due_on = '" in change else {day}
    assert before - kept(house) == ended
    assert counted(house) == there(house)


def test_nothing_is_counted_while_a_list_arrives(house: House) -> None:
    house.clock.now = LONG_AGO
    with writing(house.engine) as session:
        session.add(Import(id=9, clinic_id=1, file_name="x", imported_by="Mia", started_at=LONG_AGO, columns="{}", arriving_at=LONG_AGO))  # fmt: skip
    enrol(house, 1, LONG_AGO.date() - timedelta(days=30))
    with writing(house.engine) as session:
        session.execute(text("UPDATE reminder SET import_id = 9"))
    count(house)
    assert (kept(house), counted(house)) == (set(), {})
    with writing(house.engine) as session:
        session.execute(text("UPDATE import SET arriving_at = NULL"))
    count(house)
    assert counted(house) == there(house) != {}


def test_a_day_is_not_counted_while_a_message_of_the_past_changes(house: House) -> None:
    if house.engine.dialect.name == "sqlite":
        pytest.skip(
            "SQLite has one writer at a time, so nothing changes there while days are counted"
        )
    aged(house)
    change = text("UPDATE reminder SET status = 'undelivered' WHERE status = 'accepted'")
    with writing(house.engine) as session:
        session.execute(change)
        before = kept(house)
        with writing(house.engine) as other:
            other.execute(text("DELETE FROM counted_day WHERE day_on = '2024-01-05'"))
        count(house)
        assert kept(house) == before - {date(2024, 1, 5)}
    count(house)
    assert date(2024, 1, 5) in kept(house)
    assert counted(house) == there(house)


def test_the_counts_of_long_ago_are_forgotten(house: House) -> None:
    aged(house)
    house.clock.now += timedelta(days=40)
    count(house)
    assert min(kept(house)) == date(2023, 5, 1)
