"""Queries for planned reminders: read a treatment's, and write what a new plan changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session
from sqlmodel import SQLModel, col

from reminders.rules.planned import Planned
from reminders.rules.planning import ExistingReminder, Replan
from reminders.rules.terms import OPEN, Channel, Reason, Status
from reminders.store.column_types import among
from reminders.store.queries.common import QUIET, Row, insert_many, insert_numbered, is_status
from reminders.store.tables import OneOffMessage, Reminder, Treatment

REMINDERS: Table = SQLModel.metadata.tables["reminder"]

COLUMNS = (
    "clinic_id", "client_id", "treatment_id", "milestone", "channel", "status", "reason",
    "scheduled_at", "due_on", "due_at", "stale_at", "attempts", "settled_at", "import_id",
)  # fmt: skip
"""What is written of a new reminder, in the order of ``_row``."""

Change = tuple[Treatment, Replan]


def existing(session: Session, clients: Collection[int]) -> dict[int, list[ExistingReminder]]:
    """Return the reminders of these clients, by treatment."""
    found: dict[int, list[ExistingReminder]] = defaultdict(list)
    rows = session.execute(
        select(
            col(Reminder.treatment_id),
            col(Reminder.id),
            col(Reminder.milestone),
            col(Reminder.channel),
            col(Reminder.status),
            col(Reminder.scheduled_at),
            col(Reminder.stale_at),
            col(Reminder.due_on),
            col(Reminder.reason),
        ).where(among(REMINDERS.c.client_id, "clients"), col(Reminder.treatment_id).is_not(None)),
        {"clients": list(clients)},
    )
    for row in rows:
        found[row[0] or 0].append(ExistingReminder(*row[1:]))
    return found


def apply(session: Session, changes: Iterable[Change], now: datetime) -> list[Change]:
    """Carry out new plans, and return them; what was handed off meanwhile is not changed.

    A moved row loses its claim, so that a worker who holds it cannot send it for the old date.
    """
    made: list[Change] = []
    insert_many(session, "reminder", COLUMNS, _new_rows(changes, made, now))
    _change_open(session, (_moved(*pair) for _, change in made for pair in change.move))
    _change_open(session, (_too_late(*pair, now) for _, change in made for pair in change.too_late))
    _change_open(
        session, (_gives_way(*pair, now) for _, change in made for pair in change.give_way)
    )
    for treatment, change in made:
        _cancel(session, [row.reminder_id for row in change.cancel], treatment, now)
    return made


def _new_rows(changes: Iterable[Change], made: list[Change], now: datetime) -> Iterator[Row]:
    for treatment, change in changes:
        made.append((treatment, change))
        of = treatment.clinic_id, treatment.client_id, treatment.id
        by = treatment.import_id
        yield from (_row(of, planned, *_TO_COME, None, by) for planned in change.add)
        yield from (_row(of, planned, *_TOO_LATE, now, by) for planned in change.late)
        yield from (_row(of, planned, *_NO_ROOM, now, by) for planned in change.no_room)


def _row(
    of: Row,
    planned: Planned,
    status: str,
    reason: str | None,
    ended: datetime | None,
    import_id: int | None,
) -> Row:
    word, at = _WORDS[planned.channel], planned.scheduled_at
    return (*of, planned.milestone, word, status, reason, at, planned.due_on, at, planned.stale_at, 0, ended, import_id)  # fmt: skip


_TO_COME, _TOO_LATE = (Status.PLANNED.value, None), (Status.SKIPPED.value, Reason.STALE.value)
_NO_ROOM = Status.SKIPPED.value, Reason.GIVES_WAY.value
_WORDS = {channel: channel.value for channel in Channel}
"""As they are written, looked up once: a long list makes a million rows."""


def _moved(row: ExistingReminder, planned: Planned) -> dict[str, Any]:
    return {
        "reminder": row.reminder_id,
        "to_status": Status.PLANNED,
        "to_reason": None,
        "to_scheduled_at": planned.scheduled_at,
        "to_due_on": planned.due_on,
        "to_stale_at": planned.stale_at,
        "to_settled_at": None,
    }


def _too_late(row: ExistingReminder, planned: Planned, now: datetime) -> dict[str, Any]:
    ended = {"to_status": Status.SKIPPED, "to_reason": Reason.STALE, "to_settled_at": now}
    return _moved(row, planned) | ended


def _gives_way(row: ExistingReminder, planned: Planned, now: datetime) -> dict[str, Any]:
    return _too_late(row, planned, now) | {"to_reason": Reason.GIVES_WAY}


def _change_open(session: Session, changes: Iterable[dict[str, Any]]) -> None:
    """Place open rows anew, each by its id, giving any claim on them up."""
    rows = list(changes)
    if not rows:
        return
    place = (
        update(REMINDERS)
        .where(REMINDERS.c.id == bindparam("reminder"), is_status(*OPEN))
        .values(
            status=bindparam("to_status"),
            reason=bindparam("to_reason"),
            scheduled_at=bindparam("to_scheduled_at"),
            due_at=bindparam("to_scheduled_at"),
            due_on=bindparam("to_due_on"),
            stale_at=bindparam("to_stale_at"),
            settled_at=bindparam("to_settled_at"),
            claim=None,
            lease_until=None,
        )
    )
    session.connection().execute(place, rows)


def add_note(
    session: Session,
    note: OneOffMessage,
    channel: Channel,
    due_on: date,
    due_at: datetime,
    stale_at: datetime,
) -> int:
    """Plan a note, and return its reminder's id."""
    session.add(note)
    session.flush()
    reminder = Reminder(
        clinic_id=note.clinic_id,
        client_id=note.client_id,
        one_off_id=note.id,
        milestone=note.kind,
        channel=channel,
        status=Status.PLANNED,
        scheduled_at=due_at,
        due_on=due_on,
        due_at=due_at,
        stale_at=stale_at,
    )
    session.add(reminder)
    session.flush()
    return reminder.id


