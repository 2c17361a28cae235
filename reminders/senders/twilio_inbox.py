"""List the texts that clients sent, from Twilio, for when its webhook was missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from reminders.rules.decision import Outcome
from reminders.senders import SendError
from reminders.senders.account import TwilioAccount
from reminders.senders.sms import (
    LISTED,
    Connection,
    client_for,
    client_for_double,
    unlisted_codes,
)


@dataclass(frozen=True, slots=True)
class ReceivedText:
    """A text that came in, by Twilio's id: from whom, to whom (a number, and the service it belongs to),
    when (UTC), and the links to its pictures.
    """

    provider_id: str
    contact: str
    text: str
    media: tuple[dict[str, str], ...]
    came_at: datetime
    written_to: tuple[str, ...] = ()


async def received_since(account: TwilioAccount, since: datetime) -> list[ReceivedText]:
    """Return what was texted to an account's senders since then (UTC), the oldest first. Raises
    ``SendError`` where Twilio could not be asked: CONFIGURATION where we are not let in at all.
    """
    http = Connection()
    try:
        return [came async for came in _listed(account, client_for(account, http), since)][::-1]
    except TwilioException as error:
        raise unlisted_codes(error) from None
    except (ValueError, TypeError, AttributeError, KeyError):
        raise SendError(Outcome.BUSY, "unreadable list") from None
    finally:
        await http.close()


async def _listed(account: TwilioAccount, client: Client, since: datetime) -> Any:
    """Go through the list, the newest first; a service's texts come to any number in it."""
    numbers = await _numbers(account, client)
    only = {"to": next(iter(numbers))} if len(numbers) == 1 else {}
    async for one in await client.messages.stream_async(page_size=LISTED, **only):
        if one.date_created < since:
            return
        if one.direction == "inbound" and one.to in numbers:
            media = await _media(account, one) if str(one.num_media) != "0" else ()
            words = one.body or ""
            yield ReceivedText(one.sid, one.from_, words, media, one.date_created, numbers[one.to])


async def _numbers(account: TwilioAccount, client: Client) -> dict[str, tuple[str, ...]]:
    """Return the numbers of an account's senders, each with the service it belongs to."""
    client_for_double(account, client)
    found: dict[str, tuple[str, ...]] = {}
    found |= {sender: (sender,) for sender in account.every_sender if not sender.startswith("MG")}
    for sender in sorted(account.every_sender - found.keys()):
        service = client.messaging.v1.services(sender)
        for one in [
            *await service.phone_numbers.list_async(),
            *await service.short_codes.list_async(),
        ]:
            number = getattr(one, "phone_number", None) or one.short_code
            found[number] = (number, sender)
    return found


async def _media(account: TwilioAccount, message: Any) -> tuple[dict[str, str], ...]:
    """Return the links to a text's pictures, as Twilio names them when it tells of a text."""
    return tuple(
        {"url": account.api_url + one.uri.removesuffix(".json"), "type": one.content_type or ""}
        for one in await message.media.list_async()
    )
