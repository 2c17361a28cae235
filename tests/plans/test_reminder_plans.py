"""What a later visit made needless comes back where the client did not come to that visit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from reminders.consent import ledger
from reminders.enrolment import treatments, visits
from reminders.rules.terms import LEFT, Channel, Reason
from reminders.rules.visits import Word
from reminders.store.database import writing
from reminders.store.queries import people
from reminders.store.queries.overview import ReminderLine
from reminders.store.tables import Treatment
from tests.conftest import House, ana

pytestmark = pytest.mark.portable

FIRST, SECOND = date(2026, 3, 2), date(2026, 4, 2)
AFTERNOON = datetime(2026, 4, 2, 16, tzinfo=UTC)
MAY = datetime(2026, 5, 20, tzinfo=UTC)


@pytest.fixture
def superseded(house: House) -> House:
    """Return a house where the month of a first visit gave way to a second one."""
    house.enrol(ana(FIRST, external_id="B-1"), ana(SECOND, external_id="B-2"))
    house.play(AFTERNOON)
    assert {line.reason for line in months(house)} == {Reason.SUPERSEDED}
    return house


def months(house: House) -> list[ReminderLine]:
    return [x for x in house.lines() if x.treated_on == FIRST and x.milestone == "month-1"]


def left(house: House) -> list[Channel]:
    return sorted(line.channel for line in months(house) if line.status in LEFT)


def say(house: House, word: Word) -> None:
    with writing(house.engine) as session:
        clinic = people.clinics(session)[0]
        assert visits.say(session, house.app.library, clinic, [2], word, house.clock())


@pytest.mark.both
def test_whoever_missed_the_second_visit_hears_the_month_of_the_first_once(
    superseded: House,
) -> None:
    say(superseded, Word.MISSED)
    superseded.play(MAY)
    assert left(superseded) == [Channel.EMAIL, Channel.SMS]


def test_what_is_stale_by_then_stays_skipped(superseded: House) -> None:
    superseded.play(AFTERNOON + timedelta(days=10))
    say(superseded, Word.MISSED)
    superseded.play(MAY)
    assert left(superseded) == []


def test_a_wrong_tap_taken_back_in_time_supersedes_again(superseded: House) -> None:
    say(superseded, Word.MISSED)
    say(superseded, Word.UNSAID)
    superseded.play(MAY)
    assert left(superseded) == []
    assert {line.reason for line in months(superseded)} == {Reason.SUPERSEDED}


@pytest.mark.both
def test_a_tap_to_and_fro_sends_nothing_twice(superseded: House) -> None:
    for word in (Word.MISSED, Word.UNSAID, Word.MISSED):
        say(superseded, word)
        superseded.play(superseded.clock() + timedelta(hours=18))
    superseded.play(MAY)
    assert left(superseded) == [Channel.EMAIL, Channel.SMS]


def test_a_second_visit_that_moves_away_supersedes_nothing_any_more(superseded: House) -> None:
    with writing(superseded.engine) as session:
        treatment = session.get(Treatment, 2)
        assert treatment is not None
        later = SECOND + timedelta(days=20)
        treatments.reschedule(session, superseded.app.library, treatment, later, None, None, superseded.clock())  # fmt: skip
    superseded.play(MAY)
    assert left(superseded) == [Channel.EMAIL, Channel.SMS]


def test_whoever_said_stop_meanwhile_hears_nothing(superseded: House) -> None:
    say(superseded, Word.MISSED)
    with writing(superseded.engine) as session:
        (client,) = people.clients_by_id(session, [1])
        ledger.withdraw(session, client, Channel.SMS, source="test", now=superseded.clock())
    superseded.play(MAY)
    assert left(superseded) == [Channel.EMAIL]