def add_notes(
    session: Session,
    notes: Sequence[dict[str, Any]],
    channel: Channel,
    days: Sequence[date],
    due_at: datetime,
    stale_at: datetime,
    lists: Sequence[int | None],
) -> None:
    """Plan many notes in one go, each on its recipient's day, and with the list that brought
    them."""
    ids = insert_numbered(session, "one_off_message", notes)
    rows: list[Row] = [
        (note["clinic_id"], note["client_id"], number, note["kind"], channel.value,
         Status.PLANNED.value, due_at, day, due_at, stale_at, 0, import_id)
        for note, number, day, import_id in zip(notes, ids, days, lists, strict=True)
    ]  # fmt: skip
    insert_many(session, "reminder", OF_NOTES, rows)


OF_NOTES = (
    "clinic_id", "client_id", "one_off_id", "milestone", "channel", "status", "scheduled_at",
    "due_on", "due_at", "stale_at", "attempts", "import_id",
)  # fmt: skip


def wake(session: Session, clinic_id: int, reason: Reason, client_id: int | None = None) -> None:
    """Let what waits for this reason be looked at when it was wanted in the first place, of a
    whole clinic or of one client.
    """
    waits = [col(Reminder.clinic_id) == clinic_id, col(Reminder.reason) == reason]
    if client_id is not None:
        waits.append(col(Reminder.client_id) == client_id)
    session.execute(
        update(Reminder)
        .where(is_status(Status.PLANNED), *waits)
        .values(due_at=col(Reminder.scheduled_at), reason=None)
        .execution_options(**QUIET),
    )


def put_off_until_stale(session: Session, reasons: Collection[Reason]) -> None:
    """Let what waits for any of these reasons be looked at when it is no longer useful."""
    session.execute(
        update(Reminder)
        .where(is_status(Status.PLANNED), col(Reminder.reason).in_(reasons))
        .values(due_at=col(Reminder.stale_at))
        .execution_options(**QUIET)
    )


def wake_confirmed(session: Session, treatments: Collection[int]) -> None:
    """Let aftercare that waited for somebody's word that the client came be looked at again. It is
    found by its clients, whose rows have an index.
    """
    if not treatments:
        return
    clients = select(col(Treatment.client_id)).where(col(Treatment.id).in_(treatments))
    session.execute(
        update(Reminder)
        .where(
            col(Reminder.client_id).in_(clients),
            col(Reminder.treatment_id).in_(treatments),
            is_status(Status.PLANNED),
            col(Reminder.reason) == Reason.NOT_CONFIRMED,
        )
        .values(due_at=col(Reminder.scheduled_at), reason=None)
        .execution_options(**QUIET)
    )


def _why(treatment: Treatment) -> Reason:
    if treatment.missed_at is not None:
        return Reason.NOT_COME
    return Reason.MOVED if treatment.cancelled_at is None else Reason.TREATMENT_CANCELLED


def _cancel(session: Session, ids: Collection[int], treatment: Treatment, now: datetime) -> None:
    if not ids:
        return
    session.execute(
        update(Reminder)
        .where(col(Reminder.id).in_(ids), is_status(*OPEN))
        .values(
            status=Status.CANCELLED,
            reason=_why(treatment),
            claim=None,
            lease_until=None,
            settled_at=now,
        )
        .execution_options(**QUIET),
    )
