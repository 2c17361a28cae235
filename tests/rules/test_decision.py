"""Whether a due reminder may go, and what an attempt's outcome makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from reminders.rules.decision import (
    Defer,
    Outcome,
    Send,
    Skip,
    backoff,
    decide,
    settle,
    settled_by,
    validity,
)
from reminders.rules.terms import Channel, OneOffFacts, OneOffKind, Reason, Status, Visit
from tests.support.facts import CLINIC, FACTS, NOON


def days_ago(*numbers: int) -> tuple[date, ...]:
    return tuple(NOON.date() - timedelta(days=n) for n in numbers)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


EMAIL = {"channel": Channel.EMAIL}


def one_off(kind: str) -> OneOffFacts:
    return OneOffFacts(OneOffKind(kind), "", "", urgent=False)


@pytest.mark.parametrize(
    "changed,now,expected",
    [
        ({}, NOON, Send(utc("2026-03-04 20:00"))),
        # A pause was asked for: it waits, even if in vain, since the pause may be ended.
        ({"paused_until": NOON + timedelta(hours=5)}, NOON, Defer(NOON + timedelta(hours=5), Reason.PAUSED)),
        ({"paused_until": NOON + timedelta(days=7)}, NOON, Defer(NOON + timedelta(days=1), Reason.PAUSED)),
        ({"paused_until": NOON + timedelta(days=7)}, NOON + timedelta(days=1), Skip(Reason.PAUSED)),
        ({"paused_until": NOON}, NOON + timedelta(days=1), Skip(Reason.STALE)),
        ({"paused_until": NOON}, NOON, Send(utc("2026-03-04 20:00"))),
        # Never after it stops helping, even while the window is open.
        ({"stale_at": utc("2026-03-04 15:00")}, NOON, Send(utc("2026-03-04 15:00"))),
        ({"stale_at": NOON}, NOON, Skip(Reason.STALE)),
        ({"consented": False}, NOON, Skip(Reason.NO_CONSENT)),
        ({"suppressed": Reason.OPTED_OUT}, NOON, Skip(Reason.OPTED_OUT)),
        ({"suppressed": Reason.UNREACHABLE}, NOON, Skip(Reason.UNREACHABLE)),
        ({"contact": None}, NOON, Skip(Reason.UNREACHABLE)),
        ({"superseded": True}, NOON, Skip(Reason.SUPERSEDED)),
        ({"treatment_cancelled": True}, NOON, Skip(Reason.TREATMENT_CANCELLED)),
        # A stop is told before anything else about the client.
        ({"suppressed": Reason.OPTED_OUT, "consented": False}, NOON, Skip(Reason.OPTED_OUT)),
        # Night: wait for the morning, if it still helps then.
        ({}, utc("2026-03-04 20:00"), Defer(utc("2026-03-05 09:00"), Reason.QUIET_HOURS)),
        ({"stale_at": utc("2026-03-05 09:00")}, utc("2026-03-04 20:30"), Skip(Reason.STALE)),
        # Caps: one a day, three in seven days.
        ({"texts_on": days_ago(0)}, NOON, Defer(utc("2026-03-05 09:00"), Reason.CAP)),
        ({"texts_on": days_ago(1, 3)}, NOON, Send(utc("2026-03-04 20:00"))),
        ({"texts_on": days_ago(1, 3, 6)}, NOON, Defer(utc("2026-03-05 09:00"), Reason.CAP)),
        ({"texts_on": days_ago(1, 3, 7)}, NOON, Send(utc("2026-03-04 20:00"))),
        ({"texts_on": days_ago(1, 2, 3)}, NOON, Skip(Reason.CAP)),
        (
            {"texts_on": days_ago(1, 2, 5), "stale_at": NOON + timedelta(days=5)},
            NOON,
            Defer(utc("2026-03-06 09:00"), Reason.CAP),
        ),
        # Emails are not capped, but kept apart from the last one to the same address.
        ({**EMAIL, "texts_on": days_ago(0, 1, 2)}, NOON, Send(utc("2026-03-04 20:00"))),
        ({**EMAIL, "emailed_at": NOON}, NOON, Defer(utc("2026-03-04 12:05"), Reason.CAP)),
        ({**EMAIL, "emailed_at": utc("2026-03-04 11:56")}, NOON, Defer(utc("2026-03-04 12:01"), Reason.CAP)),
        ({**EMAIL, "emailed_at": utc("2026-03-04 11:55")}, NOON, Send(utc("2026-03-04 20:00"))),
        ({**EMAIL, "emailed_at": NOON, "stale_at": utc("2026-03-04 12:05")}, NOON, Skip(Reason.CAP)),
        ({**EMAIL, "emailed_at": NOON, "one_off": one_off("correction")}, NOON, Defer(utc("2026-03-04 12:05"), Reason.CAP)),
        ({"emailed_at": NOON}, NOON, Send(utc("2026-03-04 20:00"))),
        # What the client asked for just now waits for nothing, nor does what belongs to no protocol.
        ({**EMAIL, "emailed_at": NOON, "one_off": one_off("code")}, NOON, Send(utc("2026-03-04 20:00"))),
        ({**EMAIL, "emailed_at": NOON, "one_off": one_off("answer")}, NOON, Send(utc("2026-03-04 20:00"))),
        ({"texts_on": days_ago(0), "one_off": one_off("opt-in")}, NOON, Send(utc("2026-03-04 20:00"))),
        ({"texts_on": days_ago(0), "one_off": one_off("correction")}, NOON, Send(utc("2026-03-04 20:00"))),
    ],
)  # fmt: skip
def test_decisions(changed: dict[str, Any], now: datetime, expected: object) -> None:
    assert decide(replace(FACTS, **changed), now) == expected


OVER_AT_NOON = Visit(NOON - timedelta(minutes=30))
REQUIRED = {"clinic": replace(CLINIC, attendance_required=True)}
AN_HOUR_ON = NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    "changed,now,expected",
    [
        # Aftercare goes half an hour after the end, if nobody has said otherwise.
        ({"visit": OVER_AT_NOON}, NOON, Send(utc("2026-03-04 20:00"))),
        ({"visit": OVER_AT_NOON}, NOON - timedelta(minutes=1), Defer(NOON, Reason.NOT_OVER)),
        ({"visit": Visit(AN_HOUR_ON)}, NOON, Defer(AN_HOUR_ON + timedelta(minutes=30), Reason.NOT_OVER)),
        ({"visit": Visit(AN_HOUR_ON, came=True)}, NOON, Defer(AN_HOUR_ON, Reason.NOT_OVER)),
        ({"visit": Visit(NOON, came=True)}, NOON, Send(utc("2026-03-04 20:00"))),
        # What prepares for the visit goes on the booking's word.
        ({"visit": Visit(NOON + timedelta(days=2))}, NOON, Send(utc("2026-03-04 20:00"))),
        ({"visit": Visit(NOON + timedelta(days=2)), **REQUIRED}, NOON, Send(utc("2026-03-04 20:00"))),
        # Who is known not to have come hears nothing more, and that is told before anything else.
        ({"visit": Visit(OVER_AT_NOON.ends_at, missed=True)}, NOON, Skip(Reason.NOT_COME)),
        ({"visit": Visit(OVER_AT_NOON.ends_at, missed=True), "treatment_cancelled": True}, NOON, Skip(Reason.NOT_COME)),
        ({"visit": Visit(NOON + timedelta(days=2), missed=True)}, NOON, Skip(Reason.NOT_COME)),
        # A clinic may require the word.
        ({"visit": OVER_AT_NOON, **REQUIRED}, NOON, Defer(NOON + timedelta(hours=6), Reason.NOT_CONFIRMED)),
        ({"visit": OVER_AT_NOON, **REQUIRED}, NOON + timedelta(days=1), Skip(Reason.NOT_CONFIRMED)),
        ({"visit": Visit(OVER_AT_NOON.ends_at, came=True), **REQUIRED}, NOON, Send(utc("2026-03-04 20:00"))),
        ({"visit": Visit(OVER_AT_NOON.ends_at, came=True), **REQUIRED}, NOON + timedelta(days=1), Skip(Reason.STALE)),
        ({"visit": OVER_AT_NOON}, NOON + timedelta(days=1), Skip(Reason.STALE)),
    ],
)  # fmt: skip
def test_a_booking_is_not_a_treatment(
    changed: dict[str, Any], now: datetime, expected: object
) -> None:
    assert decide(replace(FACTS, **changed), now) == expected


def test_a_clinic_in_practice_mode_sends_nothing_and_is_looked_at_again() -> None:
    practising = replace(FACTS, clinic=replace(CLINIC, live=False))
    assert decide(practising, NOON) == Defer(NOON + timedelta(hours=1), Reason.PRACTICE)
    nearly_stale = replace(practising, stale_at=NOON + timedelta(minutes=5))
    assert decide(nearly_stale, NOON) == Defer(nearly_stale.stale_at, Reason.PRACTICE)
    assert decide(nearly_stale, nearly_stale.stale_at) == Skip(Reason.STALE)


def test_waiting_and_skipping_settle_as_they_say() -> None:
    waiting = settled_by(Defer(NOON, Reason.CAP))
    assert (waiting.status, waiting.reason, waiting.due_at) == (Status.PLANNED, Reason.CAP, NOON)
    assert settled_by(Skip(Reason.STALE)).status is Status.SKIPPED


@pytest.mark.parametrize(
    "outcome,status,reason",
    [
        (Outcome.ACCEPTED, Status.ACCEPTED, None),
        (Outcome.SUPPRESS, Status.FAILED, Reason.OPTED_OUT),
        (Outcome.INVALID, Status.FAILED, Reason.INVALID_CONTACT),
        (Outcome.CONTENT, Status.FAILED, Reason.REFUSED_CONTENT),
        (Outcome.REFUSED, Status.FAILED, Reason.REFUSED),
        (Outcome.AMBIGUOUS, Status.HANDOFF, None),
        (Outcome.RETRY, Status.PLANNED, Reason.PROVIDER_BUSY),
        (Outcome.CONFIGURATION, Status.PLANNED, Reason.PROVIDER_REFUSES),
    ],
)
def test_outcomes_settle(outcome: Outcome, status: Status, reason: Reason | None) -> None:
    settled = settle(outcome, FACTS, NOON)
    assert (settled.status, settled.reason) == (status, reason)


def test_a_busy_provider_is_tried_again_later_and_later_until_it_no_longer_helps() -> None:
    waits = [backoff(7, attempts) for attempts in range(6)]
    assert waits == sorted(waits)
    assert timedelta(minutes=1) <= waits[0] <= timedelta(seconds=75)
    assert timedelta(hours=4) <= waits[-1] <= timedelta(hours=5)
    nearly_stale = replace(FACTS, stale_at=NOON + timedelta(seconds=59))
    assert settle(Outcome.RETRY, nearly_stale, NOON).reason is Reason.STALE


def test_tries_are_counted_and_end() -> None:
    assert settle(Outcome.RETRY, replace(FACTS, attempts=5), NOON).status is Status.FAILED


def test_a_provider_that_names_a_wait_is_given_it() -> None:
    settled = settle(Outcome.RETRY, FACTS, NOON, timedelta(minutes=30))
    assert settled.due_at == NOON + timedelta(minutes=30)


def test_our_own_wrong_settings_use_up_no_tries() -> None:
    worn = replace(FACTS, attempts=99)
    assert settle(Outcome.CONFIGURATION, worn, NOON).status is Status.PLANNED


def test_many_refused_together_do_not_come_back_together() -> None:
    assert len({backoff(number, 0) for number in range(100)}) > 50


@pytest.mark.parametrize(
    "until,seconds",
    [("2026-03-04 12:30", 1800), ("2026-03-05 12:00", 36_000), ("2026-03-04 11:00", 1)],
)
def test_the_provider_may_not_keep_a_text_past_its_window(until: str, seconds: int) -> None:
    assert validity(NOON, utc(until)) == timedelta(seconds=seconds)
