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
"""The mark that says until when the provider's list of what came in was gone through."""

EVERY = timedelta(minutes=10)
"""Between two looks into that list while all is well: a second net under the door."""

OVERLAP = timedelta(minutes=15)
"""How late a text may appear in the list, with clocks that differ."""

ON_ITS_WAY = timedelta(minutes=2)
"""How long a text may still come to the door by itself, and be answered at once."""


class InboundTexts:
    """Take each text once, whichever way it is heard of."""

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

    def take(self, came: InboundText) -> str:
        """Act on a text, and return what its sender is to be told at once, if anything."""
        now = self._clock()
        with writing(self._engine) as session:
            if self._redact:
                redactions.ask(session, came.provider_id, now + REDACT_AFTER)
            return replies.handle_text(session, self._answers, came, now)

    def look(self) -> int:
        """Look into the list once in a while for what never came to the door, and return how many
        stood there. Nobody waits for it: a provider that does not tell is asked again.
        """
        now = self._clock()
        heard, last = self._known()
        if _was_silent(last, now) or (heard is not None and now - heard < EVERY):
            return 0
        try:
            return self._hear(now, now - ON_ITS_WAY)
        except SendError as error:
            log.warning("texts not listed", code=error.code)
            return 0

    def after_silence(self) -> int:
        """After a time in which nobody was there to be told, hear first of all what was said in
        it: a stop may be among it. Raises ``SendError``; then nothing may go out yet.
        """
        _, last = self._known()
        return self.everything() if _was_silent(last, self._clock()) else 0

    def everything(self) -> int:
        """Hear all that was said since the list was last gone through, and return how many stood
        there. Raises ``SendError``; not where we are not let in at all, for then no text can leave.
        """
        now = self._clock()
        try:
            return self._hear(now, now)
        except SendError as error:
            if error.outcome is not Outcome.CONFIGURATION:
                raise
            return 0

    def _known(self) -> tuple[datetime | None, datetime | None]:
        """Return until when the list was gone through, and when the heart last beat."""
        with reading(self._engine) as session:
            heard = stored_settings.read(session, HEARD)
            return heard and datetime.fromisoformat(heard), delivery.last_beat(session)

    def _hear(self, now: datetime, until: datetime) -> int:
        if self._listed is None:
            return 0
        heard, last = self._known()
        listed = asyncio.run(self._listed((heard or last or now) - OVERLAP))
        came = [one for one in listed if one.came_at <= until]
        for one in came:
            words = replies.storable(one.text)
            self.take(
                InboundText(one.provider_id, one.contact, words, one.media, came_at=one.came_at)
            )
        with writing(self._engine) as session:
            stored_settings.write(session, HEARD, now.isoformat())
        return len(came)


def _was_silent(last: datetime | None, now: datetime) -> bool:
    return last is not None and now - last > SILENCE
