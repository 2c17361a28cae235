"""Workbooks with something on several sheets, kept until somebody says which one is the list."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from reminders.store.tables import Clinic, Import

_BEGINS = '{"sheets"'
"""How the cells of such a list begin, where others have their header first."""


def keep(
    session: Session,
    clinic: Clinic,
    workbook: bytes,
    sheets: Sequence[str],
    name: str,
    who: str,
    now: datetime,
) -> Import:
    """Keep a workbook where a list's cells will be, for as long as those would be."""
    kept = {"sheets": list(sheets), "workbook": b64encode(workbook).decode()}
    waiting = Import(
        clinic_id=clinic.id,
        file_name=name[:120],
        imported_by=who,
        started_at=now,
        columns="{}",
        cells=json.dumps(kept, ensure_ascii=False),
    )
    session.add(waiting)
    session.flush()
    return waiting


def sheets_of(intake: Import) -> list[str]:
    """Return which sheets there are to choose from; none where that is no question."""
    return list(_kept(intake).get("sheets", ()))


def workbook_of(intake: Import) -> bytes:
    """Return the workbook; nothing once its sheet was chosen."""
    return b64decode(_kept(intake).get("workbook", ""))


def _kept(intake: Import) -> dict[str, str]:
    waits = intake.cells and intake.cells.startswith(_BEGINS)
    return json.loads(intake.cells) if waits and intake.cells else {}
