"""Decide whether a due reminder may be sent, and what an attempt's outcome makes of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from reminders.rules.caps import full_until
from reminders.rules.countries import may_text, region_of
from reminders.rules.records import record
from reminders.rules.sender_kinds import is_one_way
from reminders.rules.sender_names import NameRule, rule_of
from reminders.rules.sending_hours import next_opening
from reminders.rules.terms import Channel, Facts, Reason, Status
from reminders.rules.visits import unsure

LOOK_AGAIN = timedelta(hours=1)
"""How often a reminder is looked at again that waits for somebody to let it go: its clinic is in
practice mode or paused, has spent its budget or does not text that country; or staff hold it."""

TRIES = 6
BACKOFF = (1, 5, 15, 60, 120, 240)
"""Minutes before each further try; the last repeats while the message is still useful."""

AGAIN = timedelta(minutes=1)
"""Before a reminder that could not leave for no fault of its own is looked at again."""

BARRED_LOOK = timedelta(hours=1)
"""How often we try a contact that our account may not reach: somebody may allow it."""

LONGEST_VALIDITY = timedelta(seconds=36_000)
"""The longest a text may wait in the provider's queue (Twilio's ValidityPeriod)."""


@record
class Send:
    """It may leave now; ``until`` (UTC) is when it must not leave any more."""

    until: datetime


@record
class Defer:
    """It waits, for this reason, until that instant (UTC); waiting is no attempt."""

    until: datetime
    reason: Reason


@record
class Skip:
    """It will not be sent, for this reason."""

    reason: Reason


Decision = Send | Defer | Skip


def decide(facts: Facts, now: datetime) -> Decision:
    """Decide about one reminder at ``now`` (aware): refusals first, then what makes it wait."""
    refusal = _refusal(facts, now)
    if refusal is not None:
        return Skip(refusal)
    held = _held(facts, now)
    if held is not None:
        return held
    if facts.one_off is not None and facts.one_off.urgent:
        return Send(facts.stale_at)
    hours, zone = facts.clinic.hours, facts.zone
    opens_at, closes_at = next_opening(now, hours, zone)
    if opens_at > now:
        return _wait(facts, opens_at, Reason.QUIET_HOURS)
    frees_at = full_until(facts, now)
    if frees_at is not None:
        return _wait(facts, frees_at, Reason.CAP)
    return Send(min(closes_at, facts.stale_at))


def _held(facts: Facts, now: datetime) -> Decision | None:
    """Defer while the clinic, its wording or the client's pause holds the reminder."""
    waits_for = _halt(facts) or (Reason.ON_HOLD if facts.on_hold else None)
    if waits_for is not None:
        return Defer(min(now + LOOK_AGAIN, facts.stale_at), waits_for)
    if facts.one_off is None and facts.paused_until and now < facts.paused_until:
        return Defer(min(facts.paused_until, facts.stale_at), Reason.PAUSED)
    if (doubt := unsure(facts, now)) is not None:
        until, reason = doubt
        return Defer(min(until, facts.stale_at), reason)
    if facts.welcome_first:
        return _wait(facts, now + AGAIN, Reason.WELCOME)
    day = now.astimezone(facts.clinic.zone).date()
    unfit = facts.clinic.customisation.needs_review(
        facts.protocol, facts.milestone, facts.language, day
    )
    if unfit and facts.one_off is None:
        return Defer(min(now + LOOK_AGAIN, facts.stale_at), Reason.WORDING)
    return None


def _stale_reason(facts: Facts) -> Reason:
    """Return why a reminder is stale: the client's pause, nobody's word, or the time that passed."""
    paused = facts.paused_until is not None and facts.paused_until >= facts.stale_at
    if paused and facts.one_off is None:
        return Reason.PAUSED
    doubt = unsure(facts, facts.stale_at)
    if doubt is None and _abroad(facts):
        return Reason.COUNTRY
    return doubt[1] if doubt else Reason.STALE


def _refusal(facts: Facts, now: datetime) -> Reason | None:
    is_stale = now >= facts.stale_at
    tests = (
        (facts.visit is not None and facts.visit.missed, Reason.NOT_COME),
        (facts.treatment_cancelled, Reason.TREATMENT_CANCELLED),
        (_barred(facts), facts.suppressed),
        (not (facts.consented or facts.requested), Reason.NO_CONSENT),
        (facts.contact is None, Reason.UNREACHABLE),
        (facts.superseded, Reason.SUPERSEDED),
        (is_stale, _stale_reason(facts) if is_stale else None),
    )
    return next((reason for refused, reason in tests if refused), None)


def _barred(facts: Facts) -> bool:
    """Say whether the contact is suppressed: an opt-out applies always, an erasure until the client
    asks again."""
    returns = facts.suppressed is Reason.ERASED and facts.requested
    return facts.suppressed is not None and not returns


def _halt(facts: Facts) -> Reason | None:
    """Return why nothing may leave until somebody says so."""
    if facts.clinic.halted is not None:
        return facts.clinic.halted
    if not facts.clinic.live and not facts.practice_recipient:
        return Reason.PRACTICE
    if _abroad(facts):
        return Reason.COUNTRY
    if _nameless(facts):
        return Reason.PROVIDER_REFUSES
    left = facts.clinic.segments_left
    spent = facts.channel is Channel.SMS and left is not None and left <= 0
    return Reason.BUDGET if spent else None


