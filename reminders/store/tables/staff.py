"""Tables of staff: accounts, memberships, invitations and signed-in browsers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from reminders.rules.roles import Role
from reminders.store.column_types import Instant, Word


class Staff(SQLModel, table=True):
    """Somebody who signs in; ``language`` is what their pages are in, the browser's where it is
    empty, ``totp_secret`` is sealed, ``totp_step`` the last code's half minute,
    so that none is good twice, ``recovery_codes`` the hashes of
    unused recovery codes.
    """

    id: int = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    name: str
    language: str = ""
    password_hash: str | None = None
    totp_secret: str | None = None
    totp_step: int = 0
    recovery_codes: str = Field(default="", sa_type=Text)
    created_at: datetime = Field(sa_type=Instant)
    disabled_at: datetime | None = Field(default=None, sa_type=Instant)


class Membership(SQLModel, table=True):
    """What somebody is at a clinic; no row, no way in."""

    __table_args__ = (UniqueConstraint("staff_id", "clinic_id"),)

    id: int = Field(default=None, primary_key=True)
    staff_id: int = Field(foreign_key="staff.id")
    clinic_id: int = Field(foreign_key="clinic.id")
    role: Role = Field(sa_type=Word(Role))


class Invitation(SQLModel, table=True):
    """A one-time link to join a clinic; only its token's hash is kept."""

    id: int = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id")
    email: str
    role: Role = Field(sa_type=Word(Role))
    token_hash: str = Field(unique=True)
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class SignIn(SQLModel, table=True):
    """A browser that is signed in, or (until ``proven_at``) has given a password only.

    Only the hash of its cookie is kept, so that a stolen database opens no session.
    """

    __tablename__ = "sign_in"
    __table_args__ = (Index("sign_in_staff", "staff_id"),)

    id: int = Field(default=None, primary_key=True)
    staff_id: int = Field(foreign_key="staff.id")
    clinic_id: int = Field(foreign_key="clinic.id")
    token_hash: str = Field(unique=True)
    browser: str = ""
    created_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
    proven_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class SignInAttempt(SQLModel, table=True):
    """Failed tries to get in, by a hash of the address or account, and when the next may come."""

    __tablename__ = "sign_in_attempt"

    key: str = Field(primary_key=True)
    failures: int = 0
    next_at: datetime = Field(sa_type=Instant)
