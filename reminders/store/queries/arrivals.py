"""Queries for long lists that arrive by short transactions: what they hide, postpone and finish."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, FromClause, Table, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import SQLModel, col

from reminders.rules.events import EventKind
from reminders.store.column_types import among
from reminders.store.queries.common import QUIET, Row, insert_many, table_of
from reminders.store.tables import (
    Client,
    Consent,
    Event,
    Import,
    ImportRow,
    OneOffMessage,
    PostponedEnrolment,
    Question,
    Reminder,
    Reply,
    Treatment,
    WaitingRow,
)

ARRIVING = select(col(Import.id)).where(col(Import.arriving_at).is_not(None))
"""The lists of which not everything is there yet."""

BROUGHT = (Reminder, Treatment, Client)
"""What a list brings, in the order in which it can be deleted."""


def has_arrived(table: FromClause) -> ColumnElement[bool]:
    """Condition: this row does not belong to a list that is still arriving. Where none is, no row
    has to be looked at for it.
    """
    brought_by = table.c.import_id
    none_arriving = ~exists(ARRIVING.correlate(None))
    return or_(none_arriving, brought_by.is_(None), brought_by.not_in(ARRIVING.correlate(None)))


def arriving(session: Session) -> list[int]:
    """Return the lists of which not everything is there yet."""
    return list(session.scalars(ARRIVING))


def is_arriving(session: Session, import_id: int) -> bool:
    """Say whether this list is not there as a whole yet; nobody else says otherwise until the
    transaction ends.
    """
    wanted = ARRIVING.where(col(Import.id) == import_id)
    return session.scalar(wanted.with_for_update()) is not None


def interrupted(session: Session, before: datetime) -> list[int]:
    """Return the lists that were arriving and have not moved since then (UTC)."""
    return list(session.scalars(ARRIVING.where(col(Import.arriving_at) < before)))


def unfinished(session: Session, before: datetime) -> list[int]:
    """Return the lists that are there since before then (UTC), but for what they say of clients
    known before.
    """
    rest = select(col(PostponedEnrolment.import_id))
    wanted = select(col(Import.id)).where(
        col(Import.id).in_(rest), col(Import.arriving_at).is_(None), col(Import.taken_at) < before
    )
    return list(session.scalars(wanted))


def show_clients(session: Session, clients: Collection[int], lists: Collection[int]) -> None:
    """Show what these arriving lists bring of some clients, since somebody else knows them too."""
    for model in BROUGHT:
        table = table_of(model)
        whose = table.c.id if model is Client else table.c.client_id
        shown = update(table).where(among(whose, "clients"), table.c.import_id.in_(lists))
        session.execute(shown.values(import_id=None), {"clients": list(clients)})


def postpone(session: Session, rows: Iterable[Row]) -> None:
    """Keep enrolments for later: import, client, row number and the enrolment."""
    columns = ("import_id", "client_id", "number", "enrolment")
    insert_many(session, "postponed_enrolment", columns, rows)


def postponed(session: Session, import_id: int, limit: int) -> list[PostponedEnrolment]:
    """Return the next enrolments that a list has postponed, for nobody else to take."""
    wanted = select(PostponedEnrolment).where(col(PostponedEnrolment.import_id) == import_id)
    next_ones = wanted.order_by(col(PostponedEnrolment.id)).limit(limit)
    return list(session.scalars(next_ones.with_for_update(skip_locked=True)))


def end_postponed(session: Session, rows: Collection[PostponedEnrolment]) -> None:
    """Forget enrolments that have been carried out."""
    ids = [row.id for row in rows]
    done = delete(PostponedEnrolment).where(col(PostponedEnrolment.id).in_(ids))
    session.execute(done.execution_options(**QUIET))


def forget_postponed(session: Session, clients: Collection[int]) -> None:
    """Forget what lists say of these clients and is not carried out yet."""
    theirs = delete(PostponedEnrolment).where(col(PostponedEnrolment.client_id).in_(clients))
    session.execute(theirs.execution_options(**QUIET))


def remove_some(session: Session, import_id: int, limit: int, now: datetime) -> int:
    """Delete some of what a list brought that never was there as a whole, and return how many of
    its rows that were. A client whom somebody else knows by now is kept, and shown.
    """
    rows = session.execute(
        select(col(ImportRow.id), col(ImportRow.client_id))
        .where(col(ImportRow.import_id) == import_id)
        .limit(limit)
    ).all()
    clients = list({row[1] for row in rows})
    hidden = (col(Client.id).in_(clients), col(Client.import_id) == import_id)
    gone = list(session.scalars(select(col(Client.id)).where(*hidden, ~_is_known_elsewhere())))
    notes = select(col(Reminder.one_off_id)).where(
        col(Reminder.client_id).in_(gone), col(Reminder.import_id) == import_id
    )
    one_offs = [number for number in session.scalars(notes) if number is not None]
    _take_out(session, table_of(Reminder), import_id, clients)
    _take_back_events(session, gone, _take_out(session, table_of(Treatment), import_id, clients))
    _delete(session, OneOffMessage, col(OneOffMessage.id).in_(one_offs))
    _delete_consents(session, gone, now)
    _delete(session, ImportRow, col(ImportRow.id).in_([row[0] for row in rows]))
    _delete(session, Client, col(Client.id).in_(gone))
    show_clients(session, clients, [import_id])
    return len(rows)


def _take_out(
    session: Session, table: Table, import_id: int, clients: Collection[int]
) -> list[int]:
    theirs = and_(table.c.client_id.in_(clients), table.c.import_id == import_id)
    return list(session.scalars(delete(table).where(theirs).returning(table.c.id)))


def _delete_consents(session: Session, clients: Collection[int], now: datetime) -> None:
    """Take lines out of the ledger that keeps every line which is not erased."""
    theirs = col(Consent.client_id).in_(clients)
    session.execute(update(Consent).where(theirs).values(erased_at=now).execution_options(**QUIET))
    _delete(session, Consent, theirs)


def _take_back_events(
    session: Session, clients: Collection[int], treatments: Collection[int]
) -> None:
    """Forget what was noted, and told to nobody, of clients and treatments that are taken back."""
    of_treatment = (col(Event.kind) == EventKind.TREATMENT_CHANGED) & col(Event.row_id).in_(
        treatments
    )
    gone = delete(Event).where(
        col(Event.place).is_(None), col(Event.client_id).in_(clients) | of_treatment
    )
    session.execute(gone.execution_options(**QUIET))


def take_back_questions(session: Session, clinic_id: int) -> None:
    """Forget questions that were told to nobody, and are not there any more."""
    gone = delete(Event).where(
        col(Event.clinic_id) == clinic_id,
        col(Event.place).is_(None),
        col(Event.kind) == EventKind.QUESTION_OPENED,
        col(Event.row_id).not_in(select(col(Question.id))),
    )
    session.execute(gone.execution_options(**QUIET))


def forget_list(session: Session, import_id: int) -> None:
    """Forget what a list that is not to arrive postponed and asked."""
    _delete(session, PostponedEnrolment, col(PostponedEnrolment.import_id) == import_id)
    _delete(session, WaitingRow, col(WaitingRow.import_id) == import_id)


def _delete(session: Session, model: type[SQLModel], of: ColumnElement[bool]) -> None:
    session.execute(delete(model).where(of).execution_options(**QUIET))


def _is_known_elsewhere() -> ColumnElement[bool]:
    """Condition: something hangs on a client that this list did not bring."""
    whose = col(Client.id)
    foreign = [
        (table.c.client_id == whose)
        & (table.c.import_id.is_(None) | (table.c.import_id != col(Client.import_id)))
        for table in (table_of(Treatment), table_of(Reminder))
    ]
    wrote = col(Reply.client_id) == whose
    return or_(*(exists().where(condition).correlate(Client) for condition in (*foreign, wrote)))
