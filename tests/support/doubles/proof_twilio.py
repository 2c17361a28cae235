"""Twilio's Messages resource without a framework: what it takes is on the disk before it answers.

How it is to misbehave is posted to ``/_plans``, by account and the number a message goes to: ``{"AC…":
{"+44…": {"create": [step, …], "list": [step, …]}}}``. Each request about both takes the next step:
``{"status": 500, "body": "…", "headers": {…}, "commit": true, "reset": true, "wait": 1,
"wait_first": 1, "hide": true}``. Without a step it is answered as Twilio does.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.doubles.ledger import Ledger
from tests.support.doubles.proof_server import serve
from tests.support.doubles.twilio import ACCOUNT, ACCOUNTS, signed_in

Step = dict[str, Any]
Plans = dict[str, dict[str, dict[str, list[Step]]]]
UNAUTHORISED = (401, json.dumps({"code": 20003, "message": "Authenticate", "status": 401}))
MESSAGES = {f"/2010-04-01/Accounts/{account}/Messages.json": account for account in ACCOUNTS}


class Twilio:
    """What was taken, by account and number, and what is still to go wrong."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.messages: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.plans: Plans = {}

    def next_step(self, account: str, to: str, verb: str) -> Step:
        steps = self.plans.get(account, {}).get(to, {}).get(verb, [])
        return steps.pop(0) if steps else {}

    def create(
        self, fields: dict[str, str], kind: str = "message", account: str = ACCOUNT
    ) -> dict[str, Any]:
        now = format_datetime(datetime.now(UTC))
        message: dict[str, Any] = {
            "sid": "SM" + secrets.token_hex(16),
            "account_sid": account,
            "to": fields["To"],
            "from": fields.get("From"),
            "messaging_service_sid": fields.get("MessagingServiceSid"),
            "body": fields["Body"],
            "status": "queued",
            "direction": "outbound-api",
            "num_segments": "1",
            "num_media": "0",
            "date_created": now,
            "date_updated": now,
            "date_sent": None,
            "error_code": None,
            "error_message": None,
            "price": None,
            "price_unit": "USD",
            "api_version": "2010-04-01",
            "uri": "",
            "subresource_uris": {},
        }
        told = fields.get("StatusCallback", "")
        self.ledger.write(
            kind,
            to=message["to"],
            sid=message["sid"],
            callback=told,
            at=now,
            by=message["from"],
            account=account,
        )
        self.messages.setdefault((account, fields["To"]), []).append(message)
        return message

    def hear(self, told: dict[str, str]) -> str:
        """Take what a client texts, and return its id: it stands in the list, and nobody is told."""
        message = self.create(
            {"To": told["to"], "From": told["from"], "Body": told["body"]},
            "heard",
            told.get("account", ACCOUNT),
        )
        message |= {"direction": "inbound", "status": "received"}
        return str(message["sid"])

    def listing(self, fields: dict[str, str], account: str, *, hide: bool) -> dict[str, Any]:
        """List what an account has to a number, or else all there is, the newest first."""
        self.ledger.write("list", to=fields.get("To", ""))
        of = fields.get("To")
        if of:
            kept = [self.messages.get((account, of), [])]
        else:
            kept = [many for (whose, _), many in self.messages.items() if whose == account]
        found = [
            one for many in kept for one in many if one["from"] == fields.get("From", one["from"])
        ]
        found = [] if hide else sorted(found, key=_created)[::-1]
        return {"messages": found, "next_page_uri": None, "page": 0, "page_size": 1000}


def _created(message: dict[str, Any]) -> datetime:
    return parsedate_to_datetime(message["date_created"])


class Conversation(asyncio.Protocol):
    """One kept-alive HTTP connection, one request at a time."""

    def __init__(self, twilio: Twilio) -> None:
        self._twilio = twilio
        self._heard = b""
        self._answers: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, whole, rest = self._heard.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)
        }
        length = int(headers.get("content-length", 0))
        if whole and len(rest) >= length:
            self._heard = rest[length:]
            verb, target, _ = first.split(" ")
            task = asyncio.create_task(self._answer(verb, target, headers, rest[:length].decode()))
            self._answers.add(task)
            task.add_done_callback(self._answers.discard)

    async def _answer(self, verb: str, target: str, headers: dict[str, str], body: str) -> None:
        path, query = urlsplit(target)[2:4]
        if path == "/_plans":
            self._twilio.plans = json.loads(body)
            self._say(200, "{}")
        elif path == "/_hear":
            self._say(200, json.dumps({"sid": self._twilio.hear(json.loads(body))}))
        elif (account := MESSAGES.get(path)) is None or headers.get("authorization") != signed_in(
            account
        ):
            self._say(*UNAUTHORISED)
        else:
            fields = {name: values[0] for name, values in parse_qs(body or query).items()}
            await self._play("create" if verb == "POST" else "list", fields, account)

    async def _play(self, verb: str, fields: dict[str, str], account: str) -> None:
        step = self._twilio.next_step(account, fields.get("To", ""), verb)
        await asyncio.sleep(step.get("wait_first", 0))
        answer: dict[str, Any] = {}
        if verb == "list":
            answer = self._twilio.listing(fields, account, hide=step.get("hide", False))
        elif step.get("commit", not step):
            answer = self._twilio.create(fields, account=account)
        await asyncio.sleep(step.get("wait", 0))
        if step.get("reset"):
            self._transport.abort()
        else:
            usual = 201 if verb == "create" else 200
            body = step.get("body", json.dumps(answer))
            self._say(step.get("status", usual), body, step.get("headers", {}))

    def _say(self, status: int, body: str, headers: dict[str, str] | None = None) -> None:
        kind = {"Content-Type": "application/json", "Content-Length": str(len(body.encode()))}
        lines = [f"HTTP/1.1 {status} As you asked", *(f"{k}: {v}" for k, v in (kind | (headers or {})).items())]  # fmt: skip
        self._transport.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())


def main() -> None:
    twilio = Twilio(Ledger(Path(sys.argv[1])))
    asyncio.run(serve(lambda: Conversation(twilio)))


if __name__ == "__main__":
    main()
