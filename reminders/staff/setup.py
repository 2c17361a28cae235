"""Create the first clinic and its owner, from the link printed by a new installation."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from reminders.enrolment import clinics
from reminders.rules.roles import Role
from reminders.rules.translation import gettext_noop
from reminders.staff import credentials, invitations
from reminders.store.queries import people, stored_settings

FIRST_START = gettext_noop("the first start")
"""Who invited the owner, as the activity log has it."""

MARK = "set up"
LASTS = timedelta(hours=24)
"""How long a link is good for; every start of an empty installation prints a new one."""


def create_link(session: Session, now: datetime) -> str | None:
    """Return a new token while there is no clinic yet; it replaces an older one."""
    if people.clinics(session):
        return None
    token = credentials.new_token()
    kept = {"hash": credentials.hash_token(token), "until": (now + LASTS).isoformat()}
    stored_settings.write(session, MARK, kept)
    return token


def is_valid(session: Session, token: str, now: datetime) -> bool:
    """Say whether a token may set this installation up."""
    kept = stored_settings.read(session, MARK)
    if kept is None or people.clinics(session):
        return False
    fresh = now < datetime.fromisoformat(kept["until"])
    return fresh and hmac.compare_digest(kept["hash"], credentials.hash_token(token))


def create_owner(session: Session, typed: Mapping[str, str], owner: str, now: datetime) -> str:
    """Make the first clinic, in practice mode, and return a one-time token for its owner. Raises
    ``ClinicError`` or ``InputError``.
    """
    clinic = clinics.add(session, typed, now, live=False)
    stored_settings.clear(session, MARK)
    return invitations.invite(session, clinic, owner, Role.OWNER, now, FIRST_START)
