"""Add, begin and remove the calendars that a clinic has read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from reminders.rules.addresses import host_of, https_address
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext, gettext_noop
from reminders.sealing import Sealing
from reminders.store.queries import audit
from reminders.store.queries import feeds as queries
from reminders.store.queries import questions as question_queries
from reminders.store.tables import Clinic, Feed

MOST = 20
"""How many calendars a clinic may have."""


def add(
    session: Session, sealing: Sealing, clinic: Clinic, typed: str, by: str, now: datetime
) -> Feed:
    """Keep the address of a calendar, sealed; it is read once somebody says so. Raises
    ``InputError``.
    """
    address, its = https_address(typed), sealing_of(sealing, clinic.id)
    if len(queries.of_clinic(session, clinic.id)) >= MOST:
        raise InputError(
            gettext("There are already %(n)s calendars.", n=MOST),
            gettext("Remove one you do not need."),
        )
    row = {
        "clinic_id": clinic.id,
        "host": host_of(address),
        "address": its.seal(address),
        "address_hash": its.fingerprint(address),
        "added_at": now,
        "added_by": by,
        "due_at": now,
    }
    return queries.add(session, row)


def address_of(feed: Feed, sealing: Sealing) -> str:
    """Return the address of a calendar; raises ``InputError`` where the key to it is lost."""
    address = sealing_of(sealing, feed.clinic_id).opened(feed.address)
    if address is None:
        raise InputError(
            gettext("The address of this calendar cannot be read because SECRET_KEY was changed."),
            gettext("Remove the calendar and add it again."),
        )
    return address


def sealing_of(sealing: Sealing, clinic_id: int) -> Sealing:
    """Return what seals the addresses of one clinic's calendars."""
    return sealing.within(f"calendar.{clinic_id}")


def source_of(feed_id: int) -> str:
    """Return what the bookings of a calendar have as their source."""
    return f"calendar-{feed_id}"


def start(session: Session, feed: Feed, by: str, now: datetime) -> None:
    """Let a calendar be read from now on."""
    if feed.started_at is None:
        feed.started_at, feed.due_at = now, now
        what = gettext_noop("added a calendar")
        audit.record(session, feed.clinic_id, by, what, Feed, feed.id, now, feed.host)


def remove(session: Session, feed: Feed, by: str, now: datetime) -> None:
    """Read a calendar no more. What came of it stays; what waits for a person does not."""
    rows = queries.waiting_rows(session, feed.clinic_id, source_of(feed.id))
    question_queries.forget_rows(session, rows)
    question_queries.close_unneeded(session, feed.clinic_id)
    what = gettext_noop("removed a calendar")
    audit.record(session, feed.clinic_id, by, what, Feed, feed.id, now, feed.host)
    queries.remove(session, feed)
