"""Ask Twilio about its account, number, messaging service and carrier registration."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from reminders.rules.decision import Outcome
from reminders.rules.sender_kinds import Kind, kind_of
from reminders.rules.translation import gettext_noop
from reminders.senders import SendError
from reminders.senders.account import TwilioAccount
from reminders.senders.sms import Connection, client_for, client_for_double

T = TypeVar("T")

REGISTERED = {"VERIFIED", "TWILIO_APPROVED"}
"""What Twilio calls a campaign and a toll-free number that may send."""


@dataclass(frozen=True, slots=True)
class TwilioNumber:
    """A sender at Twilio: its kind, whether it can text, where replies go, and whether carriers
    know it: ``registration`` is None where nobody asks for one. A ``name`` takes no replies.
    """

    account: str
    trial: bool
    kind: Kind
    found: bool = False
    texts: bool = False
    replies_to: str = ""
    registration: str | None = None
    name: str = ""

    @property
    def registered(self) -> bool:
        """Say whether carriers let it through, according to Twilio."""
        return self.registration is None or self.registration.upper() in REGISTERED


class AccountInquiry:
    """Ask Twilio about its side of a line, and set where replies go."""

    def __init__(self, account: TwilioAccount) -> None:
        """Take the account and sender to ask about."""
        self._account = account

    async def ask(self) -> TwilioNumber:
        """Return what Twilio says; raises ``SendError``."""
        return await self._with_client(self._look)

    async def send_replies_to(self, url: str) -> None:
        """Let Twilio post what clients text to this address; raises ``SendError``."""

        async def set_it(client: Client) -> None:
            if self._account.sender.startswith("MG"):
                service = client.messaging.v1.services(self._account.sender)
                await service.update_async(
                    inbound_request_url=url,
                    inbound_method="POST",
                    use_inbound_webhook_on_number=False,
                )
                return
            number = await self._number(client)
            if number is None:
                raise SendError(
                    Outcome.CONFIGURATION, gettext_noop("no such number in this account")
                )
            await client.incoming_phone_numbers(number.sid).update_async(
                sms_url=url, sms_method="POST"
            )

        await self._with_client(set_it)

    async def _with_client(self, ask: Callable[[Client], Awaitable[T]]) -> T:
        http = Connection()
        client = client_for(self._account, http)
        client_for_double(self._account, client)
        try:
            return await ask(client)
        except TwilioException as error:
            code = getattr(error, "code", None)
            raise SendError(Outcome.CONFIGURATION, f"Twilio refused ({code})") from None
        except (ValueError, TypeError, AttributeError, KeyError):
            raise SendError(Outcome.AMBIGUOUS, "unreadable answer") from None
        finally:
            await http.close()

    async def _look(self, client: Client) -> TwilioNumber:
        account = await client.api.v2010.accounts(self._account.account_sid).fetch_async()
        known = {"account": account.status, "trial": account.type == "Trial"}
        sender = self._account.sender
        kind = kind_of(sender)
        if self._account.by_name:
            return TwilioNumber(**known, kind=kind, found=True, texts=True, name=sender)
        if kind is Kind.SERVICE:
            return TwilioNumber(**known, kind=kind, **await self._service(client))
        number = await self._number(client)
        if number is None:
            return TwilioNumber(**known, kind=kind)
        return TwilioNumber(
            **known,
            kind=kind,
            found=True,
            texts=bool(number.capabilities.get("sms")),
            replies_to=number.sms_url or "",
            registration=await self._registration(client, kind, number.sid),
        )

    async def _number(self, client: Client) -> Any:
        sender = self._account.sender
        found = await client.incoming_phone_numbers.list_async(phone_number=sender, limit=1)
        return next(iter(found), None)

    async def _registration(self, client: Client, kind: Kind, sid: str) -> str | None:
        """Return what carriers in North America know of a number; elsewhere nobody asks."""
        if kind is Kind.TOLL_FREE:
            asked = client.messaging.v1.tollfree_verifications
            found = await asked.list_async(tollfree_phone_number_sid=sid, limit=1)
            return str(found[0].status) if found else "none"
        if kind is Kind.LONG_CODE and self._account.sender.startswith("+1"):
            return gettext_noop("none: a US number needs a campaign, in a Messaging Service")
        return None

    async def _service(self, client: Client) -> dict[str, Any]:
        service = client.messaging.v1.services(self._account.sender)
        told = await service.fetch_async()
        numbers = await service.phone_numbers.list_async(limit=50)
        american = any(re.match(r"\+1", number.phone_number) for number in numbers)
        campaigns = await service.us_app_to_person.list_async(limit=20) if american else []
        states = [str(one.campaign_status) for one in campaigns]
        best = next((state for state in states if state in REGISTERED), None)
        return {
            "found": True,
            "texts": bool(numbers),
            "replies_to": ""
            if told.use_inbound_webhook_on_number
            else told.inbound_request_url or "",
            "registration": (best or next(iter(states), "none")) if american else None,
        }
