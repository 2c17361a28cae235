"""Add, change, pause and remove the addresses that are told what happens at a clinic."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from reminders.rules.addresses import endpoint_address, host_of
from reminders.rules.endpoints import PauseReason
from reminders.rules.events import EventKind
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext, gettext_noop
from reminders.sealing import Sealing
from reminders.store.queries import endpoints as queries
from reminders.store.queries import events
from reminders.store.queries.audit import record
from reminders.store.tables import Clinic, Endpoint, EventDelivery

MOST = 10
"""How many addresses a clinic may name."""

NO_KINDS = gettext_noop("No events are chosen.")

TEST = "test.sent"
"""The type of the event that only tries an address."""


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """An endpoint that was just added, and the secret that was made for it, to be shown once."""

    endpoint: Endpoint
    secret: str


def add(
    session: Session,
    sealing: Sealing,
    clinic: Clinic,
    typed: str,
    kinds: Collection[str],
    who: str,
    now: datetime,
    *,
    words: bool = False,
) -> NewEndpoint:
    """Add an address, to be told what happens from now on. Raises ``InputError``."""
    address, told = endpoint_address(typed), read_kinds(kinds)
    if len(queries.of_clinic(session, clinic.id)) >= MOST:
        raise InputError(
            gettext("There are already %(n)s webhooks.", n=MOST),
            gettext("Remove one you do not need."),
        )
    events.place_events(session, clinic.id, now)
    secret, its = new_secret(), sealing_of(sealing, clinic.id)
    endpoint = Endpoint(
        clinic_id=clinic.id,
        host=host_of(address),
        address=its.seal(address),
        secret=its.seal(secret),
        kinds=told,
        tells_words=words,
        after=events.last_place(session, clinic.id),
        added_at=now,
        added_by=who,
        due_at=now,
    )
    session.add(endpoint)
    session.flush()
    _note(session, endpoint, who, gettext_noop("added a webhook"), now)
    return NewEndpoint(endpoint, secret)


def read_kinds(kinds: Collection[str]) -> str:
    """Return which events are told, as it is kept. Raises ``InputError``."""
    if unknown := sorted(set(kinds) - set(EventKind)):
        raise InputError(
            gettext("There are no events called “%(name)s”.", name=unknown[0]),
            gettext("Choose among %(names)s.", names=", ".join(EventKind)),
        )
    if not kinds:
        raise InputError(gettext(NO_KINDS), gettext("Choose at least one."))
    return " ".join(kind for kind in EventKind if kind in kinds)


def new_secret() -> str:
    """Return a secret nobody can guess, as Standard Webhooks write it."""
    return f"whsec_{b64encode(secrets.token_bytes(32)).decode()}"


def opened(endpoint: Endpoint, sealing: Sealing) -> tuple[str, str] | None:
    """Return the address and the secret; None where the operator's key was changed since."""
    its = sealing_of(sealing, endpoint.clinic_id)
    address, secret = its.opened(endpoint.address), its.opened(endpoint.secret)
    return (address, secret) if address and secret else None


def sealing_of(sealing: Sealing, clinic_id: int) -> Sealing:
    """Return what seals the addresses and secrets of one clinic's endpoints."""
    return sealing.within(f"endpoint.{clinic_id}")


def change(
    session: Session,
    endpoint: Endpoint,
    kinds: Collection[str],
    who: str,
    now: datetime,
    *,
    words: bool,
) -> None:
    """Say anew what an address is told. Raises ``InputError``."""
    endpoint.kinds, endpoint.tells_words = read_kinds(kinds), words
    _note(session, endpoint, who, gettext_noop("changed the events of a webhook"), now)


def pause(session: Session, endpoint: Endpoint, who: str, now: datetime) -> None:
    """Tell an address nothing until it is resumed; repeating it changes nothing."""
    if endpoint.paused_at is None:
        endpoint.paused_at, endpoint.paused_for = now, PauseReason.BY_HAND
        _note(session, endpoint, who, gettext_noop("paused a webhook"), now)


def resume(session: Session, endpoint: Endpoint, who: str, now: datetime) -> None:
    """Tell an address again, also what happened meanwhile; repeating it changes nothing."""
    if endpoint.paused_at is not None:
        endpoint.paused_at = endpoint.paused_for = endpoint.failing_since = None
        endpoint.due_at = now
        queries.hurry(session, endpoint.id, now, refused=True)
        _note(session, endpoint, who, gettext_noop("resumed a webhook"), now)


def remove(session: Session, endpoint: Endpoint, who: str, now: datetime) -> None:
    """Tell an address nothing any more."""
    _note(session, endpoint, who, gettext_noop("removed a webhook"), now)
    queries.remove(session, endpoint)


def add_test(session: Session, endpoint: Endpoint, now: datetime) -> EventDelivery:
    """Let a test event wait to be told, which is about nobody."""
    test = EventDelivery(
        clinic_id=endpoint.clinic_id,
        endpoint_id=endpoint.id,
        message_id=f"test_{secrets.token_hex(12)}",
        kind=TEST,
        happened_at=now,
        created_at=now,
        due_at=now,
    )
    session.add(test)
    session.flush()
    return test


def tell_again(session: Session, delivery: EventDelivery, now: datetime) -> None:
    """Let an event be told again, or sooner; as the same message, so that it can be told apart."""
    delivery.ended_at, delivery.due_at, delivery.attempts = None, now, 0
    session.flush()


def _note(session: Session, endpoint: Endpoint, who: str, what: str, now: datetime) -> None:
    record(session, endpoint.clinic_id, who, what, Endpoint, endpoint.id, now, endpoint.host)
