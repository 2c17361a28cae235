"""Decide what becomes of a message of unknown outcome, once the provider was asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from reminders.rules.decision import Settled
from reminders.rules.terms import Channel, Reason, Status


@dataclass(frozen=True, slots=True)
class Patience:
    """How long each kind of waiting lasts.

    ``lease``: how long a claim holds that was not handed off. ``freshness``: between a handoff and
    its first byte. ``asks``: when to ask Twilio after a handoff, which has then had time to list
    what it took. ``mail``: how long a mail server may think about the final dot (RFC 5321,
    4.5.3.2.6: ten minutes). ``proof``: how long at least proof is sought before staff are alerted.
    """

    lease: timedelta = timedelta(minutes=2)
    freshness: timedelta = timedelta(seconds=5)
    asks: tuple[timedelta, ...] = (
        timedelta(minutes=2),
        timedelta(minutes=5),
        timedelta(minutes=15),
    )
    mail: timedelta = timedelta(minutes=10)
    proof: timedelta = timedelta(minutes=30)

    def first_ask(self, channel: Channel) -> timedelta:
        """Return how long after a handoff its end is first asked for."""
        return self.asks[0] if channel is Channel.SMS else self.mail


PATIENCE = Patience()
"""What providers and clients are owed."""


class LookupResult(StrEnum):
    """What asking for a message brought."""

    FOUND = "found"  # it left
    ABSENT = "absent"  # the provider, in good health, does not know it
    UNHEARD = "unheard"  # the provider could not be asked


@dataclass(frozen=True, slots=True)
class UnconfirmedAttempt:
    """An attempt that may have left: what it said to whom, and how often it was looked for.

    ``failed_lookups`` counts the healthy looks that did not find it, ``unproven_attempts`` the
    earlier attempts of the reminder whose end was never known; it left by this account.
    """

    reminder_id: int
    claim: str
    clinic_id: int
    client_id: int
    channel: Channel
    status: Status
    contact: str
    body: str
    handoff_at: datetime
    stale_at: datetime
    failed_lookups: int
    unproven_attempts: int
    account_id: int | None = None


def prove(
    attempt: UnconfirmedAttempt, finding: LookupResult, now: datetime, patience: Patience
) -> Settled:
    """Decide what becomes of a text in doubt.

    One that was found was accepted. One that was missing at every ask never left, and may go
    again while it still helps. One that could not be asked for until it no longer mattered is
    unknown. Any other waits for its next ask.
    """
    if finding is LookupResult.FOUND:
        return Settled(Status.ACCEPTED)
    misses = attempt.failed_lookups + (finding is LookupResult.ABSENT)
    if misses >= len(patience.asks):
        return _never_left(attempt, now)
    if finding is LookupResult.UNHEARD and now > _end(attempt, patience):
        return Settled(Status.UNKNOWN, Reason.UNPROVEN)
    return Settled(Status.HANDOFF, due_at=_next_ask(attempt, misses, now, patience))


def _never_left(attempt: UnconfirmedAttempt, now: datetime) -> Settled:
    if now < attempt.stale_at:
        return Settled(Status.PLANNED, due_at=now)
    return Settled(Status.SKIPPED, Reason.STALE)


def _end(attempt: UnconfirmedAttempt, patience: Patience) -> datetime:
    return max(attempt.stale_at, attempt.handoff_at + patience.proof)


def _next_ask(
    attempt: UnconfirmedAttempt, misses: int, now: datetime, patience: Patience
) -> datetime:
    """Keep the asks as far apart as they are meant to be, also when the first came late."""
    gap = patience.asks[misses] - patience.asks[misses - 1] if misses else patience.asks[0] / 2
    return max(attempt.handoff_at + patience.asks[misses], now + gap / 2)


def presume(attempt: UnconfirmedAttempt, now: datetime, *, resend: bool) -> Settled:
    """Decide what becomes of an email in doubt, since no mail server can be asked.

    Where ``resend`` is chosen it goes once more while it still helps, with the same Message-ID
    and marked as a possible duplicate; else, or the second time, it is unknown.
    """
    if resend and not attempt.unproven_attempts and now < attempt.stale_at:
        return Settled(Status.PLANNED, Reason.MAYBE_TWICE, now)
    return Settled(Status.UNKNOWN, Reason.UNPROVEN)
