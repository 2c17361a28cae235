"""The attempts: what was said to whom, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from reminders.rules.terms import Facts, Message
from reminders.store.columns import Instant
from reminders.store.queries.common import Row, asked, insert_many

_TRIED = ("reminder_id", "claim", "handoff_at", "contact", "subject", "body", "segments")


def begin(session: Session, leaving: Sequence[tuple[Facts, Message]], now: datetime) -> None:
    """Note what is about to be said to whom."""
    if leaving:
        insert_many(session, "attempt", _TRIED, [_attempt(*pair, now) for pair in leaving])


def _attempt(held: Facts, message: Message, now: datetime) -> Row:
    words = (message.to, message.subject, message.text, message.segments)
    return held.reminder_id, held.claim, now, *words


_ENDING = {
    "sqlite": """
        UPDATE attempt SET settled_at = :now, outcome = json_extract(row.value, '$[2]'),
            code = json_extract(row.value, '$[3]'), provider_id = json_extract(row.value, '$[4]')
        FROM json_each(:rows) AS row
        WHERE reminder_id = json_extract(row.value, '$[0]')
            AND claim = json_extract(row.value, '$[1]')
        """,
    "postgresql": """
        UPDATE attempt SET settled_at = :now, outcome = row ->> 2, code = row ->> 3,
            provider_id = row ->> 4
        FROM json_array_elements(CAST(:rows AS json)) AS row
        WHERE reminder_id = CAST(row ->> 0 AS integer) AND claim = row ->> 1
        """,
}
"""One statement for many attempts, in each database's own words."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How an attempt ended: of which reminder under which claim."""

    of: tuple[int, str]
    outcome: str
    code: str = ""
    provider_id: str = ""


def end(session: Session, ended: Sequence[Ended], now: datetime) -> None:
    """Write down what came of these attempts."""
    rows = [(*one.of, one.outcome, one.code or None, one.provider_id or None) for one in ended]
    if rows:
        ending = text(_ENDING[session.get_bind().dialect.name])
        now_as_kept = bindparam("now", type_=Instant())
        asked(session, ending.bindparams(now_as_kept), rows=json.dumps(rows), now=now)