def _nameless(facts: Facts) -> bool:
    """Say whether a text would leave as a name where carriers take none."""
    if facts.channel is not Channel.SMS or not facts.contact or not is_one_way(facts.sender):
        return False
    return rule_of(region_of(facts.contact)).rule is NameRule.NEVER


def _abroad(facts: Facts) -> bool:
    """Say whether a text would go to a country that its clinic does not text."""
    texts = facts.channel is Channel.SMS and facts.contact is not None
    return texts and not may_text(facts.clinic, facts.contact or "")


def _wait(facts: Facts, until: datetime, reason: Reason) -> Decision:
    """Wait, unless the message would be stale by then; a cap that outlasts it says so."""
    if until < facts.stale_at:
        return Defer(until, reason)
    return Skip(Reason.CAP if reason is Reason.CAP else Reason.STALE)


class Outcome(StrEnum):
    """What a provider's answer means for the reminder, independent of the provider."""

    ACCEPTED = "accepted"
    SUPPRESS = "suppress"  # the contact said stop
    INVALID = "invalid"  # the contact does not exist, or cannot be texted
    RETRY = "retry"  # certainly not taken; this one may go later
    BUSY = "busy"  # certainly not taken; the provider is away, or asks everyone to wait
    BARRED = "barred"  # our account may not reach this contact; the row keeps
    CONFIGURATION = "configuration"  # our account or sender is at fault; nothing of it may leave
    CONTENT = "content"  # this text is refused; a person must look at it
    REFUSED = "refused"  # for a reason we have no rule for; never retried blindly
    UNREACHED = "unreached"  # accepted, but the phone was not reached; it may be sent once more
    AMBIGUOUS = "ambiguous"  # it may have been taken
    KEPT = "kept"  # never handed to the provider: our own side was too slow


@record
class Settled:
    """What becomes of a reminder; ``due_at`` where it is to be looked at again (UTC).

    ``attempts`` counts its tries from now on, where an attempt was made; one that only probed a
    stopped lane does not count.
    """

    status: Status
    reason: Reason | None = None
    due_at: datetime | None = None
    attempts: int | None = None


_FINAL = {
    Outcome.ACCEPTED: Settled(Status.ACCEPTED),
    Outcome.SUPPRESS: Settled(Status.FAILED, Reason.OPTED_OUT),
    Outcome.INVALID: Settled(Status.FAILED, Reason.INVALID_CONTACT),
    Outcome.CONTENT: Settled(Status.FAILED, Reason.REFUSED_CONTENT),
    Outcome.REFUSED: Settled(Status.FAILED, Reason.REFUSED),
    Outcome.UNREACHED: Settled(Status.FAILED, Reason.REFUSED),
    Outcome.AMBIGUOUS: Settled(Status.HANDOFF),
}


def settled_by(decision: Defer | Skip) -> Settled:
    """Return the state of a reminder that was decided not to leave now."""
    match decision:
        case Defer(until, reason):
            return Settled(Status.PLANNED, reason, until)
        case Skip(reason):
            return Settled(Status.SKIPPED, reason)


def settle(
    outcome: Outcome,
    facts: Facts,
    now: datetime,
    retry_after: timedelta | None = None,
) -> Settled:
    """Turn an attempt's outcome into the reminder's next state.

    An ambiguous one stays in ``handoff`` until somebody can prove what happened; one that was
    certainly not taken is tried again with back-off while it still helps.
    """
    if outcome in _FINAL:
        return _FINAL[outcome]
    if outcome is Outcome.RETRY and facts.attempts + 1 >= TRIES:
        return Settled(Status.FAILED, Reason.PROVIDER_BUSY)
    due_at = now + _wait_after(outcome, facts, retry_after)
    if due_at >= facts.stale_at:
        return Settled(Status.SKIPPED, Reason.STALE)
    attempts = facts.attempts + (outcome is Outcome.RETRY)
    return Settled(Status.PLANNED, _WAITS_FOR.get(outcome), due_at, attempts)


_WAITS_FOR = {
    Outcome.RETRY: Reason.PROVIDER_BUSY,
    Outcome.BUSY: Reason.PROVIDER_BUSY,
    Outcome.BARRED: Reason.PROVIDER_REFUSES,
    Outcome.CONFIGURATION: Reason.PROVIDER_REFUSES,
}


def _wait_after(outcome: Outcome, facts: Facts, retry_after: timedelta | None) -> timedelta:
    """Say how long a reminder waits that was certainly not taken. Where the sender is at fault, its
    lane waits instead.
    """
    match outcome:
        case Outcome.RETRY:
            return max(retry_after or timedelta(), backoff(facts.reminder_id, facts.attempts))
        case Outcome.BARRED:
            return BARRED_LOOK
        case _:
            return retry_after or AGAIN


def backoff(reminder_id: int, attempts: int) -> timedelta:
    """Return how long to wait before the next try, spread by up to a quarter so that many
    reminders refused together do not come back together.
    """
    wait = timedelta(minutes=BACKOFF[min(attempts, len(BACKOFF) - 1)])
    spread = sha256(f"{reminder_id}.{attempts}".encode()).digest()[0] / 255
    return wait * (1 + spread / 4)


def validity(now: datetime, until: datetime) -> timedelta:
    """Return how long the provider may keep a text in its queue without being late."""
    return max(timedelta(seconds=1), min(until - now, LONGEST_VALIDITY))
