"""The table of accounts that clinics brought for their texts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from reminders.store.column_types import Instant


class SenderAccount(SQLModel, table=True):
    """A clinic's own account at Twilio; the clinic itself says which of them it uses now.

    What signs in is sealed, and so is ``auth_token_old``, by which Twilio may still sign for a while.
    An account stays when the clinic takes another, since what left by it is asked there.
    """

    __tablename__ = "sender_account"
    __table_args__ = (UniqueConstraint("clinic_id", "account_sid"),)

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    account_sid: str
    auth_token: str = Field(sa_type=Text)
    auth_token_old: str | None = Field(default=None, sa_type=Text)
    api_key: str | None = Field(default=None, sa_type=Text)
    api_secret: str | None = Field(default=None, sa_type=Text)
    added_at: datetime = Field(sa_type=Instant)
