"""Queries for the feed of events: the place of each in it, what comes after one, and what is old."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, literal, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.events import EventKind
from reminders.store.column_types import Instant
from reminders.store.queries.arrivals import ARRIVING
from reminders.store.queries.common import QUIET
from reminders.store.tables import Client, Clinic, Event, Treatment, WaitingRow

UNPLACED = col(Event.place).is_(None)


def place_events(session: Session, clinic_id: int, now: datetime) -> None:
    """Give every committed event of a clinic its place in the feed, in the order they came, and a
    moment where it has none; one reader at a time. Those of a list that is still arriving wait
    until it is there as a whole.
    """
    fresh = (col(Event.clinic_id) == clinic_id, UNPLACED, _has_arrived())
    if session.scalar(select(col(Event.id)).where(*fresh).limit(1)) is None:
        return
    own = select(col(Clinic.id)).where(col(Clinic.id) == clinic_id)
    session.execute(own.with_for_update(key_share=True))
    order = func.row_number().over(order_by=col(Event.id))
    new = select(col(Event.id), order.label("nth")).where(*fresh).subquery()
    session.execute(
        update(Event)
        .where(col(Event.id) == new.c.id, UNPLACED)
        .values(
            place=last_place(session, clinic_id) + new.c.nth,
            happened_at=func.coalesce(col(Event.happened_at), literal(now, Instant)),
        )
        .execution_options(**QUIET)
    )


def _has_arrived() -> ColumnElement[bool]:
    """Condition: what this event is about was not brought by a list that is still arriving."""
    none_arriving = ~exists(ARRIVING.correlate(None))
    lists = ARRIVING.correlate(None)
    client = exists().where(
        col(Client.id) == col(Event.client_id), col(Client.import_id).in_(lists)
    )
    treatment = exists().where(
        col(Treatment.id) == col(Event.row_id), col(Treatment.import_id).in_(lists)
    )
    question = exists().where(
        col(WaitingRow.question_id) == col(Event.row_id), col(WaitingRow.import_id).in_(lists)
    )
    is_kind = col(Event.kind)
    brought = or_(
        client.correlate(Event),
        and_(is_kind == EventKind.TREATMENT_CHANGED, treatment.correlate(Event)),
        and_(is_kind == EventKind.QUESTION_OPENED, question.correlate(Event)),
    )
    return or_(none_arriving, ~brought)


def last_place(session: Session, clinic_id: int) -> int:
    """Return the place of a clinic's last event; 0 where there is none."""
    last = select(func.max(col(Event.place))).where(col(Event.clinic_id) == clinic_id)
    return session.scalar(last) or 0


def events_after(session: Session, clinic_id: int, place: int, limit: int) -> list[Event]:
    """Return a clinic's events after that place, in the feed's order."""
    wanted = select(Event).where(col(Event.clinic_id) == clinic_id, col(Event.place) > place)
    return list(session.scalars(wanted.order_by(col(Event.place)).limit(limit)))


def forget_events(session: Session, before: datetime, now: datetime) -> int:
    """Delete events that happened before then, and return how many; those without a moment have it
    from now on.
    """
    timeless = update(Event).where(col(Event.happened_at).is_(None)).values(happened_at=now)
    session.execute(timeless.execution_options(**QUIET))
    old = delete(Event).where(col(Event.happened_at) < before).returning(col(Event.id))
    return len(session.execute(old.execution_options(**QUIET)).all())
