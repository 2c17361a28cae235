"""The tables, with every promise that can be a constraint written as one."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from reminders.rules.terms import Channel, Reason, Status
from reminders.store.columns import Instant, Word

SQLModel.metadata.naming_convention = {
    "ix": "%(table_name)s_%(column_0_N_name)s",
    "uq": "%(table_name)s_%(column_0_N_name)s_once",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}


def _of(name: str, *columns: str) -> ForeignKeyConstraint:
    """Say whose row this is by more than its id, so that nothing can belong to two clinics."""
    theirs = [f"{name}.id", *(f"{name}.{column}" for column in columns)]
    return ForeignKeyConstraint([f"{name}_id", *columns], theirs)


class Clinic(SQLModel, table=True):
    """Who treats, and within which hours, zone and caps her clients may be messaged."""

    id: int = Field(default=None, primary_key=True)
    name: str
    name_key: str = Field(unique=True)
    time_zone: str
    country: str
    phone: str
    email: str
    address: str = Field(sa_type=Text)
    sending_hours: str
    texts_per_day: int = 1
    texts_per_week: int = 3
    live: bool = False
    wording_accepted_at: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)


class Client(SQLModel, table=True):
    """The person treated."""

    __table_args__ = (
        # One client for a clinic's own number of her.
        Index(
            "client_external_id",
            "clinic_id",
            "external_id",
            unique=True,
            sqlite_where=text("external_id IS NOT NULL"),
            postgresql_where=text("external_id IS NOT NULL"),
        ),
        # Who at this clinic is on this number or address?
        Index("client_phone", "clinic_id", "phone"),
        Index("client_email", "clinic_id", "email"),
        UniqueConstraint("id", "clinic_id"),
    )

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    first_name: str
    last_name: str = ""
    phone: str | None = None
    email: str | None = None
    language: str = "en"
    time_zone: str | None = None
    external_id: str | None = None
    created_at: datetime = Field(sa_type=Instant)


class Consent(SQLModel, table=True):
    """A client's yes or no for a channel; rows are added, never changed, and the last counts."""

    __table_args__ = (Index("consent_latest", "client_id", "channel", "id"),)

    id: int = Field(default=None, primary_key=True)
    client_id: int = Field(foreign_key="client.id")
    channel: Channel = Field(sa_type=Word(Channel))
    given: bool
    given_at: datetime = Field(sa_type=Instant)
    source: str
    recorded_at: datetime = Field(sa_type=Instant)


class Suppression(SQLModel, table=True):
    """A contact that this clinic must not message, whoever shares it."""

    __table_args__ = (UniqueConstraint("clinic_id", "contact"),)

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    contact: str
    reason: Reason = Field(sa_type=Word(Reason))
    source: str
    suppressed_at: datetime = Field(sa_type=Instant)


class Treatment(SQLModel, table=True):
    """One session, as the clinic's wall clock shows it; ``ends_at`` (UTC) is derived."""

    __table_args__ = (
        # One treatment for a booking of the clinic's own system.
        Index(
            "treatment_external_id",
            "clinic_id",
            "external_id",
            unique=True,
            sqlite_where=text("external_id IS NOT NULL"),
            postgresql_where=text("external_id IS NOT NULL"),
        ),
        # Which sessions has she had, and which follow this one?
        Index("treatment_course", "client_id", "treated_on"),
        UniqueConstraint("id", "client_id", "clinic_id"),
        _of("client", "clinic_id"),
    )

    id: int = Field(default=None, primary_key=True)
    clinic_id: int
    client_id: int
    protocol: str
    treated_on: date
    starts: time | None = None
    ends: time | None = None
    ends_at: datetime = Field(sa_type=Instant)
    external_id: str | None = None
    cancelled_at: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)


_STATUS_LEFT = text("status IN ('handoff', 'accepted', 'delivered', 'undelivered', 'unknown')")
_STATUS_OPEN_OR_LEFT = text(
    "status IN ('planned', 'claimed', 'handoff', 'accepted', 'delivered', 'undelivered', 'unknown')",
)


_ZERO = {"server_default": text("0")}


def _where(clause: Any) -> dict[str, Any]:
    return {"sqlite_where": clause, "postgresql_where": clause}


