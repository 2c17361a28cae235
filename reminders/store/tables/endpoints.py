"""Tables of events out: whose addresses are told what happens, and how each event fared."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from reminders.rules.endpoints import Outcome, PauseReason
from reminders.store.column_types import Instant, Word
from reminders.store.tables.common import FALSE, ZERO, where

WAITS = text("ended_at IS NULL")


class Endpoint(SQLModel, table=True):
    """An address that is told what happens at a clinic, from the place ``after`` in its events on.

    ``address`` is sealed, since it may hold a token; ``host`` is what is shown of it. ``secret`` is
    sealed too: what is told is signed with it. ``kinds`` (words apart by spaces) are the events it
    hears of, ``tells_words`` whether it hears what clients wrote as well. Whoever holds ``claim``
    until ``lease_until`` tells it; it is looked at from ``due_at`` on. It has taken nothing since
    ``failing_since``.
    """

    __table_args__ = (
        Index("endpoint_of_clinic", "clinic_id"),
        # Which are to be told something?
        Index("endpoint_due", "due_at", **where(text("paused_at IS NULL"))),
    )

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    host: str
    address: str = Field(sa_type=Text)
    secret: str = Field(sa_type=Text)
    kinds: str = Field(sa_type=Text)
    tells_words: bool = Field(default=False, sa_column_kwargs=FALSE)
    after: int = Field(default=0, sa_column_kwargs=ZERO)
    added_at: datetime = Field(sa_type=Instant)
    added_by: str
    paused_at: datetime | None = Field(default=None, sa_type=Instant)
    paused_for: PauseReason | None = Field(default=None, sa_type=Word(PauseReason))
    failing_since: datetime | None = Field(default=None, sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant)
    claim: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=Instant)


class EventDelivery(SQLModel, table=True):
    """An event that an endpoint is to hear of, by ids alone: what it says is put together when it is
    told, so that nothing of it is kept here.

    ``message_id`` stays the same however often it is told. It waits until ``ended_at``, and is told
    from ``due_at`` on; ``outcome`` and ``status`` (HTTP) are of the last try.
    """

    __tablename__ = "event_delivery"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "message_id"),
        # What is due, and does something earlier of the same client wait?
        Index("event_delivery_due", "endpoint_id", "due_at", **where(WAITS)),
        Index("event_delivery_order", "endpoint_id", "client_id", "id", **where(WAITS)),
        Index("event_delivery_age", "created_at"),
    )

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    endpoint_id: int = Field(foreign_key="endpoint.id", ondelete="CASCADE")
    message_id: str
    kind: str
    place: int | None = None
    client_id: int | None = None
    row_id: int | None = None
    happened_at: datetime = Field(sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant)
    attempts: int = Field(default=0, sa_column_kwargs=ZERO)
    tried_at: datetime | None = Field(default=None, sa_type=Instant)
    outcome: Outcome | None = Field(default=None, sa_type=Word(Outcome))
    status: int | None = None
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
