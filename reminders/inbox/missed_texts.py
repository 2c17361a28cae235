"""Take incoming texts once each, whether by webhook or from the provider's list afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import Engine

from reminders.delivery.receipts import REDACT_AFTER
from reminders.inbox import replies
from reminders.inbox.addressees import StopScope
from reminders.inbox.replies import InboundText
from reminders.monitoring.status import SILENCE
from reminders.rules.decision import Outcome
from reminders.senders import SendError
from reminders.store.database import reading, writing
from reminders.store.queries import delivery, redactions, stored_settings
from reminders.wording.fixed_replies import FixedReplies

if TYPE_CHECKING:
    from reminders.senders.account import TwilioAccount

log = structlog.get_logger()

HEARD = "texts heard until"
"""The stored setting for how far the provider's list of incoming texts was read; a clinic's own account
has another.
"""

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
        accounts: Callable[[], Mapping[int | None, TwilioAccount]] | None,
        scope: StopScope,
        *,
        redact: bool,
    ) -> None:
        """Take the database, the words of answers, the clock, what names the accounts whose lists are
        read (nothing where none may be asked), and how far an opt-out goes. ``redact`` lets the
        provider forget every text in time.
        """
        self._scope = scope
        self._engine = engine
        self._answers = answers
        self._clock = clock
        self._accounts = accounts
        self._redact = redact

    def receive(self, inbound: InboundText) -> str:
        """Act on a text, and return the immediate answer, if any."""
        now = self._clock()
        with writing(self._engine) as session:
            if self._redact:
                account = next(iter(inbound.accounts), None)
                redactions.ask(session, inbound.provider_id, now + REDACT_AFTER, account)
            return replies.handle_text(session, self._answers, inbound, now, self._scope)

    def check_list(self) -> int:
        """Check the lists at intervals for texts the webhook missed, and return how many were found.
        An account that does not answer is asked again later.
        """
        now, last = self._clock(), self._last_beat()
        if _was_silent(last, now):
            return 0
        return self._receive_all(last, now, now - ON_ITS_WAY, EVERY, {*Outcome})

    def after_silence(self) -> int:
        """After an outage read first the texts that came during it, since an opt-out may be among
        them. Raises ``SendError``; then nothing may be sent yet.
        """
        return self.catch_up() if _was_silent(self._last_beat(), self._clock()) else 0

    def catch_up(self) -> int:
        """Read all texts since the lists were last read, and return how many were found. Raises
        ``SendError``, but not where an account's credentials are refused, for then no text can be
        sent by it.
        """
        now, last = self._clock(), self._last_beat()
        return self._receive_all(last, now, now, timedelta(), {Outcome.CONFIGURATION})

    def _last_beat(self) -> datetime | None:
        with reading(self._engine) as session:
            return delivery.last_beat(session)

    def _receive_all(
        self,
        last: datetime | None,
        now: datetime,
        until: datetime,
        every: timedelta,
        passing: Collection[Outcome],
    ) -> int:
        """Read the list of each account that was not read for so long, and go on to the next where
        one fails like this.
        """
        found = 0
        for account_id, account in (self._accounts() if self._accounts else {}).items():
            heard = self._heard(account_id)
            if heard is not None and now - heard < every:
                continue
            try:
                found += self._receive_listed(account, heard or last or now, until)
            except SendError as error:
                if error.outcome not in passing:
                    raise
                log.warning("texts not listed", account=account_id, code=error.code)
                continue
            with writing(self._engine) as session:
                stored_settings.write(session, _key(account_id), now.isoformat())
        return found

    def _heard(self, account_id: int | None) -> datetime | None:
        """Return how far an account's list was read."""
        with reading(self._engine) as session:
            heard = stored_settings.read(session, _key(account_id))
        return heard and datetime.fromisoformat(heard)

    def _receive_listed(self, account: TwilioAccount, since: datetime, until: datetime) -> int:
        from reminders.senders.twilio_inbox import received_since  # noqa: PLC0415 (slow to import)

        listed = asyncio.run(received_since(account, since - OVERLAP))
        inbound = [one for one in listed if one.came_at <= until]
        for one in inbound:
            self.receive(
                InboundText(
                    one.provider_id,
                    one.contact,
                    replies.storable(one.text),
                    one.media,
                    came_at=one.came_at,
                    written_to=one.written_to,
                    accounts=frozenset({account.account_id}),
                )
            )
        return len(inbound)


def _key(account_id: int | None) -> str:
    return HEARD if account_id is None else f"{HEARD} by account {account_id}"


def _was_silent(last: datetime | None, now: datetime) -> bool:
    return last is not None and now - last > SILENCE