class Reminder(SQLModel, table=True):
    """One milestone of one treatment by one channel.

    ``scheduled_at`` is when the protocol wants it, ``due_at`` when to look at it next (later,
    if it waits; after a handoff, when to ask what came of it), ``due_on`` the recipient's date
    it belongs to, ``stale_at`` when it no longer helps. ``claim`` is the fencing token: only who
    holds it may move the row. ``misses`` counts the times the provider was asked for it in vain
    since its handoff, ``doubts`` the attempts whose end was never known: it may have arrived
    that many times more.
    """

    __table_args__ = (
        # Never twice: of a milestone by a channel one may be open or have left, no more.
        Index(
            "reminder_once",
            "treatment_id",
            "milestone",
            "channel",
            unique=True,
            **_where(_STATUS_OPEN_OR_LEFT),
        ),
        # What is due in a lane? Live rows only, so that history does not slow it down.
        Index(
            "reminder_lane", "clinic_id", "channel", "due_at", **_where(text("status = 'planned'"))
        ),
        # Whose lease has lapsed?
        Index("reminder_lease", "lease_until", **_where(text("status = 'claimed'"))),
        # What may have left, and is to be asked for?
        Index("reminder_handoff", "due_at", **_where(text("status = 'handoff'"))),
        # What was she sent lately, and what else is hers?
        Index("reminder_client", "client_id"),
        _of("treatment", "client_id", "clinic_id"),
    )

    id: int = Field(default=None, primary_key=True)
    clinic_id: int
    client_id: int
    treatment_id: int
    milestone: str
    channel: Channel = Field(sa_type=Word(Channel))
    status: Status = Field(sa_type=Word(Status))
    reason: Reason | None = Field(default=None, sa_type=Word(Reason))
    scheduled_at: datetime = Field(sa_type=Instant)
    due_on: date
    due_at: datetime = Field(sa_type=Instant)
    stale_at: datetime = Field(sa_type=Instant)
    attempts: int = 0
    misses: int = Field(default=0, sa_column_kwargs=_ZERO)
    doubts: int = Field(default=0, sa_column_kwargs=_ZERO)
    claim: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    handoff_at: datetime | None = Field(default=None, sa_type=Instant)
    settled_at: datetime | None = Field(default=None, sa_type=Instant)


class Attempt(SQLModel, table=True):
    """One try at sending a reminder: what was handed off, and what came of it."""

    __table_args__ = (
        UniqueConstraint("reminder_id", "claim"),
        # Whose is this message of the provider's?
        Index("attempt_provider_id", "provider_id", **_where(text("provider_id IS NOT NULL"))),
    )

    id: int = Field(default=None, primary_key=True)
    reminder_id: int = Field(foreign_key="reminder.id")
    claim: str
    handoff_at: datetime = Field(sa_type=Instant)
    contact: str
    subject: str = ""
    body: str = Field(sa_type=Text)
    segments: int = 0
    outcome: str | None = None
    code: str | None = None
    provider_id: str | None = None
    settled_at: datetime | None = Field(default=None, sa_type=Instant)


class Lane(SQLModel, table=True):
    """One clinic's way out by one channel: its rate, its day's limit, and whether it is stopped.

    ``opens_at`` keeps the rate: nothing more leaves before it. ``held_until`` keeps a stopped
    lane shut; then one message is let through to see, and ``faults`` counts what went wrong in
    a row. ``turn_at`` is when it last had its turn, so that every lane gets one.
    """

    __table_args__ = (UniqueConstraint("clinic_id", "channel"),)

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    channel: Channel = Field(sa_type=Word(Channel))
    per_minute: int | None = None
    per_day: int | None = None
    opens_at: datetime | None = Field(default=None, sa_type=Instant)
    counted_on: date | None = None
    counted: int = 0
    held_until: datetime | None = Field(default=None, sa_type=Instant)
    held_for: str | None = None
    held_since: datetime | None = Field(default=None, sa_type=Instant)
    faults: int = 0
    turn_at: datetime | None = Field(default=None, sa_type=Instant)


class Receipt(SQLModel, table=True):
    """What the provider reported about a message, once for each thing it said."""

    __table_args__ = (UniqueConstraint("provider_id", "status"),)

    id: int = Field(default=None, primary_key=True)
    reminder_id: int | None = Field(default=None, foreign_key="reminder.id")
    provider_id: str
    status: str
    code: str | None = None
    received_at: datetime = Field(sa_type=Instant)


class Outage(SQLModel, table=True):
    """A time in which nothing was sent, and what was missed by it: the staff's digest."""

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    began_at: datetime = Field(sa_type=Instant)
    ended_at: datetime = Field(sa_type=Instant)
    missed: int


class Mark(SQLModel, table=True):
    """Under what the stored plans were made, such as the edition of the time-zone data."""

    name: str = Field(primary_key=True)
    value: str


class Heartbeat(SQLModel, table=True):
    """When the heartbeat last beat, so that silence can be noticed."""

    name: str = Field(primary_key=True)
    beat_at: datetime = Field(sa_type=Instant)
