"""Ask the provider to delete the words of texts whose delivery has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine

from reminders.senders import RedactsMessages, Sender, SendError
from reminders.store.database import writing
from reminders.store.queries import redactions

log = structlog.get_logger()

TOGETHER = 16
"""How many are asked for at a time, and no more in one pass: nothing waits for it."""

AGAIN_IN = timedelta(hours=1)
"""Before the provider is asked again to redact a text that it refused to redact yet."""


def redact(engine: Engine, sender: Sender, clock: Callable[[], datetime]) -> int:
    """Redact the texts that are due, and return how many. Senders without redaction store nothing
    at a provider.
    """
    if not isinstance(sender, RedactsMessages):
        return 0
    with writing(engine) as session:
        due = redactions.take(session, clock(), AGAIN_IN, TOGETHER)
    if not due:
        return 0
    forgotten = asyncio.run(_ask(sender, due))
    with writing(engine) as session:
        redactions.done(session, forgotten)
    log.info("redacted", texts=len(forgotten), refused=len(due) - len(forgotten))
    return len(forgotten)


async def _ask(sender: RedactsMessages, due: Sequence[tuple[str, int | None]]) -> list[str]:
    try:
        answers = await asyncio.gather(
            *(sender.redact(*text) for text in due), return_exceptions=True
        )
    finally:
        await sender.close()
    for answer in answers:
        if answer is not None and not isinstance(answer, SendError):
            raise answer
    return [text for (text, _), answer in zip(due, answers, strict=True) if answer is None]
