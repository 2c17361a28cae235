"""Queries for texts whose words the provider is still to delete."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.store.queries.common import QUIET, insert_once
from reminders.store.tables import Redaction

TEXTS = ("SM", "MM")
"""What the provider's own ids of texts begin with; other senders have nothing to redact."""


def ask(
    session: Session, provider_id: str, due_at: datetime, account_id: int | None = None
) -> bool:
    """Let the provider be asked at ``due_at`` (UTC) to forget a text's words, if it is one of that
    account.
    """
    is_text = provider_id.startswith(TEXTS)
    if is_text:
        row = {"provider_id": provider_id, "due_at": due_at, "account_id": account_id}
        insert_once(session, Redaction, row)
    return is_text


def take(
    session: Session, now: datetime, again_in: timedelta, limit: int
) -> list[tuple[str, int | None]]:
    """Return texts due to be asked for, each with its account, and let nobody else ask for a while."""
    due = (
        select(col(Redaction.provider_id), col(Redaction.account_id))
        .where(col(Redaction.due_at) <= now)
        .order_by(col(Redaction.due_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = [(row.provider_id, row.account_id) for row in session.execute(due)]
    ids = [provider_id for provider_id, _ in found]
    later = update(Redaction).where(col(Redaction.provider_id).in_(ids))
    session.execute(later.values(due_at=now + again_in).execution_options(**QUIET))
    return found


def done(session: Session, ids: Sequence[str]) -> None:
    """Note that these are forgotten."""
    gone = delete(Redaction).where(col(Redaction.provider_id).in_(ids))
    session.execute(gone.execution_options(**QUIET))
