"""Queries for imported lists: what each row did, and which column holds what."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, defer
from sqlmodel import col

from reminders.rules.terms import LEFT
from reminders.store.column_types import among
from reminders.store.queries import people
from reminders.store.queries.common import QUIET, Row, insert_many, table_of
from reminders.store.tables import Client, ColumnMapping, Import, ImportRow, Reminder, Treatment


def recent(session: Session, clinic_id: int, limit: int = 12) -> list[tuple[Import, bool]]:
    """Return the lists last brought in, or begun, the newest first; not their cells, which may be
    long, but whether there are any.
    """
    cells = col(Import.cells)
    wanted = select(Import, cells.is_not(None)).where(col(Import.clinic_id) == clinic_id)
    unread = wanted.options(defer(cells))  # type: ignore[arg-type]  # a column by its declared type
    newest = unread.order_by(col(Import.id).desc()).limit(limit)
    return [(row[0], row[1]) for row in session.execute(newest)]


def brought_by(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Return who brought lists in, by their ids."""
    wanted = select(col(Import.id), col(Import.imported_by)).where(col(Import.id).in_(ids))
    return {row[0]: row[1] for row in session.execute(wanted)} if ids else {}


def recall(session: Session, clinic_id: int, fingerprint: str) -> dict[str, int] | None:
    """Return which column holds what in lists with these headings, if somebody said so."""
    condition = (
        col(ColumnMapping.clinic_id) == clinic_id,
        col(ColumnMapping.fingerprint) == fingerprint,
    )
    found = session.scalars(select(ColumnMapping).where(*condition)).first()
    return json.loads(found.columns) if found else None


def remember(session: Session, clinic_id: int, fingerprint: str, where: Mapping[str, int]) -> None:
    """Remember which column holds what in lists with these headings."""
    condition = (
        col(ColumnMapping.clinic_id) == clinic_id,
        col(ColumnMapping.fingerprint) == fingerprint,
    )
    session.execute(delete(ColumnMapping).where(*condition).execution_options(**QUIET))
    kept = json.dumps(dict(where))
    session.add(ColumnMapping(clinic_id=clinic_id, fingerprint=fingerprint, columns=kept))


def note_rows(session: Session, rows: Sequence[Row]) -> None:
    """Note what rows of a list did: intake, number, client, treatment and effect."""
    columns = ("import_id", "number", "client_id", "treatment_id", "effect")
    insert_many(session, "import_row", columns, rows)


def rows_of(session: Session, import_id: int) -> list[ImportRow]:
    """Return what the rows of a list did, in their order."""
    wanted = select(ImportRow).where(col(ImportRow.import_id) == import_id)
    return list(session.scalars(wanted.order_by(col(ImportRow.number), col(ImportRow.id))))


def count_rows(session: Session, import_id: int) -> int:
    """Count the rows of a list that did something so far."""
    wanted = select(func.count()).where(col(ImportRow.import_id) == import_id)
    return session.scalar(wanted.select_from(ImportRow)) or 0


def effects(session: Session, import_id: int) -> dict[str, int]:
    """Count what the rows of a list did."""
    counted = (
        select(col(ImportRow.effect), func.count())
        .where(col(ImportRow.import_id) == import_id)
        .group_by(col(ImportRow.effect))
    )
    return {row[0]: row[1] for row in session.execute(counted)}


def changed_clients(session: Session, import_id: int, unlike: Sequence[str]) -> list[Client]:
    """Return clients of a list whose rows did something else than these effects, by name."""
    clients = select(col(ImportRow.client_id)).where(
        col(ImportRow.import_id) == import_id, col(ImportRow.effect).not_in(unlike)
    )
    wanted = people.kept(col(Client.id).in_(clients))
    return list(session.scalars(wanted.order_by(col(Client.first_name), col(Client.id))))


def left_already(session: Session, import_id: int, effect: str) -> int:
    """Return how many reminders have left for treatments that came in by a list."""
    came = select(col(ImportRow.treatment_id)).where(
        col(ImportRow.import_id) == import_id, col(ImportRow.effect) == effect
    )
    gone = select(func.count()).where(
        col(Reminder.treatment_id).in_(came), col(Reminder.status).in_(LEFT)
    )
    return session.scalar(gone.select_from(Reminder)) or 0


def forget_cells(session: Session, before: datetime) -> int:
    """Drop the cells of lists begun before then (UTC): whose rows were left out, and drafts."""
    old = (
        update(Import)
        .where(col(Import.started_at) < before, col(Import.cells).is_not(None))
        .values(cells=None)
        .returning(col(Import.id))
        .execution_options(**QUIET)
    )
    return len(session.execute(old).all())


def forget_client(session: Session, client_id: int) -> None:
    """Delete the cells of lists that a client was imported by, since they may name the client."""
    lists = select(col(ImportRow.import_id)).where(col(ImportRow.client_id) == client_id)
    forgotten = update(Import).where(col(Import.id).in_(lists)).values(cells=None)
    session.execute(forgotten.execution_options(**QUIET))


@dataclass(frozen=True, slots=True)
class ToldTreatment:
    """A treatment as far as it tells whether a list holds it."""

    id: int
    treated_on: date
    external_id: str | None


def treatments_from(
    session: Session, clinic_id: int, source: str, first: date
) -> list[ToldTreatment]:
    """Return what one source told of treatments from a day on that are not cancelled."""
    wanted = select(col(Treatment.id), col(Treatment.treated_on), col(Treatment.external_id)).where(
        col(Treatment.clinic_id) == clinic_id,
        col(Treatment.treated_on) >= first,
        col(Treatment.source) == source,
        col(Treatment.cancelled_at).is_(None),
    )
    return [ToldTreatment(*row) for row in session.execute(wanted)]


def treatments_by_id(session: Session, ids: Collection[int]) -> list[tuple[Treatment, Client]]:
    """Return those of these treatments that are not cancelled, with whose they are."""
    wanted = (
        select(Treatment, Client)
        .join(Client, col(Client.id) == col(Treatment.client_id))
        .where(among(table_of(Treatment).c.id, "ids"), col(Treatment.cancelled_at).is_(None))
        .order_by(col(Treatment.treated_on), col(Treatment.id))
    )
    return [(one, client) for one, client in session.execute(wanted, {"ids": list(ids)})]
