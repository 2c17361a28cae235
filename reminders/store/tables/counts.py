"""The tables of days that are counted, so that reports need not count them again."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel


class CountedDay(SQLModel, table=True):
    """What became of a clinic's messages that belong to a day: a list of channel, state, reason, count
    and segments by country for each way they ended; what is planned is left out.

    The row holds as long as it is there: the database deletes it when a reminder of that day changes
    (triggers of migration 0021). So it may be relied upon, and lost at any time.
    """

    __tablename__ = "counted_day"

    clinic_id: int = Field(primary_key=True)
    day_on: date = Field(primary_key=True)
    cells: list[list[Any]] = Field(sa_type=JSON)


class CountedSkinDay(SQLModel, table=True):
    """What left of milestones that ask on a day, with what clients told about them, and the ids of the
    clients to whom anything left, by protocol.

    It holds as long as it is there, like the row of ``CountedDay`` (triggers of migration 0022).
    """

    __tablename__ = "counted_skin_day"

    clinic_id: int = Field(primary_key=True)
    day_on: date = Field(primary_key=True)
    cells: dict[str, Any] = Field(sa_type=JSON)
