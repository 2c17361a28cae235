"""What each word changes that is said of a visit, and who may take it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.rules.caps import USUAL_A_WEEK, TextCap
from reminders.rules.decision import Send, Skip, decide
from reminders.rules.planning import ExistingReminder, TreatmentTimes, plan, replan
from reminders.rules.sending_hours import ChannelHours
from reminders.rules.terms import Channel, Status, Visit
from reminders.rules.visits import Attendance, ToldBy, Word, heard, may_have_come, moved, told
from reminders.wording.library import packaged
from tests.support.expected_visits import ExpectedVisit
from tests.support.facts import CLINIC, FACTS, LONDON

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
BEFORE = NOW - timedelta(hours=1)
AHEAD = NOW + timedelta(days=2)
STAFF, SOURCE = ToldBy.STAFF, ToldBy.SOURCE

UNSAID = Attendance()
CAME = Attendance(came_at=BEFORE, told_by=STAFF)
CANCELLED = Attendance(cancelled_at=BEFORE)
MISSED = Attendance(cancelled_at=BEFORE, missed_at=BEFORE, told_by=STAFF)
MISSED_BY_SOURCE = Attendance(cancelled_at=BEFORE, missed_at=BEFORE, told_by=SOURCE)


@pytest.mark.parametrize(
    "known,word,by,known_then",
    [
        (UNSAID, Word.BOOKED, SOURCE, UNSAID),
        (UNSAID, Word.CAME, SOURCE, Attendance(came_at=NOW, told_by=SOURCE)),
        (UNSAID, Word.MISSED, STAFF, Attendance(NOW, None, NOW, STAFF)),
        (UNSAID, Word.CANCELLED, SOURCE, Attendance(NOW)),
        # A booking told again is no word that anybody came, or did not.
        (CAME, Word.BOOKED, SOURCE, CAME),
        (MISSED, Word.BOOKED, SOURCE, MISSED),
        (MISSED_BY_SOURCE, Word.BOOKED, SOURCE, MISSED_BY_SOURCE),
        (CANCELLED, Word.BOOKED, SOURCE, UNSAID),
        # What a person at the desk saw, a clock in another system does not know better.
        (MISSED, Word.CAME, SOURCE, MISSED),
        (MISSED, Word.CAME, STAFF, Attendance(came_at=NOW, told_by=STAFF)),
        (MISSED_BY_SOURCE, Word.CAME, SOURCE, Attendance(came_at=NOW, told_by=SOURCE)),
        (MISSED_BY_SOURCE, Word.ENDED, SOURCE, MISSED_BY_SOURCE),
        (UNSAID, Word.ENDED, SOURCE, Attendance(came_at=NOW, told_by=SOURCE)),
        (CANCELLED, Word.ENDED, SOURCE, Attendance(came_at=NOW, told_by=SOURCE)),
        # An end binds, whoever says it.
        (CAME, Word.MISSED, SOURCE, Attendance(NOW, None, NOW, SOURCE)),
        (CAME, Word.CANCELLED, SOURCE, Attendance(NOW, BEFORE, None, STAFF)),
        (CANCELLED, Word.MISSED, SOURCE, CANCELLED),
        (told(CAME, Word.CANCELLED, SOURCE, BEFORE), Word.CAME, SOURCE, CAME),
        # The same twice changes nothing.
        (CAME, Word.CAME, STAFF, CAME),
        (MISSED, Word.MISSED, STAFF, MISSED),
        (CANCELLED, Word.CANCELLED, SOURCE, CANCELLED),
        # A wrong tap is taken back.
        (CAME, Word.UNSAID, STAFF, UNSAID),
        (MISSED, Word.UNSAID, STAFF, UNSAID),
        (CANCELLED, Word.UNSAID, STAFF, CANCELLED),
    ],
)
def test_what_a_word_changes(
    known: Attendance, word: Word, by: ToldBy, known_then: Attendance
) -> None:
    assert told(known, word, by, NOW) == known_then


@pytest.mark.parametrize(
    "known,begins_at,known_then",
    [
        (CAME, AHEAD, UNSAID),
        (MISSED, AHEAD, UNSAID),
        (MISSED, BEFORE, UNSAID),
        (CAME, BEFORE, CAME),
        (CANCELLED, BEFORE, CANCELLED),
        (CANCELLED, AHEAD, CANCELLED),
    ],
)
def test_a_visit_that_moves_is_another_to_come_to(
    known: Attendance, begins_at: datetime, known_then: Attendance
) -> None:
    assert moved(known, begins_at, NOW) == known_then


def test_nobody_has_come_yet_to_what_lies_ahead() -> None:
    assert heard(UNSAID, Word.CAME, AHEAD, NOW, moves=False) == UNSAID
    assert heard(UNSAID, Word.CAME, NOW, NOW, moves=False).came_at == NOW
    assert may_have_come(NOW + timedelta(hours=1), NOW), "who comes early has come"
    assert not may_have_come(NOW + timedelta(minutes=61), NOW)


@given(st.lists(st.tuples(st.sampled_from(Word), st.sampled_from(ToldBy))))
def test_nobody_has_come_and_not_come(said: list[tuple[Word, ToldBy]]) -> None:
    known, at = Attendance(), NOW
    for word, by in said:
        at += timedelta(minutes=1)
        known = told(known, word, by, at)
        assert not (known.came_at and known.missed_at)
        assert known.missed_at is None or known.cancelled_at is not None
        assert (known.told_by is None) == (known.came_at is None and known.missed_at is None)


# --- sequences of all that may be said, by the rules alone ------------------------------------------

COURSE = packaged().protocols["skin-needling"]
LENGTH = timedelta(hours=1)
WORDS = {"came": Word.CAME, "missed": Word.MISSED, "undo": Word.UNSAID}
STATUSES = {
    "arrived": Word.CAME,
    "completed": Word.ENDED,
    "no-show": Word.MISSED,
    "cancelled": Word.CANCELLED,
}
EVENTS = [*WORDS, *STATUSES, "booked", "repeat", "move", "overrun"]


class Diary:
    """One visit and its emails, kept by the rules; beside it what anybody would expect of it."""

    def __init__(self, *, required: bool) -> None:
        self.required, self.now = required, NOW
        begins = NOW + timedelta(hours=30)
        self.expected = ExpectedVisit(begins, begins + LENGTH, NOW)
        self.known, self.rows = Attendance(), dict[str, ExistingReminder]()
        self._replan()

    def _replan(self) -> None:
        """Plan as the store does: what is cancelled is added anew when it is wanted again."""
        begins, ends = self.expected.begins, self.expected.ends
        when = TreatmentTimes(begins.date(), begins, ends)
        email = frozenset({Channel.EMAIL})
        hours = ChannelHours(CLINIC.hours, CLINIC.hours)
        cap = TextCap(1, USUAL_A_WEEK)
        facts = {"zone": LONDON, "hours": hours, "cap": cap, "contacts": email, "reach": email}
        wanted = () if self.known.cancelled_at else plan(when, COURSE, **facts)
        change = replan(self.rows.values(), wanted, self.now)
        for row in change.cancel:
            self._put(row.milestone, row.scheduled_at, row.stale_at, Status.CANCELLED)
        for one in (*change.add, *(planned for _, planned in change.move)):
            self._put(one.milestone, one.scheduled_at, one.stale_at, Status.PLANNED)
        for one in (*change.late, *(planned for _, planned in change.too_late)):
            self._put(one.milestone, one.scheduled_at, one.stale_at, Status.SKIPPED)

    def _put(self, milestone: str, at: datetime, stale_at: datetime, status: Status) -> None:
        row = ExistingReminder(1, milestone, Channel.EMAIL, status, at, stale_at, at.date())
        self.rows[milestone] = row

    def pass_time(self, minutes: int, step: int = 20) -> None:
        until = self.now + timedelta(minutes=minutes)
        while self.now < until:
            self.now = min(until, self.now + timedelta(minutes=step))
            for row in list(self.rows.values()):
                if row.status is Status.PLANNED and row.scheduled_at <= self.now:
                    self._decide(row)

    def _decide(self, row: ExistingReminder) -> None:
        known, clinic = self.known, replace(CLINIC, attendance_required=self.required)
        visit = Visit(self.expected.ends, known.came_at is not None, known.missed_at is not None)
        facts = replace(FACTS, clinic=clinic, channel=Channel.EMAIL, visit=visit,
                        treatment_cancelled=known.cancelled_at is not None,
                        scheduled_at=row.scheduled_at, stale_at=row.stale_at)  # fmt: skip
        match decide(facts, self.now):
            case Send():
                self.expected.check(row.milestone, self.now, required=self.required)
                self._put(row.milestone, row.scheduled_at, row.stale_at, Status.ACCEPTED)
            case Skip():
                self._put(row.milestone, row.scheduled_at, row.stale_at, Status.SKIPPED)

    def happen(self, event: str, quarters: int) -> None:
        visit, now = self.expected, self.now
        visit.said.append(f"{now:%d %H:%M} {event}")
        if event in WORDS:
            begun = visit.begins <= now and not (
                self.known.cancelled_at and not self.known.missed_at
            )
            self.known = told(self.known, WORDS[event], STAFF, now) if begun else self.known
            visit.desk(event, now)
        elif event in {"arrived", "completed"} and not may_have_come(visit.begins, now):
            return  # it is refused
        elif event in STATUSES:
            self.known = heard(self.known, STATUSES[event], visit.begins, now, moves=False)
            visit.source(event, now)
        elif event in {"booked", "repeat"}:
            self._book(event, now)
        else:
            self._move(timedelta(minutes=15 * quarters), overruns=event == "overrun")
        self._replan()

    def _book(self, event: str, now: datetime) -> None:
        """Book again; only its own system takes a no-show back by that."""
        if event == "booked" and self.known.told_by is SOURCE and self.known.missed_at:
            self.known = told(self.known, Word.UNSAID, SOURCE, now)
        self.known = heard(self.known, Word.BOOKED, self.expected.begins, now, moves=False)
        (
            self.expected.repeated
            if event == "repeat"
            else lambda at: self.expected.source("booked", at)
        )(now)

    def _move(self, by: timedelta, *, overruns: bool) -> None:
        visit = self.expected
        begins = visit.begins if overruns else visit.begins + by
        ends = visit.ends + (abs(by) if overruns else by)
        if begins.date() == ends.date():
            if begins != visit.begins:
                self.known = moved(self.known, begins, self.now)
            visit.moved(begins, ends, self.now)

    def left(self) -> set[str]:
        return {name for name, row in self.rows.items() if row.status is Status.ACCEPTED}


SAID = st.tuples(
    st.sampled_from(EVENTS), st.integers(-60, 200), st.sampled_from([0, 20, 180, 900, 2000])
)


@settings(max_examples=100, deadline=None)
@given(required=st.booleans(), said=st.lists(SAID, max_size=14))
def test_aftercare_follows_a_visit_that_took_place_and_no_other(
    *, required: bool, said: list[tuple[str, int, int]]
) -> None:
    diary = Diary(required=required)
    for event, quarters, minutes in said:
        diary.happen(event, quarters)
        diary.pass_time(minutes)
    diary.pass_time(70 * 24 * 60, step=180)
    diary.expected.check_lost(diary.left(), required=required)
