"""Take incoming texts once each, whether by webhook or from the provider's list afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import Engine

from reminders.delivery.receipts import REDACT_AFTER
from reminders.inbox import replies
from reminders.inbox.replies import InboundText
from reminders.monitoring.status import SILENCE
from reminders.rules.decision import Outcome
from reminders.senders import SendError
from reminders.store.database import reading, writing
from reminders.store.queries import delivery, redactions, stored_settings
from reminders.wording.fixed_replies import FixedReplies

if TYPE_CHECKING:
    from reminders.senders.twilio_inbox import ReceivedText

log = structlog.get_logger()

HEARD = "texts heard until"
"""The stored setting for how far the provider's list of incoming texts was read."""

EVERY = timedelta(minutes=10)
"""Between two checks of that list while all is well: a safety net behind the webhook."""

OVERLAP = timedelta(minutes=15)
"""How late a text may appear in the list, with clocks that differ."""

ON_ITS_WAY = timedelta(minutes=2)
"""How long a text may still arrive by webhook, and be answered at once."""


class InboundTexts:
    """Handle each incoming text once, whether by webhook or from the provider's list."""

    def __init__(
        self,
        engine: Engine,
        answers: FixedReplies,
        clock: Callable[[], datetime],
        listed: Callable[[datetime], Coroutine[Any, Any, list[ReceivedText]]] | None,
        *,
        redact: bool,
    ) -> None:
        """Take the database, the words of answers, the clock, and what asks the provider for its
        list (nothing where none may be asked). ``redact`` lets it forget every text in time.
        """
        self._engine = engine
        self._answers = answers
        self._clock = clock
        self._listed = listed
        self._redact = redact

    def receive(self, inbound: InboundText) -> str:
        """Act on a text, and return the immediate answer, if any."""
        now = self._clock()
        with writing(self._engine) as session:
            if self._redact:
                redactions.ask(session, inbound.provider_id, now + REDACT_AFTER)
            return replies.handle_text(session, self._answers, inbound, now)

    def check_list(self) -> int:
        """Check the list at intervals for texts the webhook missed, and return how many were found.
        A provider that does not answer is asked again later.
        """
        now = self._clock()
        heard, last = self._last_listed()
        if _was_silent(last, now) or (heard is not None and now - heard < EVERY):
            return 0
        try:
            return self._receive_listed(now, now - ON_ITS_WAY)
        except SendError as error:
            log.warning("texts not listed", code=error.code)
            return 0

    def after_silence(self) -> int:
        """After an outage read first the texts that came during it, since an opt-out may be among
        them. Raises ``SendError``; then nothing may be sent yet.
        """
        _, last = self._last_listed()
        return self.catch_up() if _was_silent(last, self._clock()) else 0

    def catch_up(self) -> int:
        """Read all texts since the list was last read, and return how many were found. Raises
        ``SendError``, but not where our credentials are refused, for then no text can be sent.
        """
        now = self._clock()
        try:
            return self._receive_listed(now, now)
        except SendError as error:
            if error.outcome is not Outcome.CONFIGURATION:
                raise
            return 0

    def _last_listed(self) -> tuple[datetime | None, datetime | None]:
        """Return how far the list was read, and the last heartbeat."""
        with reading(self._engine) as session:
            heard = stored_settings.read(session, HEARD)
            return heard and datetime.fromisoformat(heard), delivery.last_beat(session)

    def _receive_listed(self, now: datetime, until: datetime) -> int:
        if self._listed is None:
            return 0
        heard, last = self._last_listed()
        listed = asyncio.run(self._listed((heard or last or now) - OVERLAP))
        inbound = [one for one in listed if one.came_at <= until]
        for one in inbound:
            words = replies.storable(one.text)
            self.receive(
                InboundText(one.provider_id, one.contact, words, one.media, came_at=one.came_at)
            )
        with writing(self._engine) as session:
            stored_settings.write(session, HEARD, now.isoformat())
        return len(inbound)


def _was_silent(last: datetime | None, now: datetime) -> bool:
    return last is not None and now - last > SILENCE
