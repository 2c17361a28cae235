"""Send texts through Twilio's REST API, with its official client and a connection of our own."""

from __future__ import annotations

import asyncio
import json
import logging
import math
from base64 import b64encode
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from aiohttp.client_reqrep import ClientRequest
from aiohttp.tracing import Trace
from twilio.base.exceptions import TwilioException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from yarl import URL

from reminders.rules.decision import Outcome, validity
from reminders.rules.terms import Message
from reminders.senders import HandOff, ListedMessage, SearchedMessage, SendError, check_deadline
from reminders.senders.account import TwilioAccount
from reminders.senders.twilio_errors import CODES

TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)
"""Twilio answers in well under a second; a hung call must not outlive a shutdown."""

AT_ONCE = 64
"""Calls to Twilio at a time."""

CLOCKS_APART = timedelta(minutes=5)
"""How far Twilio's clock may be from ours."""

NOT_FOUND = 20404
"""Twilio's code for what it does not keep, or not any more."""

LISTED = 200
"""Messages a page of Twilio's list."""


class TwilioSender:
    """The sender for texts."""

    def __init__(self, account: TwilioAccount) -> None:
        """Take the account; nothing is contacted yet."""
        self._account = account
        self._http = Connection()
        self._client = client_for(account, self._http)
        self._limit = asyncio.Semaphore(AT_ONCE)

    async def send(self, message: Message, hand_off: HandOff) -> str:
        """Hand off, then create the message; see ``Sender.send``."""
        _DEADLINE.set(await hand_off())
        async with self._limit:
            return await self._create(message)

    async def _create(self, message: Message) -> str:
        """Create it by the client's plain request: its resources would read all the fields of every
        answer, and only the SID is needed.
        """
        waits = validity(message.written_at, message.expires_at)
        fields = {
            "To": message.to,
            "Body": message.text,
            "ValidityPeriod": int(waits.total_seconds()),
            "SmartEncoded": "false",
            **self._account.sender_field(message.sender),
            **self._account.receipt_field(message.attempt),
        }
        answer = await self._client.request_async("POST", self._account.messages_url, data=fields)
        if answer.status_code >= 400:
            code = _error_code(answer.text)
            raise SendError(CODES.get(code or 0, Outcome.REFUSED), str(code))
        return _sid(answer.text)

    async def find(self, sought: SearchedMessage) -> str | None:
        """Look for a message in Twilio's list by number, exact text and time of creation; see
        ``Traceable.find``. The list's own filter on dates would pass over queued messages.
        """
        since = sought.handed_off_at - CLOCKS_APART
        try:
            listed = await self._client.messages.list_async(to=sought.to, page_size=LISTED)
            return next((m.sid for m in listed if _is(m, sought, since)), None)
        except TwilioException as error:
            raise unlisted_codes(error) from None
        except (ValueError, TypeError, AttributeError, KeyError):
            raise SendError(Outcome.BUSY, "unreadable list") from None

    async def sent_since(self, since: datetime) -> list[ListedMessage]:
        """Go through Twilio's list, the newest first; see ``Recounting.left_since``."""
        alone = len(self._account.every_sender) == 1 and self._account.sender[:1] == "+"
        by_number = {"from_": self._account.sender} if alone else {}
        found: list[ListedMessage] = []
        try:
            listed = await self._client.messages.stream_async(page_size=LISTED, **by_number)
            async for one in listed:
                if one.date_created < since:
                    break
                sender = self._account.sender_of(one)
                if one.direction != "inbound" and sender is not None:
                    of = (sender, self._account.account_id)
                    found.append(ListedMessage(one.sid, one.to, one.body, one.date_created, *of))
        except TwilioException as error:
            raise unlisted_codes(error) from None
        except (ValueError, TypeError, AttributeError, KeyError):
            raise SendError(Outcome.BUSY, "unreadable list") from None
        return found

    async def redact(self, provider_id: str, _account_id: int | None = None) -> None:
        """Replace a message's words by nothing, which Twilio allows once it has come to its end;
        see ``Redacting.redact``. (twilio.com/docs/messaging/tutorials/message-redaction)
        """
        try:
            await self._client.messages(provider_id).update_async(body="")
        except TwilioException as error:
            code = getattr(error, "code", None)
            if code != NOT_FOUND:
                raise SendError(Outcome.REFUSED, str(code)) from None
        except (ValueError, TypeError, AttributeError):
            raise SendError(Outcome.AMBIGUOUS, "unreadable answer") from None

    async def close(self) -> None:
        """Close the connections to Twilio."""
        self._limit = asyncio.Semaphore(AT_ONCE)  # it belongs to an event loop
        await self._http.close()


def _is(listed: Any, sought: SearchedMessage, since: datetime) -> bool:
    """Say whether a listed message is the one sought; raises where its fields are missing."""
    is_it: bool = (
        listed.to == sought.to
        and listed.body == sought.text
        and listed.date_created >= since
        and listed.sid not in sought.taken
    )
    return is_it


