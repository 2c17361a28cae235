"""Send each text by the account it belongs to: a clinic's own, or the installation's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from reminders.rules.decision import Outcome
from reminders.rules.terms import Message
from reminders.senders import HandOff, ListedMessage, SearchedMessage, SendError
from reminders.senders.account import TwilioAccount
from reminders.senders.sms import TwilioSender

log = structlog.get_logger()

Accounts = Callable[[bool], Mapping[int | None, TwilioAccount]]
"""Reads every account (None: the installation's), as far as its credentials can be opened; on request
also with the senders that are in use no more.
"""


class AccountRouter:
    """The sender for texts where clinics may have accounts of their own: one connection for each,
    opened when first needed.
    """

    def __init__(self, installation: TwilioAccount, read: Accounts) -> None:
        """Take the installation's account, and what reads all of them; nothing is contacted yet."""
        self._read = read
        self._accounts: Mapping[int | None, TwilioAccount] = {}
        self._senders: dict[int | None, TwilioSender] = {None: TwilioSender(installation)}
        self.unheard: set[int] = set()
        """Which accounts did not let us in when last everything was listed."""

    async def send(self, message: Message, hand_off: HandOff) -> str:
        """Send by the message's account; see ``Sender.send``."""
        return await self._of(message.account_id).send(message, hand_off)

    async def find(self, sought: SearchedMessage) -> str | None:
        """Ask the account that it left by; see ``Searchable.find``."""
        return await self._of(sought.account_id).find(sought)

    async def redact(self, provider_id: str, account_id: int | None = None) -> None:
        """Ask the account that has it; see ``RedactsMessages.redact``."""
        await self._of(account_id).redact(provider_id)

    async def sent_since(self, since: datetime) -> list[ListedMessage]:
        """Ask every account; see ``ListsMessages.sent_since``. A clinic's own that does not let us in
        is passed over and noted.
        """
        self.unheard = set()
        await self.close()
        self._accounts = self._read(True)  # noqa: FBT003 (what left lately is sought)
        self._senders[None] = TwilioSender(self._accounts[None])
        asked = (self._list(account_id, since) for account_id in self._accounts)
        return [message for listed in await asyncio.gather(*asked) for message in listed]

    async def close(self) -> None:
        """Close every connection, and read the accounts anew when next one is needed."""
        senders = list(self._senders.values())
        self._accounts = {}
        self._senders = {None: self._senders[None]}
        await asyncio.gather(*(sender.close() for sender in senders))

    async def _list(self, account_id: int | None, since: datetime) -> list[ListedMessage]:
        try:
            return await self._of(account_id).sent_since(since)
        except SendError as error:
            if account_id is None or error.outcome is not Outcome.CONFIGURATION:
                raise
            log.warning("account not asked", account=account_id, code=error.code)
            self.unheard.add(account_id)
            return []

    def _of(self, account_id: int | None) -> TwilioSender:
        if account_id not in self._senders:
            if account_id not in self._accounts:
                self._accounts = self._read(False)  # noqa: FBT003 (as above, but not needed)
            account = self._accounts.get(account_id)
            if account is None:
                raise SendError(Outcome.CONFIGURATION, "account cannot be opened")
            self._senders[account_id] = TwilioSender(account)
        return self._senders[account_id]
