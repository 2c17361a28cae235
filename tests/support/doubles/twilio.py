"""Twilio's Messages resource, as far as we use it: it checks requests, keeps a ledger, and
misbehaves as it is told.

A script is posted to ``/_script`` as a list of steps, of which each request to create a message
takes the next: ``{"status": 500, "body": "…", "commit": true, "reset": true, "wait": 1.5,
"retry_after": 7}``. Without a step a request is answered as Twilio does.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import sys
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.support.doubles.ledger import Ledger

ACCOUNT = "AC" + "0" * 32
TOKEN = "t" * 32
SERVICE = "MG" + "1" * 32
SECOND, SECOND_TOKEN = "AC" + "2" * 32, "u" * 32
"""Another account, with a token and a number of its own."""

SECOND_NUMBER = "+447700900222"
ACCOUNTS = {ACCOUNT: TOKEN, SECOND: SECOND_TOKEN}


def signed_in(account: str) -> str:
    """Return how an account signs in."""
    return "Basic " + b64encode(f"{account}:{ACCOUNTS[account]}".encode()).decode()


SIGNED_IN = signed_in(ACCOUNT)
KNOWN = {
    "To", "From", "MessagingServiceSid", "Body", "StatusCallback", "ValidityPeriod", "SmartEncoded",
}  # fmt: skip
TEST_NUMBERS = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}


class Twilio:
    """The state of one account at the double: messages created, and the steps still to come."""

    def __init__(self, ledger: Ledger, lag: float, account: str) -> None:
        self.ledger = ledger
        self.sid = account
        self.messages: list[dict[str, Any]] = []
        self.script: list[dict[str, Any]] = []
        self.unlisted: dict[str, Any] = {}
        self.media: dict[str, list[str]] = {}
        self.lag = timedelta(seconds=lag)
        self.unfinished = {"+447700900199"}
        self.kind = "Full"
        self.registered: dict[str, Any] = {}
        self.number: dict[str, Any] = {
            "sid": "PN" + "0" * 32,
            "phone_number": "+447700900000" if account == ACCOUNT else SECOND_NUMBER,
            "capabilities": {"sms": True, "voice": True, "mms": False},
            "sms_url": "",
        }
        self.messaging: dict[str, Any] = {
            "sid": SERVICE,
            "inbound_request_url": None,
            "use_inbound_webhook_on_number": True,
        }

    async def take_script(self, request: web.Request) -> web.Response:
        self.script = await request.json()
        return web.json_response("ok")

    async def create(self, request: web.Request) -> web.StreamResponse:
        fields = dict(await request.post())
        step = self.script.pop(0) if self.script else {}
        refusal = self._refusal(request, fields)
        await asyncio.sleep(step.get("wait", 0))
        if refusal is not None:
            self.ledger.write("refused", code=refusal[1], to=fields.get("To"))
            return _error(*refusal)
        if not step or step.get("commit"):
            message = self._commit(fields)
        if step.get("reset"):
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if step:
            headers = {"Retry-After": str(step["retry_after"])} if "retry_after" in step else {}
            return web.Response(
                status=step.get("status", 201),
                text=step.get("body", ""),
                content_type=step.get("type", "application/json"),
                headers=headers,
            )
        return web.json_response(message, status=201)

    def _refusal(  # noqa: PLR0911 (one for each thing that can be wrong)
        self, request: web.Request, fields: dict[str, Any]
    ) -> tuple[int, int, str] | None:
        if request.headers.get("Authorization") != signed_in(self.sid):
            return 401, 20003, "Authenticate"
        to, body = fields.get("To", ""), fields.get("Body", "")
        if unknown := fields.keys() - KNOWN:
            return 400, 20001, f"unknown parameter {unknown}"
        if not re.fullmatch(r"\+[1-9]\d{6,14}", to):
            return 400, 21211, "Invalid 'To' Phone Number"
        if to in TEST_NUMBERS:
            return 400, TEST_NUMBERS[to], "test number"
        if ("From" in fields) == ("MessagingServiceSid" in fields):
            return 400, 21603, "A 'From' phone number is required"
        if not body:
            return 400, 21602, "Message body is required"
        if len(body) > 1600:
            return 400, 21617, "too long"
        if not 1 <= int(fields.get("ValidityPeriod", 36000)) <= 36000:
            return 400, 30045, "validity"
        return None

    def _commit(self, fields: dict[str, Any]) -> dict[str, Any]:
        message = _message(
            fields["To"], fields["Body"], "outbound-api", "queued", datetime.now(UTC)
        ) | {
            "from": fields.get("From"),
            "messaging_service_sid": fields.get("MessagingServiceSid"),
            "account_sid": self.sid,
        }
        self.ledger.write(
            "message",
            **{k: message[k] for k in ("sid", "to", "body")},
            fields=fields,
            account=self.sid,
        )
        self.messages.append(message | {"visible_at": datetime.now(UTC) + self.lag})
        return message

    async def hear(self, request: web.Request) -> web.Response:
        """Take what a client texts, which nobody is told of: ``{"from", "body"}``, and ``to``, ``ago``
        in seconds and ``media`` as links' ends, where a test needs.
        """
        told = await request.json()
        at = datetime.now(UTC) - timedelta(seconds=told.get("ago", 0))
        to, media = told.get("to", self.number["phone_number"]), told.get("media", [])
        message = _message(to, told["body"], "inbound", "received", at)
        message |= {"from": told["from"], "num_media": str(len(media))}
        sid = message["sid"]
        self.media[sid] = media
        self.messages.append(message | {"visible_at": datetime.now(UTC)})
        return web.json_response({"sid": sid})

    async def pictures(self, request: web.Request) -> web.Response:
        sid = request.match_info["sid"]
        base = f"/2010-04-01/Accounts/{self.sid}/Messages/{sid}/Media"
        found = [
            {"sid": end, "uri": f"{base}/{end}.json", "content_type": "image/jpeg"}
            for end in self.media[sid]
        ]
        return web.json_response({"media_list": found, "next_page_uri": None})

    async def listing(self, request: web.Request) -> web.Response:
        self.ledger.write("list", to=request.query.get("To"), account=self.sid)
        if request.headers.get("Authorization") != signed_in(self.sid):
            return _error(401, 20003, "Authenticate")
        if self.unlisted:
            return web.json_response(self.unlisted["body"], status=self.unlisted["status"])
        now = datetime.now(UTC)
        found = [
            {name: value for name, value in message.items() if name != "visible_at"}
            for message in sorted(self.messages, key=_created, reverse=True)
            if message["to"] == request.query.get("To", message["to"])
            and message["from"] == request.query.get("From", message["from"])
            and message["visible_at"] <= now
        ]
        return web.json_response(
            {"messages": found, "next_page_uri": None, "page": 0, "page_size": 1000}
        )

    async def numbers(self, request: web.Request) -> web.Response:
        wanted = request.query.get("PhoneNumber")
        found = [self.number] if wanted in (None, self.number["phone_number"]) else []
        return web.json_response({"incoming_phone_numbers": found, "next_page_uri": None})

    async def change_number(self, request: web.Request) -> web.Response:
        fields = await request.post()
        self.number["sms_url"] = fields["SmsUrl"]
        url, method = fields["SmsUrl"], fields.get("SmsMethod")
        self.ledger.write("webhook", url=url, method=method, account=self.sid)
        return web.json_response(self.number)

    async def service(self, request: web.Request) -> web.Response:
        if request.method == "POST":
            fields = await request.post()
            self.messaging["inbound_request_url"] = fields["InboundRequestUrl"]
            self.messaging["use_inbound_webhook_on_number"] = (
                fields["UseInboundWebhookOnNumber"] == "true"
            )
        return web.json_response(self.messaging)

    async def members(self, _: web.Request) -> web.Response:
        return _page("phone_numbers", [{"sid": "PN1", "phone_number": self.number["phone_number"]}])

    async def short_codes(self, _: web.Request) -> web.Response:
        return _page("short_codes", [{"sid": "SC1", "short_code": "80999"}])

    async def campaigns(self, _: web.Request) -> web.Response:
        return _page("compliance", self.registered.get("campaigns", []))

    async def verifications(self, _: web.Request) -> web.Response:
        return _page("verifications", self.registered.get("verifications", []))

    async def become(self, request: web.Request) -> web.Response:
        """Take another number, capabilities, kind of account or registrations, as a test needs."""
        told = await request.json()
        self.kind = told.get("type", self.kind)
        self.number |= told.get("number", {})
        self.registered |= told.get("registered", {})
        self.unlisted = told.get("unlisted", self.unlisted)
        return web.json_response("ok")

    async def update(self, request: web.Request) -> web.Response:
        """Redact, as Twilio does once a message has come to its end."""
        fields, sid = dict(await request.post()), request.match_info["sid"]
        if request.headers.get("Authorization") != signed_in(self.sid):
            return _error(401, 20003, "Authenticate")
        message = next((m for m in self.messages if m["sid"] == sid), None)
        if message is None:
            return _error(404, 20404, "not found")
        self.ledger.write("update", sid=sid, fields=fields, account=self.sid)
        if fields != {"Body": ""}:
            return _error(400, 20001, "only redacting is understood")
        if message["to"] in self.unfinished:
            return _error(
                400, 20009, "Cannot delete message because delivery has not been completed"
            )
        message["body"] = ""
        return web.json_response({k: v for k, v in message.items() if k != "visible_at"})

    async def account(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != signed_in(self.sid):
            return _error(401, 20003, "Authenticate")
        return web.json_response({"sid": self.sid, "status": "active", "type": self.kind})


def _message(to: str, body: str, direction: str, status: str, at: datetime) -> dict[str, Any]:
    return {
        "sid": "SM" + secrets.token_hex(16),
        "account_sid": ACCOUNT,
        "to": to,
        "from": None,
        "messaging_service_sid": None,
        "body": body,
        "status": status,
        "direction": direction,
        "num_segments": "1",
        "num_media": "0",
        "date_created": format_datetime(at),
        "date_updated": format_datetime(at),
        "date_sent": format_datetime(at) if direction == "inbound" else None,
        "error_code": None,
        "error_message": None,
        "price": None,
        "price_unit": "USD",
        "api_version": "2010-04-01",
        "uri": "",
        "subresource_uris": {},
    }


def _created(message: dict[str, Any]) -> datetime:
    return parsedate_to_datetime(message["date_created"])


def _error(status: int, code: int, message: str) -> web.Response:
    return web.json_response({"code": code, "message": message, "status": status}, status=status)


def _page(key: str, rows: list[dict[str, Any]]) -> web.Response:
    return web.json_response({key: rows, "meta": {"key": key, "next_page_url": None}})


def _account_of(request: web.Request) -> str:
    """Return the account of an address, else that which signs in, else the first."""
    signs_in = request.headers.get("Authorization", "")
    by_name = next((one for one in ACCOUNTS if signed_in(one) == signs_in), ACCOUNT)
    return str(request.match_info.get("account") or request.query.get("account") or by_name)


async def main() -> None:
    ledger, lag = Ledger(Path(sys.argv[1])), float(sys.argv[2]) if len(sys.argv) > 2 else 0
    doubles = {account: Twilio(ledger, lag, account) for account in ACCOUNTS}

    def at(name: str) -> Any:
        async def answer(request: web.Request) -> web.StreamResponse:
            double = doubles.get(_account_of(request))
            if double is None:
                return _error(401, 20003, "Authenticate")
            answered: web.StreamResponse = await getattr(double, name)(request)
            return answered

        return answer

    app = web.Application()
    base = "/2010-04-01/Accounts/{account:AC[0-9a-f]+}"
    service = f"/v1/Services/{SERVICE}"
    for path, name in (
        ("/_script", "take_script"),
        ("/_hear", "hear"),
        ("/_become", "become"),
        (f"{base}/Messages.json", "create"),
        (f"{base}/Messages/{{sid}}.json", "update"),
        (f"{base}/IncomingPhoneNumbers/{{sid}}.json", "change_number"),
        (service, "service"),
    ):
        app.router.add_post(path, at(name))
    for path, name in (
        (f"{base}/Messages.json", "listing"),
        (f"{base}/Messages/{{sid}}/Media.json", "pictures"),
        (f"{base}.json", "account"),
        (f"{base}/IncomingPhoneNumbers.json", "numbers"),
        (service, "service"),
        (f"{service}/PhoneNumbers", "members"),
        (f"{service}/ShortCodes", "short_codes"),
        (f"{service}/Compliance/Usa2p", "campaigns"),
        ("/v1/Tollfree/Verifications", "verifications"),
    ):
        app.router.add_get(path, at(name))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    print(site._server.sockets[0].getsockname()[1], flush=True)  # type: ignore[attr-defined]
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
