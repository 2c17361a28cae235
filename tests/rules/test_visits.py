"""What each word changes that is said of a visit, and who may take it back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.rules.visits import Attendance, ToldBy, Word, heard, may_have_come, moved, told

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
        # An end binds, whoever says it.
        (CAME, Word.MISSED, SOURCE, Attendance(NOW, None, NOW, SOURCE)),
        (CAME, Word.CANCELLED, SOURCE, Attendance(NOW, BEFORE, None, STAFF)),
        (CANCELLED, Word.MISSED, SOURCE, CANCELLED),
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
