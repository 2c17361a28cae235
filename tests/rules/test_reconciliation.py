"""Proving: what is made of a message that may have left, told what the provider said and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reminders.rules.reconciliation import (
    PATIENCE,
    LookupResult,
    UnconfirmedAttempt,
    presume,
    prove,
)
from reminders.rules.terms import Channel, Reason, Status

LEFT_AT = datetime(2026, 3, 3, 15, tzinfo=UTC)
STALE_AT = datetime(2026, 3, 3, 20, tzinfo=UTC)
DOUBT = UnconfirmedAttempt(
    reminder_id=1,
    claim="c",
    clinic_id=1,
    client_id=1,
    channel=Channel.SMS,
    status=Status.HANDOFF,
    contact="+447700900101",
    body="Hello",
    handoff_at=LEFT_AT,
    stale_at=STALE_AT,
    failed_lookups=0,
    unproven_attempts=0,
)


def after(**span: float) -> datetime:
    return LEFT_AT + timedelta(**span)


def test_what_was_found_was_accepted() -> None:
    assert prove(DOUBT, LookupResult.FOUND, after(minutes=2), PATIENCE).status is Status.ACCEPTED


@pytest.mark.parametrize(
    "misses,at,status,due",
    [
        (0, after(minutes=2), Status.HANDOFF, after(minutes=5)),
        (1, after(minutes=5), Status.HANDOFF, after(minutes=15)),
        (2, after(minutes=15), Status.PLANNED, after(minutes=15)),
        # Asked late, as after a night without power: the asks stay apart.
        (0, after(days=0, hours=3), Status.HANDOFF, after(hours=3, minutes=1.5)),
        (1, after(hours=3), Status.HANDOFF, after(hours=3, minutes=5)),
    ],
)
def test_only_the_third_miss_proves_that_it_never_left(
    misses: int, at: datetime, status: Status, due: datetime
) -> None:
    settled = prove(replace(DOUBT, failed_lookups=misses), LookupResult.ABSENT, at, PATIENCE)
    assert (settled.status, settled.due_at) == (status, due)


def test_what_never_left_and_helps_no_more_is_stale() -> None:
    settled = prove(replace(DOUBT, failed_lookups=2), LookupResult.ABSENT, STALE_AT, PATIENCE)
    assert (settled.status, settled.reason) == (Status.SKIPPED, Reason.STALE)


def test_a_provider_that_cannot_be_asked_proves_nothing() -> None:
    unheard = prove(
        replace(DOUBT, failed_lookups=2), LookupResult.UNHEARD, after(hours=4), PATIENCE
    )
    assert unheard.status is Status.HANDOFF
    assert unheard.due_at is not None
    assert unheard.due_at > after(hours=4)


def test_once_it_matters_no_more_an_unproven_one_is_unknown() -> None:
    settled = prove(DOUBT, LookupResult.UNHEARD, STALE_AT + timedelta(seconds=1), PATIENCE)
    assert (settled.status, settled.reason) == (Status.UNKNOWN, Reason.UNPROVEN)


def test_one_that_left_a_minute_before_its_end_is_still_asked_for_half_an_hour() -> None:
    late = replace(DOUBT, handoff_at=STALE_AT - timedelta(minutes=1))
    at = STALE_AT + timedelta(minutes=20)
    assert prove(late, LookupResult.UNHEARD, at, PATIENCE).status is Status.HANDOFF


MAIL = replace(DOUBT, channel=Channel.EMAIL)


@pytest.mark.parametrize(
    "doubt,at,resend,status",
    [
        (MAIL, after(minutes=10), True, Status.PLANNED),
        (MAIL, after(minutes=10), False, Status.UNKNOWN),
        (replace(MAIL, unproven_attempts=1), after(minutes=10), True, Status.UNKNOWN),
        (MAIL, STALE_AT, True, Status.UNKNOWN),
    ],
)
def test_an_email_in_doubt_goes_once_more_while_it_helps_or_is_held(
    doubt: UnconfirmedAttempt, at: datetime, resend: bool, status: Status
) -> None:
    assert presume(doubt, at, resend=resend).status is status
