"""Tables of self-enrolment: the forms that were sent in, and the codes that verify contacts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from reminders.rules.terms import Channel, Discretion
from reminders.store.column_types import Instant, Word
from reminders.store.tables.common import EMPTY, ZERO


class JoinRequest(SQLModel, table=True):
    """A form somebody sent in. A consent begins only when the contact is proven: a number by a
    code, an address by a link. Each contact has a client of its own until then
    (``sms_client_id``, ``email_client_id``), so that nobody is mixed up with a stranger.

    ``sms_wording`` and ``email_wording`` are the exact words beside the boxes that were ticked.
    """

    __tablename__ = "join_request"

    __table_args__ = (Index("join_request_clinic", "clinic_id", "requested_at"),)

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    language: str
    discretion: Discretion = Field(sa_type=Word(Discretion))
    sms_client_id: int | None = Field(default=None, foreign_key="client.id")
    email_client_id: int | None = Field(default=None, foreign_key="client.id")
    sms_wording: str | None = Field(default=None, sa_type=Text)
    email_wording: str | None = Field(default=None, sa_type=Text)
    sms_proven_at: datetime | None = Field(default=None, sa_type=Instant)
    email_proven_at: datetime | None = Field(default=None, sa_type=Instant)
    network_address: str
    requested_at: datetime = Field(sa_type=Instant)


class VerificationCode(SQLModel, table=True):
    """Six digits or a link that were sent to a contact, kept as a seal only; each is used once.

    ``purpose`` says what it opens, such as ``join.12``; ``network`` is that of the address it was
    asked for from, ``number_block`` the row of a hundred numbers it went to, ``country`` theirs.
    """

    __tablename__ = "verification_code"

    __table_args__ = (
        Index("verification_code_purpose", "purpose"),
        # How many went to this contact, or were asked for from there, lately?
        Index("verification_code_contact", "contact", "requested_at"),
        Index("verification_code_network_address", "network_address", "requested_at"),
        Index("verification_code_network", "network", "requested_at"),
        Index("verification_code_number_block", "number_block", "requested_at"),
        Index("verification_code_clinic_id", "clinic_id", "requested_at"),
    )

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    purpose: str
    channel: Channel = Field(sa_type=Word(Channel))
    contact: str
    code_hash: str
    attempts: int = Field(default=0, sa_column_kwargs=ZERO)
    network_address: str
    network: str = Field(default="", sa_column_kwargs=EMPTY)
    number_block: str = Field(default="", sa_column_kwargs=EMPTY)
    country: str = Field(default="", sa_column_kwargs=EMPTY)
    requested_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)
