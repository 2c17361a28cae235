"""Tables of reminders, attempts, receipts, lanes and sending rates."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from reminders.rules.terms import Channel, OneOffKind, Reason, Status
from reminders.store.column_types import Instant, Word
from reminders.store.tables.common import EMPTY, FALSE, ZERO, owned_by, where

_STATUS_LEFT = text("status IN ('handoff', 'accepted', 'delivered', 'undelivered', 'unknown')")
_STATUS_OPEN_OR_LEFT = text(
    "status IN ('planned', 'claimed', 'handoff', 'accepted', 'delivered', 'undelivered', 'unknown')",
)
_NOT_PLANNED = text("status <> 'planned'")
_TROUBLE = text("status IN ('failed', 'undelivered', 'unknown') AND attended_at IS NULL")


class OneOffMessage(SQLModel, table=True):
    """A message outside any protocol, in fixed words: a code, a welcome, a person's answer."""

    __tablename__ = "one_off_message"

    __table_args__ = (owned_by("client", "clinic_id"),)

    id: int = Field(default=None, primary_key=True)
    clinic_id: int
    client_id: int
    kind: OneOffKind = Field(sa_type=Word(OneOffKind))
    subject: str = ""
    words: str = Field(sa_type=Text)
    urgent: bool = False
    written_at: datetime = Field(sa_type=Instant)


class Reminder(SQLModel, table=True):
    """One milestone of one treatment by one channel, or a note, which has no treatment.

    ``scheduled_at`` is when the protocol wants it, ``due_at`` when to look at it next (later, if it
    waits; after a handoff, when to ask for its outcome), ``due_on`` the recipient's date it belongs
    to, ``stale_at`` when it no longer helps. ``claim`` is the fencing token: only who holds it may
    move the row. ``failed_lookups`` counts the times the provider was asked for it in vain since
    its handoff, ``unproven_attempts`` the attempts whose end was never known: it may have arrived
    that many times more. Staff hold it (``held_at``), and look after what went wrong
    (``attended_at``). ``import_id`` is the long list that brought its treatment.
    """

    __table_args__ = (
        # Never twice: of a milestone by a channel one may be open or have left, no more.
        Index(
            "reminder_once",
            "treatment_id",
            "milestone",
            "channel",
            unique=True,
            **where(_STATUS_OPEN_OR_LEFT),
        ),
        # What is due in a lane? Live rows only, so that history does not slow it down.
        Index(
            "reminder_lane", "clinic_id", "channel", "due_at", **where(text("status = 'planned'"))
        ),
        # Whose lease has lapsed?
        Index("reminder_lease", "lease_until", **where(text("status = 'claimed'"))),
        # What may have left, and is to be asked for?
        Index("reminder_handoff", "due_at", **where(text("status = 'handoff'"))),
        # What belongs to a day of a clinic? What is to come has an index of its own, from which it is
        # counted without a look at the rows; a message passes from one to the other once.
        Index("reminder_month", "clinic_id", "due_on", **where(_NOT_PLANNED)),
        Index(
            "reminder_to_come",
            "clinic_id",
            "due_on",
            "channel",
            "reason",
            "client_id",
            **where(text("status = 'planned'")),
        ),
        # What was the client sent lately, and what else is planned?
        Index("reminder_client", "client_id"),
        # What went out at this clinic, and what of it needs a person?
        Index("reminder_left", "clinic_id", "handoff_at", **where(text("handoff_at IS NOT NULL"))),
        Index("reminder_trouble", "clinic_id", "settled_at", **where(_TROUBLE)),
        owned_by("treatment", "client_id", "clinic_id"),
    )

    id: int = Field(default=None, primary_key=True)
    clinic_id: int
    client_id: int
    treatment_id: int | None = None
    one_off_id: int | None = Field(default=None, foreign_key="one_off_message.id")
    milestone: str
    channel: Channel = Field(sa_type=Word(Channel))
    status: Status = Field(sa_type=Word(Status))
    reason: Reason | None = Field(default=None, sa_type=Word(Reason))
    scheduled_at: datetime = Field(sa_type=Instant)
    due_on: date
    due_at: datetime = Field(sa_type=Instant)
    stale_at: datetime = Field(sa_type=Instant)
    attempts: int = 0
    failed_lookups: int = Field(default=0, sa_column_kwargs=ZERO)
    unproven_attempts: int = Field(default=0, sa_column_kwargs=ZERO)
    claim: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    handoff_at: datetime | None = Field(default=None, sa_type=Instant)
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
    held_at: datetime | None = Field(default=None, sa_type=Instant)
    attended_at: datetime | None = Field(default=None, sa_type=Instant)
    import_id: int | None = None