def unlisted_codes(error: TwilioException) -> SendError:
    """Return what it means that a list was not given; the client keeps the answer that it got
    among the words of what it raises.
    """
    status = next((a.status_code for a in error.args if isinstance(a, Response)), None)
    outcome = Outcome.CONFIGURATION if status in {401, 403} else Outcome.BUSY
    return SendError(outcome, str(status or "unreadable list"))


class _Client(Client):
    """The official client, at the address of an account. What it knows of the API beyond sending are
    7 MB, loaded when first asked for.
    """

    api_url = ""

    @property
    def api(self) -> Any:
        """Return what lists and changes messages."""
        api = super().api
        api.base_url = self.api_url
        return api


def client_for(account: TwilioAccount, http_client: Any) -> Client:
    """Return the official client for an account, at the address it is to be reached."""
    user = account.username, account.password, account.account_sid
    client = _Client(*user, http_client=http_client, environment={"TWILIO_REGION": ""})
    client.api_url = account.api_url
    return client


def client_for_double(account: TwilioAccount, client: Client) -> None:
    """Let whatever stands in for Twilio's API stand in for that of its services too."""
    if "api.twilio.com" not in account.api_url:
        client.messaging.base_url = account.api_url


_DEADLINE: ContextVar[float] = ContextVar("deadline", default=math.inf)
"""Until when, on the monotonic clock, what this conversation sends may leave."""


class _CheckingConnector(aiohttp.TCPConnector):
    """Looks at the clock once there is a connection, right before the request is written."""

    async def connect(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 (the library's own)
    ) -> aiohttp.connector.Connection:
        """Return a connection; raises ``SendError`` where it came too late."""
        connection = await super().connect(req, traces, timeout)
        try:
            check_deadline(_DEADLINE.get())
        except SendError:
            connection.release()
            raise
        return connection


class Connection(AsyncHttpClient):
    """What the official client sends through: pooled, with a timeout, never retried by itself."""

    def __init__(self) -> None:
        super().__init__(logging.getLogger("twilio.quiet"), is_async=True)
        self._session: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str,
        uri: str,
        params: dict[str, Any] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 (ours rules)
        allow_redirects: bool = False,  # noqa: ARG002, FBT001, FBT002 (never followed)
    ) -> Response:
        """Make one request; raises ``SendError`` where the answer alone does not settle it."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=TIMEOUT,
                connector=_CheckingConnector(),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        try:
            async with self._session.request(
                method,
                uri,
                params=params,
                data=_form(data or {}) if method == "POST" else None,
                headers={**(headers or {}), **_FORM, **_authorization(auth)},
                allow_redirects=False,
            ) as answer:
                return _answered(answer.status, await answer.text(), answer.headers)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise SendError(Outcome.BUSY, "no connection") from None
        except (TimeoutError, aiohttp.ClientError, UnicodeDecodeError) as error:
            raise SendError(Outcome.AMBIGUOUS, type(error).__name__) from None

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def _form(fields: dict[str, Any]) -> bytes:
    """Write a form as it travels; the standard library's writer takes four times as long."""
    return URL.build(query=fields).raw_query_string.encode()


def _authorization(auth: tuple[str, str] | None) -> dict[str, str]:
    if auth is None:
        return {}
    return {"Authorization": "Basic " + b64encode(":".join(auth).encode()).decode()}


def _answered(status: int, body: str, headers: Any) -> Response:
    if status == 429:
        seconds = headers.get("Retry-After", "")
        wait = timedelta(seconds=min(int(seconds), 3600)) if seconds.isdigit() else None
        raise SendError(Outcome.BUSY, "429", wait)
    if status >= 500 or 300 <= status < 400:
        raise SendError(Outcome.AMBIGUOUS, str(status))
    if status >= 400 and _error_code(body) is None:
        refused = status in {401, 403, 404, 405, 407}  # by whatever stands before Twilio
        raise SendError(Outcome.CONFIGURATION if refused else Outcome.AMBIGUOUS, str(status))
    return Response(status, body, headers)


def _error_code(body: str) -> int | None:
    """Return the code of an error, which Twilio always tells; None where it is not Twilio's own."""
    code = _told(body, "code")
    return code if isinstance(code, int) else None


def _sid(body: str) -> str:
    """Return the SID of a created message; raises ``SendError`` where none is told."""
    sid = str(_told(body, "sid") or "")
    if not sid.startswith(("SM", "MM")):
        raise SendError(Outcome.AMBIGUOUS, "answer without a SID")
    return sid


def _told(body: str, name: str) -> Any:
    """Return a field of an answer, or None where it has none or cannot be read."""
    try:
        return json.loads(body)[name]
    except (ValueError, KeyError, TypeError):
        return None
