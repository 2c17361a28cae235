"""Tables of calendar feeds: whose addresses are read, and what became of each event."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from reminders.rules.feeds import FeedOutcome
from reminders.store.column_types import Instant, Word
from reminders.store.tables.common import EMPTY, ZERO, where


class Feed(SQLModel, table=True):
    """A calendar that is read from time to time, once somebody has seen what it holds and said so
    (``started_at``).

    ``address`` is sealed, since who has it reads the calendar; ``address_hash`` tells it from others,
    ``host`` is what is shown of it. ``etag`` and ``changed`` are HTTP's, of the last whole read.
    It is read from ``due_at`` on by whoever holds ``claim`` until ``lease_until``. ``problem`` is why
    it could not be read since ``failing_since``; ``counts`` (JSON) is what the last read found.
    """

    __table_args__ = (
        UniqueConstraint("clinic_id", "address_hash"),
        # Which are to be read?
        Index("feed_due", "due_at", **where(text("started_at IS NOT NULL"))),
    )

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    name: str = Field(default="", sa_column_kwargs=EMPTY)
    host: str
    address: str = Field(sa_type=Text)
    address_hash: str
    added_at: datetime = Field(sa_type=Instant)
    added_by: str
    started_at: datetime | None = Field(default=None, sa_type=Instant)
    etag: str | None = None
    changed: str | None = None
    due_at: datetime = Field(sa_type=Instant)
    claim: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    tried_at: datetime | None = Field(default=None, sa_type=Instant)
    read_at: datetime | None = Field(default=None, sa_type=Instant)
    failing_since: datetime | None = Field(default=None, sa_type=Instant)
    failures: int = Field(default=0, sa_column_kwargs=ZERO)
    problem: str | None = Field(default=None, sa_type=Text)
    counts: str | None = Field(default=None, sa_type=Text)


class FeedEvent(SQLModel, table=True):
    """An event of a calendar that was taken in or asked about, by a keyed hash of its name: nothing
    of what it says is kept here.

    ``fingerprint`` is a keyed hash of all it says, ``missed`` how many whole reads in a row it was
    not there.
    """

    __tablename__ = "feed_event"
    __table_args__ = (
        UniqueConstraint("feed_id", "number"),
        # Which event is this treatment?
        Index("feed_event_number", "number"),
        Index("feed_event_age", "begins_at"),
    )

    id: int = Field(default=None, primary_key=True)
    feed_id: int = Field(foreign_key="feed.id", ondelete="CASCADE")
    number: str
    fingerprint: str
    sequence: int
    modified_at: datetime | None = Field(default=None, sa_type=Instant)
    begins_at: datetime = Field(sa_type=Instant)
    outcome: FeedOutcome = Field(sa_type=Word(FeedOutcome))
    missed: int = Field(default=0, sa_column_kwargs=ZERO)
