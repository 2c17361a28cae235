"""An account at Twilio that texts leave by, and as which senders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reminders.rules.sender_kinds import is_one_way


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """Whose account texts leave from, as which sender, and as which ``others`` they may; a clinic's
    own has an ``account_id``.
    """

    account_sid: str
    username: str
    password: str
    sender: str
    api_url: str
    receipts_url: str = ""
    others: frozenset[str] = frozenset()
    account_id: int | None = None

    @property
    def messages_url(self) -> str:
        """Return where messages are created (twilio.com/docs/messaging/api/message-resource)."""
        return f"{self.api_url}/2010-04-01/Accounts/{self.account_sid}/Messages.json"

    @property
    def by_name(self) -> bool:
        """Say whether texts leave under a name, which belongs to no account and takes no replies."""
        return is_one_way(self.sender)

    @property
    def every_sender(self) -> frozenset[str]:
        """Return all senders that texts may leave as."""
        return self.others | {self.sender}

    def sender_field(self, sender: str) -> dict[str, str]:
        """Return a sender as Twilio's parameter, or else the usual one: a Messaging Service, or a
        number or name.
        """
        leaves_as = sender or self.sender
        name = "MessagingServiceSid" if leaves_as.startswith("MG") else "From"
        return {name: leaves_as}

    def sender_of(self, listed: Any) -> str | None:
        """Return as which of these senders a message of the account's left; None where as another."""
        known = (listed.messaging_service_sid, listed.from_)
        return next((one for one in known if one in self.every_sender), None)

    def receipt_field(self, attempt: str) -> dict[str, str]:
        """Return where Twilio is to report to, if anywhere; the address names the attempt."""
        url = f"{self.receipts_url}?attempt={attempt}"
        return {"StatusCallback": url} if self.receipts_url else {}
