"""Make, recognise and revoke the keys by which other programs act at a clinic."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from reminders.rules.contacts import read_name
from reminders.rules.roles import Role
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext, gettext_noop
from reminders.staff import credentials
from reminders.store.queries import api_keys as queries
from reminders.store.queries.audit import record
from reminders.store.tables import ApiKey, Clinic

PREFIX = "rmd_"
"""What every key begins with, so that scanners for lost secrets know one."""

SHOWN = len(PREFIX) + 6
"""How many of its first letters stay readable."""

TOUCH = timedelta(minutes=1)
"""How exactly its last use is known; finer would be a write for every request."""


def create(
    session: Session, clinic: Clinic, name: str, role: Role, who: str, now: datetime
) -> tuple[ApiKey, str]:
    """Make a key, and return it with its secret, which is shown once. Raises ``InputError``."""
    called = read_name(name)
    if not called:
        raise InputError(
            gettext("The API key has no name."), gettext("Name the program that will use it.")
        )
    token = PREFIX + credentials.new_token()
    key = ApiKey(
        clinic_id=clinic.id,
        name=called,
        role=role,
        begins=token[:SHOWN],
        token_hash=credentials.hash_token(token),
        created_at=now,
        created_by=who,
    )
    session.add(key)
    session.flush()
    what = gettext_noop("created an API key")
    record(session, clinic.id, who, what, ApiKey, key.id, now, f"{called}: {role}")
    return key, token


def find(session: Session, token: str) -> tuple[ApiKey, Clinic] | None:
    """Return the key of that secret with its clinic; None for one that is unknown or revoked."""
    if not token.startswith(PREFIX):
        return None
    return queries.by_hash(session, credentials.hash_token(token))


def is_stale(key: ApiKey, now: datetime) -> bool:
    """Say whether its last use is to be written down anew."""
    return key.used_at is None or now - key.used_at > TOUCH


def revoke(session: Session, key: ApiKey, who: str, now: datetime) -> None:
    """Let a key open nothing any more; repeating it changes nothing."""
    if key.revoked_at is None:
        key.revoked_at, key.revoked_by = now, who
        what = gettext_noop("revoked an API key")
        record(session, key.clinic_id, who, what, ApiKey, key.id, now, key.name)