class Attempt(SQLModel, table=True):
    """One attempt to send a reminder: what was handed off, and its outcome.

    ``wording_id`` is the clinic's version it was worded from; none for the packaged text.
    ``tells_stop`` is that it said how to stop, ``country`` (ISO 3166) that of the number it went to. It
    left as ``sender``, of a clinic's own account or (None)
    of the installation's; what left before the senders were written down has neither.
    """

    __table_args__ = (
        UniqueConstraint("reminder_id", "claim"),
        # Whose is this message of the provider's?
        Index("attempt_provider_id", "provider_id", **where(text("provider_id IS NOT NULL"))),
        # What was this number or address sent lately?
        Index("attempt_contact", "contact", "handoff_at"),
        # What was tried lately, and with what success?
        Index("attempt_handoff_at", "handoff_at"),
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
    wording_id: int | None = None
    tells_stop: bool = Field(default=False, sa_column_kwargs=FALSE)
    country: str = Field(default="", sa_column_kwargs=EMPTY)
    unreached_at: datetime | None = Field(default=None, sa_type=Instant)
    account_id: int | None = None
    sender: str = Field(default="", sa_column_kwargs=EMPTY)


class Lane(SQLModel, table=True):
    """One clinic's sending by one channel: its rate, its daily limit, and whether it is stopped.

    ``opens_at`` keeps the rate: nothing more leaves before it. ``stopped_until`` keeps a stopped
    lane shut; then one message is let through to see, and ``faults`` counts what went wrong in
    a row. ``last_turn_at`` is when it last had its turn, so that every lane gets one. ``sender_key`` names
    the sender that its messages usually leave as; empty is the installation's.
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
    stopped_until: datetime | None = Field(default=None, sa_type=Instant)
    stopped_for: str | None = None
    stopped_since: datetime | None = Field(default=None, sa_type=Instant)
    faults: int = 0
    last_turn_at: datetime | None = Field(default=None, sa_type=Instant)
    sender_key: str = Field(default="", sa_column_kwargs=EMPTY)


class SenderRate(SQLModel, table=True):
    """How fast all lanes together may use the installation's sender of a channel: when it is free
    again, and the day's count.
    """

    __tablename__ = "sender_rate"

    channel: Channel = Field(primary_key=True, sa_type=Word(Channel))
    opens_at: datetime | None = Field(default=None, sa_type=Instant)
    counted_on: date | None = None
    counted: int


class SenderPace(SQLModel, table=True):
    """How fast all lanes together may use a sender that clinics brought themselves: when it is free
    again, and the day's count.
    """

    __tablename__ = "sender_pace"

    sender_key: str = Field(primary_key=True)
    opens_at: datetime | None = Field(default=None, sa_type=Instant)
    counted_on: date | None = None
    counted: int = Field(default=0, sa_column_kwargs=ZERO)


class SegmentSpending(SQLModel, table=True):
    """How many segments of text left for a clinic in a month of its own calendar."""

    __tablename__ = "segment_spending"

    clinic_id: int = Field(foreign_key="clinic.id", primary_key=True)
    month_on: date = Field(primary_key=True)
    segments: int


class Receipt(SQLModel, table=True):
    """What the provider reported about a message, once for each thing it said."""

    __table_args__ = (UniqueConstraint("provider_id", "status"),)

    id: int = Field(default=None, primary_key=True)
    reminder_id: int | None = Field(default=None, foreign_key="reminder.id")
    provider_id: str
    status: str
    code: str | None = None
    received_at: datetime = Field(sa_type=Instant)


class Redaction(SQLModel, table=True):
    """A message whose words the provider is to forget too, and when to ask it to (UTC); of a
    clinic's own account or (None) the installation's.
    """

    provider_id: str = Field(primary_key=True)
    due_at: datetime = Field(sa_type=Instant)
    account_id: int | None = None


class Outage(SQLModel, table=True):
    """A time in which nothing was sent, and what was missed by it: the staff's digest."""

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    began_at: datetime = Field(sa_type=Instant)
    ended_at: datetime = Field(sa_type=Instant)
    missed: int


class Setting(SQLModel, table=True):
    """What the product keeps about itself, such as the edition of the time-zone data it planned
    with: one JSON value for each key.
    """

    key: str = Field(primary_key=True)
    value: str


class Heartbeat(SQLModel, table=True):
    """When the heartbeat last beat, so that silence can be noticed."""

    name: str = Field(primary_key=True)
    beat_at: datetime = Field(sa_type=Instant)
