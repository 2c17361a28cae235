"""Record attempts: what was sent to whom, and with what outcome."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.orm import Session

from reminders.rules.countries import region_of
from reminders.rules.records import record
from reminders.rules.terms import Channel, Facts, Message
from reminders.store.column_types import Instant
from reminders.store.queries.common import asked

Words = tuple[int | str | None, ...]

_BEGINNING = {
    "sqlite": """
        INSERT INTO attempt (reminder_id, claim, handoff_at, contact, subject, body, segments,
            wording_id, tells_stop, sender, account_id, country)
        SELECT json_extract(row.value, '$[0]'), json_extract(row.value, '$[1]'), :now,
            json_extract(row.value, '$[2]'), json_extract(row.value, '$[3]'),
            json_extract(row.value, '$[4]'), json_extract(row.value, '$[5]'),
            json_extract(row.value, '$[6]'), json_extract(row.value, '$[7]'),
            json_extract(row.value, '$[8]'), json_extract(row.value, '$[9]'),
            json_extract(row.value, '$[10]')
        FROM json_each(:rows) AS row
        """,
    "postgresql": """
        INSERT INTO attempt (reminder_id, claim, handoff_at, contact, subject, body, segments,
            wording_id, tells_stop, sender, account_id, country)
        SELECT CAST(row ->> 0 AS integer), row ->> 1, :now, row ->> 2, row ->> 3, row ->> 4,
            CAST(row ->> 5 AS integer), CAST(row ->> 6 AS integer), CAST(row ->> 7 AS boolean),
            row ->> 8, CAST(row ->> 9 AS integer), row ->> 10
        FROM json_array_elements(CAST(:rows AS json)) AS row
        """,
}


def begin(session: Session, leaving: Sequence[tuple[Facts, Message]], now: datetime) -> None:
    """Record an attempt: what is about to be sent to whom."""
    _run(session, _BEGINNING, [_words(*pair) for pair in leaving], now)


def _words(facts: Facts, message: Message) -> Words:
    what = (message.to, message.subject, message.text, message.segments, message.wording)
    leaves = (message.tells_stop, message.sender, message.account_id)
    country = region_of(message.to) if message.channel is Channel.SMS else ""
    return facts.reminder_id, facts.claim, *what, *leaves, country


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


@record
class EndedAttempt:
    """How an attempt ended: of which reminder under which claim."""

    reminder: tuple[int, str]
    outcome: str
    code: str = ""
    provider_id: str = ""


def end(session: Session, ended: Sequence[EndedAttempt], now: datetime) -> None:
    """Record the outcomes of these attempts."""
    rows = [
        (*one.reminder, one.outcome, one.code or None, one.provider_id or None) for one in ended
    ]
    _run(session, _ENDING, rows, now)


def _run(
    session: Session, statements: Mapping[str, str], rows: Sequence[Words], now: datetime
) -> None:
    """Run one statement over many rows."""
    if rows:
        statement = _prepared(statements[session.get_bind().dialect.name])
        asked(session, statement, rows=json.dumps(rows), now=now)


@cache
def _prepared(words: str) -> TextClause:
    return text(words).bindparams(bindparam("now", type_=Instant()))
