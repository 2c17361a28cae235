"""Tables of the systems that tell us of bookings, what each sent, and how new its word was."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from reminders.rules.told_bookings import DeliveryOutcome, Scale, SourceKind
from reminders.store.column_types import Instant, Word
from reminders.store.tables.common import EMPTY, ZERO, where


class BookingSource(SQLModel, table=True):
    """A system that posts bookings to an address of its own.

    It is found by ``token_hash``; ``token`` (for its page), ``secret`` (what it signs with) and
    ``api_key`` (what the rest is asked with) are sealed, so that a copy of the database opens and
    signs nothing. ``paths`` (JSON) say which field is what; ``consents`` (JSON) which question
    of its form is a consent. ``refused_at`` is when something last came that was not signed with
    its secret.
    """

    __tablename__ = "booking_source"
    __table_args__ = (Index("booking_source_of_clinic", "clinic_id"),)

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    kind: SourceKind = Field(sa_type=Word(SourceKind))
    name: str
    token_hash: str = Field(unique=True)
    token: str = Field(sa_type=Text)
    secret: str | None = Field(default=None, sa_type=Text)
    api_key: str | None = Field(default=None, sa_type=Text)
    paths: str = Field(default="", sa_type=Text, sa_column_kwargs=EMPTY)
    consents: str = Field(default="", sa_type=Text, sa_column_kwargs=EMPTY)
    created_at: datetime = Field(sa_type=Instant)
    created_by: str
    removed_at: datetime | None = Field(default=None, sa_type=Instant)
    refused_at: datetime | None = Field(default=None, sa_type=Instant)


class BookingDelivery(SQLModel, table=True):
    """One post of a booking source as it came: ``event_key`` (a hash) tells a repeat.

    ``next_at`` is when it is looked at again while it waits; ``came_at`` is how new it is where it
    does not say so itself. After 30 days, and once a client it may be about is erased, ``body``,
    ``reason`` and ``booking`` are taken away.
    """

    __tablename__ = "booking_delivery"
    __table_args__ = (
        UniqueConstraint("source_id", "event_key"),
        # The last ones of a source.
        Index("booking_delivery_of_source", "source_id", "id"),
        # Which wait?
        Index("booking_delivery_due", "next_at", **where(text("outcome = 'waiting'"))),
        # Which can still be read?
        Index("booking_delivery_readable", "clinic_id", "received_at", **where(text("body <> ''"))),
        # Which need a person?
        Index(
            "booking_delivery_unread",
            "clinic_id",
            "source_id",
            **where(text("outcome IN ('failed', 'unread')")),
        ),
        Index("booking_delivery_age", "received_at"),
    )

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    source_id: int = Field(foreign_key="booking_source.id")
    event_key: str
    received_at: datetime = Field(sa_type=Instant)
    body: str = Field(sa_type=Text)
    outcome: DeliveryOutcome = Field(sa_type=Word(DeliveryOutcome))
    reason: str = Field(default="", sa_type=Text, sa_column_kwargs=EMPTY)
    attempts: int = Field(default=0, sa_column_kwargs=ZERO)
    next_at: datetime | None = Field(default=None, sa_type=Instant)
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
    booking: str | None = None
    client_id: int | None = None


class BookingMark(SQLModel, table=True):
    """How new the last word on a booking was, so that an older one changes nothing.

    The booking is named by a keyed hash of its source and number alone, so it may outlast an
    erasure: what a system repeats afterwards brings nobody back. ``moved`` says that the booking goes
    by another number now.
    """

    __tablename__ = "booking_mark"
    __table_args__ = (
        UniqueConstraint("clinic_id", "booking_hash"),
        Index("booking_mark_age", "said_at"),
    )

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    booking_hash: str
    scale: Scale = Field(sa_type=Word(Scale))
    mark: int = Field(sa_type=BigInteger)
    moved: bool = False
    said_at: datetime = Field(sa_type=Instant)
