"""Invite somebody to a clinic's staff by a one-time link, on which they choose a password."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from reminders.rules.contacts import clean, read_email, read_name
from reminders.rules.roles import Role, check_password
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext, gettext_noop
from reminders.staff import credentials
from reminders.store.queries import staff as queries
from reminders.store.queries.audit import COMMAND_LINE, record
from reminders.store.tables import Clinic, Invitation, Staff

INVITED = {
    Role.VIEWER: gettext_noop("invited a member of staff as viewer"),
    Role.STAFF: gettext_noop("invited a member of staff as staff"),
    Role.OWNER: gettext_noop("invited a member of staff as owner"),
}
"""What the activity log says of an invitation, by the role."""

LASTS = timedelta(hours=24)
"""How long a link is good for; a new one is one command away."""


def invite(
    session: Session,
    clinic: Clinic,
    email: str,
    role: Role,
    now: datetime,
    who: str = COMMAND_LINE,
) -> str:
    """Return a new one-time token for somebody to join a clinic; raises ``InputError``.

    For existing staff it sets a new password and role.
    """
    token = credentials.new_token()
    session.add(
        Invitation(
            clinic_id=clinic.id,
            email=read_email(email).lower(),
            role=role,
            token_hash=credentials.hash_token(token),
            expires_at=now + LASTS,
        )
    )
    record(session, clinic.id, who, INVITED[role], Staff, None, now)
    return token


def find(session: Session, token: str, now: datetime) -> Invitation | None:
    """Return the invitation of a token that is still good."""
    found = queries.invitation(session, credentials.hash_token(token))
    good = found is not None and found.used_at is None and now < found.expires_at
    return found if good else None


def accept(
    session: Session, invitation: Invitation, name: str, password: str, now: datetime
) -> Staff:
    """Create or renew the invited account. Raises ``InputError``.

    A new password signs every other browser out and clears failed attempts; an existing second step
    stays, so that a link alone never bypasses it.
    """
    check_password(password, invitation.email)
    staff = queries.by_email(session, invitation.email)
    if staff is None:
        staff = Staff(email=invitation.email, name="", created_at=now)
        session.add(staff)
    if not clean(name):
        raise InputError(gettext("Enter your name."), gettext("Your colleagues see it."))
    staff.name = read_name(name)
    staff.password_hash = credentials.HASHER.hash(password)
    staff.disabled_at = None
    invitation.used_at = now
    session.flush()
    queries.join(session, staff.id, invitation.clinic_id, invitation.role)
    queries.end_all(session, staff.id, now)
    record(
        session,
        invitation.clinic_id,
        staff.email,
        gettext_noop("accepted an invitation"),
        Staff,
        staff.id,
        now,
    )
    return staff
