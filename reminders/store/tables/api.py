"""Tables of the API: keys of other programs, answers kept for repeats, and the feed of events."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from reminders.rules.events import EventKind
from reminders.rules.roles import Role
from reminders.store.column_types import Instant, Word
from reminders.store.tables.common import where


class ApiKey(SQLModel, table=True):
    """What lets another program act at one clinic, in one role; only the hash of it is kept.

    ``begins`` are its first letters, by which people tell it from others.
    """

    __tablename__ = "api_key"
    __table_args__ = (Index("api_key_of_clinic", "clinic_id"),)

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    name: str
    role: Role = Field(sa_type=Word(Role))
    begins: str
    token_hash: str = Field(unique=True)
    created_at: datetime = Field(sa_type=Instant)
    created_by: str
    used_at: datetime | None = Field(default=None, sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
    revoked_by: str | None = None


class KeptAnswer(SQLModel, table=True):
    """What a request with an ``Idempotency-Key`` was answered, so that its repeat changes nothing.

    ``fingerprint`` is the hash of the request; ``body`` is taken away when a client of the clinic
    is erased, since it may name them.
    """

    __tablename__ = "kept_answer"
    __table_args__ = (
        UniqueConstraint("api_key_id", "name"),
        Index("kept_answer_age", "kept_at"),
    )

    id: int = Field(default=None, primary_key=True)
    api_key_id: int = Field(foreign_key="api_key.id")
    name: str
    fingerprint: str
    status: int | None = None
    body: str | None = Field(default=None, sa_type=Text)
    kept_at: datetime = Field(sa_type=Instant)


class Event(SQLModel, table=True):
    """Something that happened at a clinic, by ids alone; rows are added by the database's triggers
    and never changed, but for their place.

    ``place`` is given when the feed is read, under a lock and to committed rows only: what commits
    late comes after what was read, instead of before it. What no column tells the moment of has
    that of its place.
    """

    __table_args__ = (
        UniqueConstraint("clinic_id", "place"),
        Index("event_unplaced", "clinic_id", "id", **where(text("place IS NULL"))),
        Index("event_age", "happened_at"),
    )

    id: int = Field(default=None, primary_key=True)
    clinic_id: int
    kind: EventKind = Field(sa_type=Word(EventKind))
    client_id: int | None = None
    row_id: int
    happened_at: datetime | None = Field(default=None, sa_type=Instant)
    place: int | None = None
