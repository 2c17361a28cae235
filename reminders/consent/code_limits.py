"""Check before a code leaves that not too many were sent lately."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from reminders.rules import code_limits as rule
from reminders.rules.code_limits import Limits
from reminders.rules.countries import block_of, region_of
from reminders.rules.terms import Channel
from reminders.store.queries import code_counts, people

Counted = tuple[Limits, Callable[[datetime], int]]


def is_full(
    session: Session,
    clinic_id: int,
    channel: Channel,
    contact: str,
    network_address: str,
    now: datetime,
) -> bool:
    """Say whether enough codes were sent for now; until the transaction ends nobody sends others."""
    code_counts.hold(session)
    counts = list(_counts(session, clinic_id, channel, contact, network_address))
    if channel is Channel.SMS:
        counts += _of_texts(session, clinic_id, contact, network_address)
    return any(count(now - span) >= most for limits, count in counts for span, most in limits)


def _counts(
    session: Session, clinic_id: int, channel: Channel, contact: str, address: str
) -> Iterator[Counted]:
    yield rule.TO_ONE, partial(code_counts.to_contact, session, contact)
    yield rule.FROM_ONE, partial(code_counts.from_address, session, address)
    yield rule.FOR_CLINIC[channel], partial(code_counts.for_clinic, session, clinic_id, channel)


def _of_texts(session: Session, clinic_id: int, contact: str, address: str) -> Iterator[Counted]:
    network, block = rule.network_of(address), block_of(contact)
    from_one = partial(code_counts.unproven_from_address, session, address)
    from_network = partial(code_counts.unproven_from_network, session, network)
    yield rule.UNPROVEN_FROM_ONE, from_one
    yield rule.UNPROVEN_FROM_NETWORK, from_network
    yield rule.NEIGHBOURS, partial(code_counts.to_neighbours, session, block, contact)
    if (country := region_of(contact)) != people.clinic(session, clinic_id).country:
        yield rule.ABROAD, partial(code_counts.to_country, session, clinic_id, country)
