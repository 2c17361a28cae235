"""Decide once more, on facts read under lock, right before a message is handed off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from reminders.rules.caps import counts
from reminders.rules.decision import Decision, Send, decide, settled_by
from reminders.rules.reconciliation import Patience
from reminders.rules.terms import Channel, Facts, Message
from reminders.store.queries import delivery, reminder_facts, segment_budgets

Sending = tuple[Facts, Message]


def hand_off(
    session: Session, sending: Sequence[Sending], now: datetime, patience: Patience
) -> list[bool]:
    """Record that these messages are about to leave, and say of each whether it may.

    Consent, suppression, clinic, window, caps and budgets are read again here, with the numbers and
    addresses, the clients and the clinics' months locked: whatever was withdrawn before this
    transaction ends is seen, and two texts to one number, whoever shares it, or of one budget, are
    counted one after the other. What may not leave
    is settled here as well. (Only its last text can take a budget over, by being long.)
    """
    if not sending:
        return []
    texts = (facts for facts, _ in sending if facts.channel is Channel.SMS)
    segment_budgets.lock_budgets(session, (facts.clinic for facts in texts), now)
    ids = [facts.reminder_id for facts, _ in sending]
    fresh = reminder_facts.facts(session, ids, now, to_word=False)
    return hand_off_as_known(session, sending, fresh, now, patience)


def hand_off_as_known(
    session: Session,
    sending: Sequence[Sending],
    fresh: Iterable[Facts],
    now: datetime,
    patience: Patience,
) -> list[bool]:
    """Record which of these may leave, and say so of each, by ``fresh`` facts: read in this
    transaction, and changed by nothing since.
    """
    decisions = list(_decide_again(sending, {known.reminder_id: known for known in fresh}, now))
    going = [
        pair
        for pair, decision in zip(sending, decisions, strict=True)
        if isinstance(decision, Send)
    ]
    ask_at = {channel: now + patience.first_ask(channel) for channel in Channel}
    ours = delivery.record_handoff(session, going, now, ask_at)
    segment_budgets.charge(session, [pair for pair in going if pair[0].reminder_id in ours], now)
    for (facts, _), decision in zip(sending, decisions, strict=True):
        if decision is not None and not isinstance(decision, Send):
            delivery.settle(session, [facts], settled_by(decision), now)
    return [
        isinstance(decision, Send) and facts.reminder_id in ours
        for (facts, _), decision in zip(sending, decisions, strict=True)
    ]


def _decide_again(
    sending: Sequence[Sending],
    fresh: dict[int, Facts],
    now: datetime,
) -> Iterator[Decision | None]:
    """Decide each, in order; None where the claim is lost or the message is for an old contact, or
    would leave as a sender that is not the clinic's any more.
    """
    sent: Counter[tuple[int, str]] = Counter()
    spent: Counter[int] = Counter()
    for facts, message in sending:
        known = fresh.get(facts.reminder_id)
        if known is None or _way_of(known) != (facts.claim, message.to, *_leaves(message)):
            yield None
            continue
        clinic_id = known.clinic.clinic_id
        known = _after(known, sent[clinic_id, message.to], spent[clinic_id], now)
        decision = decide(known, now)
        if isinstance(decision, Send):
            spent[clinic_id] += segment_budgets.weight(known.clinic, message)
            sent[clinic_id, message.to] += counts(known)
        yield decision


def _way_of(known: Facts) -> tuple[str, str | None, str, int | None]:
    return known.claim, known.contact, known.sender, known.account_id


def _leaves(message: Message) -> tuple[str, int | None]:
    return message.sender, message.account_id


def _after(known: Facts, sent: int, spent: int, now: datetime) -> Facts:
    """Add what leaves before it in this transaction: to its number or address, and of its budget."""
    if sent:
        today = [now.astimezone(known.zone).date()] * sent
        known = replace(known, texts_on=(*known.texts_on, *today), emailed_at=now)
    if spent and known.clinic.segments_left is not None:
        left = known.clinic.segments_left - spent
        known = replace(known, clinic=replace(known.clinic, segments_left=left))
    return known
