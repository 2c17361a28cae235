"""Queries for a clinic's own wording, parameters, placements and practice numbers."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.wording import Approved, Customisation, Key, Wording, accepted_until
from reminders.store.queries.common import QUIET
from reminders.store.tables import Clinic, MilestonePlacement, Parameter, PracticeRecipient
from reminders.store.tables import Wording as Version

_READ: dict[str, Customisation] = {}
_KEPT = 4096


def customisation_of(session: Session, clinic: Clinic | Row[Any]) -> Customisation:
    """Return a clinic's customisation; read from the database once for each
    ``customisation_version``, which is new with every change and shared by no two databases.
    """
    until = accepted_until(clinic.wording_accepted_at)
    if clinic.customisation_version is None:
        return _untouched(until)
    token = f"{clinic.customisation_version} {until}"
    if token not in _READ:
        if len(_READ) >= _KEPT:
            _READ.clear()
        _READ[token] = Customisation(
            numbers(session, clinic.id), _wordings(session, clinic.id), until
        )
    return _READ[token]


@cache
def _untouched(until: date | None) -> Customisation:
    """Return the same object for all clinics that accepted the packaged wording on a day."""
    return Customisation(packaged_until=until)


def bump_version(session: Session, clinic_id: int) -> None:
    """Mark a clinic's wording or parameters as changed, so that every process reloads them."""
    change = update(Clinic).where(col(Clinic.id) == clinic_id)
    session.execute(
        change.values(customisation_version=secrets.token_hex(8)).execution_options(**QUIET)
    )


# --- parameters ---------------------------------------------------------------------------


def numbers(session: Session, clinic_id: int) -> dict[str, dict[str, int]]:
    """Return the numbers a clinic set itself, by protocol and key."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in session.scalars(select(Parameter).where(col(Parameter.clinic_id) == clinic_id)):
        found[row.protocol][row.key] = row.value
    return dict(found)


def set_numbers(session: Session, clinic_id: int, protocol: str, values: Mapping[str, int]) -> None:
    """Let these be the numbers a clinic sets itself; the others are at their defaults."""
    condition = (col(Parameter.clinic_id) == clinic_id, col(Parameter.protocol) == protocol)
    session.execute(delete(Parameter).where(*condition).execution_options(**QUIET))
    session.add_all(
        Parameter(clinic_id=clinic_id, protocol=protocol, key=key, value=value)
        for key, value in values.items()
    )
    session.flush()
    bump_version(session, clinic_id)


# --- wording ------------------------------------------------------------------------------


def versions(session: Session, clinic_id: int, key: Key) -> list[Version]:
    """Return a clinic's versions of a milestone's words, the newest first."""
    wanted = select(Version).where(*_at(clinic_id, key)).order_by(col(Version.id).desc())
    return list(session.scalars(wanted))


def version(session: Session, clinic_id: int, wording_id: int) -> Version | None:
    """Return one of a clinic's versions."""
    found = session.get(Version, wording_id)
    return found if found is not None and found.clinic_id == clinic_id else None


def approved(session: Session, clinic_id: int) -> dict[Key, Version]:
    """Return the version in use for each key where a clinic has one: the last one approved."""
    wanted = (
        select(Version)
        .where(col(Version.clinic_id) == clinic_id, col(Version.approved_at).is_not(None))
        .order_by(col(Version.approved_at), col(Version.id))
    )
    rows = session.scalars(wanted)
    return {(row.protocol, row.milestone, row.language): row for row in rows}


def latest(session: Session, clinic_id: int) -> dict[Key, Version]:
    """Return the newest version for each key, approved or not."""
    newest = (
        select(func.max(col(Version.id)))
        .where(col(Version.clinic_id) == clinic_id)
        .group_by(col(Version.protocol), col(Version.milestone), col(Version.language))
    )
    rows = session.scalars(select(Version).where(col(Version.id).in_(newest)))
    return {(row.protocol, row.milestone, row.language): row for row in rows}


def _wordings(session: Session, clinic_id: int) -> dict[Key, Approved]:
    return {
        key: Approved(words_of(row), row.review_by, row.id)
        for key, row in approved(session, clinic_id).items()
    }


def words_of(row: Version) -> Wording:
    """Return the words of a version."""
    return Wording(row.subject, row.preheader, row.sms, row.body)


def _at(clinic_id: int, key: Key) -> tuple[ColumnElement[bool], ...]:
    protocol, milestone, language = key
    return (
        col(Version.clinic_id) == clinic_id,
        col(Version.protocol) == protocol,
        col(Version.milestone) == milestone,
        col(Version.language) == language,
    )


# --- placements and guests ----------------------------------------------------------------


def placements(session: Session, clinic_id: int) -> list[MilestonePlacement]:
    """Return where a clinic puts milestones otherwise than their protocols do."""
    wanted = select(MilestonePlacement).where(col(MilestonePlacement.clinic_id) == clinic_id)
    return list(session.scalars(wanted.order_by(col(MilestonePlacement.id))))


def set_placements(
    session: Session, clinic_id: int, protocol: str, rows: Iterable[MilestonePlacement]
) -> None:
    """Let these be all the placements of a protocol's milestones at a clinic."""
    condition = (
        col(MilestonePlacement.clinic_id) == clinic_id,
        col(MilestonePlacement.protocol) == protocol,
    )
    session.execute(delete(MilestonePlacement).where(*condition).execution_options(**QUIET))
    session.add_all(rows)
    session.flush()


def practice_recipients(session: Session, clinic_id: int) -> list[str]:
    """Return who is really messaged while a clinic practises."""
    wanted = select(col(PracticeRecipient.contact)).where(
        col(PracticeRecipient.clinic_id) == clinic_id
    )
    return list(session.scalars(wanted.order_by(col(PracticeRecipient.contact))))


def set_practice_recipients(session: Session, clinic_id: int, contacts: Iterable[str]) -> None:
    """Let these be all who are really messaged while a clinic practises."""
    condition = delete(PracticeRecipient).where(col(PracticeRecipient.clinic_id) == clinic_id)
    session.execute(condition.execution_options(**QUIET))
    session.add_all(PracticeRecipient(clinic_id=clinic_id, contact=contact) for contact in contacts)
    session.flush()
