"""After SECRET_KEY was changed, seal anew everything that was sealed under the key before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from reminders.delivery import clinic_accounts
from reminders.endpoints import endpoints
from reminders.feeds import feeds
from reminders.sealing import Sealing
from reminders.settings import Settings
from reminders.staff.credentials import Sealer
from reminders.store.database import writing
from reminders.store.queries import sealed_secrets
from reminders.store.tables import BookingSource, Endpoint, Feed, SenderAccount, Staff

log = structlog.get_logger()

SealingOf = Callable[[Sealing, Any], Sealing]

SEALED: tuple[tuple[type[SQLModel], tuple[str, ...], SealingOf], ...] = (
    (
        SenderAccount,
        ("auth_token", "auth_token_old", "api_key", "api_secret"),
        lambda sealing, row: clinic_accounts.sealing_of(sealing, row.clinic_id),
    ),
    (Feed, ("address",), lambda sealing, row: feeds.sealing_of(sealing, row.clinic_id)),
    (
        Endpoint,
        ("address", "secret"),
        lambda sealing, row: endpoints.sealing_of(sealing, row.clinic_id),
    ),
    (
        BookingSource,
        ("token", "secret", "api_key"),
        lambda sealing, _: sealing.within("booking source"),
    ),
)
"""Every table with secrets of other systems, its columns, and what seals a row's."""


def reseal(engine: Engine, sealing: Sealing, settings: Settings) -> int:
    """Seal anew what only an older key opens, and return how many secrets that were."""
    if not settings.older_keys:
        return 0
    changed = 0
    lock = Sealer(settings.secret_key.get_secret_value(), settings.older_keys)
    with writing(engine) as session:
        for model, row_id, column, was, now in _outdated(session, sealing, lock):
            changed += sealed_secrets.exchange(session, model, row_id, column, was, now)
        _mark_feeds(session, sealing)
    if changed:
        log.info("sealed anew", secrets=changed)
    return changed


def _outdated(
    session: Session, sealing: Sealing, lock: Sealer
) -> Iterator[tuple[type[SQLModel], int, str, str, str]]:
    for model, columns, sealing_of in SEALED:
        for row in sealed_secrets.every(session, model):
            for column in columns:
                was = getattr(row, column)
                now = sealing_of(sealing, row).sealed_anew(was)
                if was is not None and now is not None:
                    yield model, row.id, column, was, now  # type: ignore[attr-defined]
    for member in sealed_secrets.every(session, Staff):
        seed = member.totp_secret
        anew = lock.sealed_anew(seed) if seed else None
        if seed and anew:
            yield Staff, member.id, "totp_secret", seed, anew


def _mark_feeds(session: Session, sealing: Sealing) -> None:
    """Let calendars be told apart under today's key, so that none is added twice."""
    for feed in sealed_secrets.every(session, Feed):
        its = feeds.sealing_of(sealing, feed.clinic_id)
        address = its.opened(feed.address)
        if address and its.fingerprint(address) != feed.address_hash:
            hashed = its.fingerprint(address)
            sealed_secrets.exchange(
                session, Feed, feed.id, "address_hash", feed.address_hash, hashed
            )
