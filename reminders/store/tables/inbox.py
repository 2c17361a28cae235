"""Tables of incoming texts, and of email alerts to staff."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Index, Text, text
from sqlmodel import Field, SQLModel

from reminders.rules.keywords import Kind
from reminders.store.column_types import Instant, Word
from reminders.store.tables.common import owned_by, where

_OPEN = text("done_at IS NULL")
_UNSENT = text("sent_at IS NULL")
_EMPTY = {"server_default": text("''")}


class Reply(SQLModel, table=True):
    """A text that came in, once for each id of the provider's; the row outlives its words, so
    that one posted again never counts as new.

    ``clinic_id`` is none for a number nobody here knows, ``client_id`` none where several share
    it. ``alarm`` says which sign of alarm its words hold, ``answer`` what the sender was told at
    once; it was written to ``sender``, of a clinic's own account or (None) the installation's.
    ``opened_at``, ``assigned_to`` (a staff id), ``answered_at`` and ``done_at`` are the desk's. What
    was written on the client's own page about an answer there names it (``skin_answer_id``).
    """

    __table_args__ = (
        # What waits for a person at this clinic?
        Index("reply_open", "clinic_id", "received_at", **where(_OPEN)),
        # What did this number write, and how was it answered today?
        Index("reply_contact", "contact", "received_at"),
        # What did the client write?
        Index("reply_client", "client_id"),
        owned_by("client", "clinic_id"),
    )

    id: int = Field(default=None, primary_key=True)
    provider_id: str = Field(unique=True)
    clinic_id: int | None = Field(default=None, foreign_key="clinic.id")
    client_id: int | None = None
    contact: str
    body: str = Field(sa_type=Text)
    media: list[dict[str, str]] = Field(default_factory=list, sa_type=JSON)
    kind: Kind = Field(sa_type=Word(Kind))
    alarm: str | None = None
    answer: str = Field(default="", sa_type=Text, sa_column_kwargs=_EMPTY)
    received_at: datetime = Field(sa_type=Instant)
    sender: str = Field(default="", sa_column_kwargs=_EMPTY)
    account_id: int | None = None
    opened_at: datetime | None = Field(default=None, sa_type=Instant)
    assigned_to: int | None = None
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    done_at: datetime | None = Field(default=None, sa_type=Instant)
    skin_answer_id: int | None = None


class Alert(SQLModel, table=True):
    """An email or text to a clinic's staff (without a clinic: to the operator), once for each key.

    It is tried from ``due_at`` on until ``sent_at``. ``address`` is set where it goes elsewhere; a number
    is texted.
    """

    __table_args__ = (
        # Which alerts are still to be sent?
        Index("alert_due", "due_at", **where(_UNSENT)),
    )

    id: int = Field(default=None, primary_key=True)
    clinic_id: int | None = Field(default=None, foreign_key="clinic.id")
    address: str | None = None
    kind: str
    key: str = Field(unique=True)
    subject: str
    body: str = Field(sa_type=Text)
    raised_at: datetime = Field(sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant)
    attempts: int = 0
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
