"""The report of what clients told, from counts that are kept, equals the rows, whatever happens."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from operator import eq
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.inbox import skin_answers
from reminders.monitoring import monthly_report, skin_report
from reminders.rules.skin_answers import MOMENTS, Said, opened_at
from reminders.rules.terms import LEFT
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.queries import skin_answers as queries
from reminders.store.queries.common import QUIET
from reminders.store.tables import (
    Client,
    CountedSkinDay,
    PageOpening,
    Reminder,
    SkinAnswer,
    Treatment,
)
from tests.conftest import House
from tests.monitoring.test_day_counts import LONG_AGO, History, count, enrol

pytestmark = pytest.mark.portable

Figures = dict[tuple[Any, ...], int]
ANSWERED = col(SkinAnswer.client_id), col(SkinAnswer.treatment_id), col(SkinAnswer.moment)
ASKED = {moment.key for moment in MOMENTS}


def counted(house: House) -> Figures:
    """Return what the reports of a year count of what left, without zeros."""
    found: Figures = {}
    with reading(house.engine, snapshot=True) as session:
        clinic = people.clinics(session)[0]
        for begins_on in monthly_report.last_months(clinic, house.clock()):
            for one in skin_report.month(session, clinic, begins_on):
                of = begins_on, one.protocol
                found[(*of, "clients")] = one.clients
                for point in one.milestones:
                    found[(*of, point.moment, "sent")] = point.sent
                    found[(*of, point.moment, "opened")] = point.opened
                    found |= {(*of, point.moment, said): n for said, n in point.said.items()}
    return {key: number for key, number in found.items() if number}


def there(house: House) -> Figures:
    """Count the same one row after the other."""
    found: defaultdict[tuple[Any, ...], set[Any]] = defaultdict(set)
    with reading(house.engine) as session:
        months = monthly_report.last_months(people.clinics(session)[0], house.clock())
        protocols = {t.id: t.protocol for t in session.query(Treatment)}
        opened = {(o.treatment_id, o.moment) for o in session.query(PageOpening)}
        answers = sorted(session.query(SkinAnswer), key=lambda one: one.said, reverse=True)
        said = {(a.treatment_id, a.moment): a.said for a in answers}  # of two the first by name
        asked: set[Any] = set()
        for r in session.query(Reminder).order_by(Reminder.due_on):  # type: ignore[arg-type]
            if r.status not in LEFT or r.treatment_id is None:
                continue
            of, pair = (r.due_on.replace(day=1), protocols[r.treatment_id]), (r.treatment_id, r.milestone)  # fmt: skip
            found[(*of, "clients")].add(r.client_id)
            if r.milestone not in ASKED or pair in asked:
                continue
            asked.add(pair)
            found[(*of, r.milestone, "sent")].add(pair)
            if pair in opened:
                found[(*of, r.milestone, "opened")].add(pair)
            if pair in said:
                found[(*of, r.milestone, said[pair])].add(pair)
    return {key: len(rows) for key, rows in found.items() if key[0] in months}


def kept(house: House) -> set[date]:
    with reading(house.engine) as session:
        return {one.day_on for one in session.query(CountedSkinDay)}


def tell(session: Session, house: House, treatment: Treatment, said: Said) -> None:
    """Let a client open the page today, and answer."""
    (client,) = people.lock(session, [treatment.client_id])
    now = house.clock()
    if opened := opened_at(treatment.treated_on, now.date()):
        queries.note_opening(session, treatment.id, opened)
    skin_answers.tell(session, house.app.answers, client, treatment, said, now.date(), now)


class SkinHistory(History):
    """The same with clients who tell of their skin."""

    def step(self) -> None:
        if self.chance.random() < 0.5:
            self.chance.choice((self.told, self.told, self.wait, self.unmerged))()
        else:
            super().step()

    def told(self) -> None:
        """Let some open their pages after messages, and answer or say something else."""
        with writing(self.house.engine) as session:
            left = [r for r in session.query(Reminder) if r.milestone in ASKED and r.status in LEFT]
            for r in self.chance.sample(left, min(5, len(left))):
                if r.treatment_id is None or session.get_one(Client, r.client_id).erased_at:
                    continue
                queries.note_opening(session, r.treatment_id, r.milestone)
                said = self.chance.choice(list(Said))
                of = r.client_id, r.treatment_id, r.milestone
                changed = update(SkinAnswer).where(*map(eq, ANSWERED, of)).values(said=said)
                told = changed.returning(col(SkinAnswer.id)).execution_options(**QUIET)
                if not session.execute(told).all():
                    session.add(SkinAnswer(clinic_id=1, client_id=of[0], treatment_id=of[1], moment=of[2], said=said, answered_at=r.due_at, changed_at=r.due_at))  # fmt: skip
                    session.flush()

    def unmerged(self) -> None:
        """Give a treatment's messages to another of the client's own, as undoing a merge may."""
        with writing(self.house.engine) as session:
            session.execute(text(
                "UPDATE reminder SET treatment_id = (SELECT min(t.id) FROM treatment t WHERE"
                " t.client_id = reminder.client_id) WHERE status = 'delivered' AND NOT EXISTS (SELECT 1"
                " FROM reminder o WHERE o.id <> reminder.id AND o.client_id = reminder.client_id AND"
                " o.milestone = reminder.milestone)"
            ))  # fmt: skip


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2, 3))])
def test_the_report_from_kept_counts_equals_the_rows_whatever_happens(
    house: House, seed: int
) -> None:
    house.clock.now = LONG_AGO
    history, relied_upon, answers = SkinHistory(house, random.Random(seed)), 0, 0
    for begin in (history.enrol, history.enrol, history.enrol, history.wait):
        begin()
    for _ in range(40):
        history.step()
        figures = counted(house)
        assert figures == there(house)
        relied_upon += bool(kept(house))
        answers += any(key[-1] in set(Said) for key in figures)
    count(house)
    assert counted(house) == there(house)
    assert min(relied_upon, answers) > 5


def aged(house: House) -> date:
    """Let a client's messages of a month leave and one be answered, and their days be counted; return
    the day of the answered one.
    """
    house.clock.now = LONG_AGO
    enrol(house, 1, LONG_AGO.date())
    house.play(LONG_AGO + timedelta(days=3, hours=8))
    with writing(house.engine) as session:
        tell(session, house, session.get_one(Treatment, 1), Said.UNSURE)
    house.play(LONG_AGO + timedelta(days=30))
    count(house)
    return house.line("day-3").due_at.date()


CHANGES = (
    "UPDATE skin_answer SET said = 'worried'", "UPDATE skin_answer SET moment = 'own-3'",
    "DELETE FROM skin_answer", "DELETE FROM page_opening",
    "UPDATE reminder SET status = 'skipped' WHERE milestone = 'day-3'",
    "UPDATE reminder SET due_on = '2024-03-09' WHERE milestone = 'day-3'",
    "UPDATE reminder SET milestone = 'x' WHERE milestone = 'day-3'",
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_by_whomever_ends_the_count_of_its_day_and_of_no_other(
    house: House, change: str
) -> None:
    day = aged(house)
    before, figures = kept(house), counted(house)
    assert day in before
    with writing(house.engine) as session:
        session.execute(text(change))
    ended = {day, date(2024, 3, 9)} if "due_on = '" in change else {day}
    assert before - kept(house) == ended
    assert counted(house) == there(house)
    assert (counted(house) == figures) == ("due_on = '" in change)  # of the same month


def test_what_matters_to_no_figure_ends_no_count(house: House) -> None:
    aged(house)
    before = kept(house)
    with writing(house.engine) as session:
        session.execute(
            text("UPDATE reminder SET status = 'undelivered' WHERE status = 'accepted'")
        )
        session.execute(text("UPDATE skin_answer SET note = 'x', closed_at = changed_at"))
    assert kept(house) == before


def test_a_milestone_that_left_on_two_days_is_counted_on_the_first(house: House) -> None:
    """By text on one day and by email on the next: whichever changes, the other knows."""
    aged(house)
    day = house.line("day-1").due_at.date()
    later = (day + timedelta(days=1)).isoformat()
    change = text(
        "UPDATE reminder SET due_on = :day WHERE milestone = 'day-1' AND channel = 'email'"
    )
    with writing(house.engine) as session:
        session.execute(change, {"day": later})
    count(house)
    figures = counted(house)
    assert figures == there(house)
    with writing(house.engine) as session:
        session.execute(text(
            "UPDATE reminder SET status = 'failed' WHERE milestone = 'day-1' AND channel = 'sms'"
        ))  # fmt: skip
    assert not {day, date.fromisoformat(later)} & kept(house)
    assert counted(house) == there(house) == figures
