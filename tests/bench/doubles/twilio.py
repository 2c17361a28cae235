"""Twilio's Messages resource on a bare socket: HTTP/1.1, kept alive, one answer after another."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from secrets import token_hex
from urllib.parse import parse_qsl

from tests.bench.doubles.serving import Taken, main

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
SIGNED = re.compile(rb"\r\nauthorization: *basic ", re.IGNORECASE)
SERIES = token_hex(8)
REFUSAL = {"code": 20001, "message": "a field or the signature is missing", "status": 400}
NOTHING: dict[str, object] = {"messages": [], "next_page_uri": None, "page": 0, "page_size": 50}
CREATED_AT = format_datetime(datetime.now(UTC))


class Twilio(asyncio.Protocol):
    """One connection."""

    def __init__(self, taken: Taken, delay: float) -> None:
        self._taken = taken
        self._delay = delay
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (request := self._next()) is not None:
            answer = self._answer(*request)
            if self._delay:
                loop = asyncio.get_running_loop()
                loop.call_later(self._delay, self._transport.write, answer)
            else:
                self._transport.write(answer)

    def _next(self) -> tuple[bytes, bytes] | None:
        """Return the next whole request's head and body."""
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        found = LENGTH.search(self._buffer, 0, end)
        stop = end + 4 + (int(found[1]) if found else 0)
        if len(self._buffer) < stop:
            return None
        head, body = self._buffer[:end], self._buffer[end + 4 : stop]
        self._buffer = self._buffer[stop:]
        return head, body

    def _answer(self, head: bytes, body: bytes) -> bytes:
        if head.startswith(b"GET "):
            return _written(200, NOTHING)
        fields = dict(parse_qsl(body.decode()))
        wanted = "/Messages.json HTTP/1.1" in head.partition(b"\r\n")[0].decode()
        whole = fields.keys() >= {"To", "Body"} and fields.keys() & {"From", "MessagingServiceSid"}
        if not (wanted and whole and SIGNED.search(head)):
            return _written(400, REFUSAL)
        self._taken.count(fields["To"].encode())
        return _written(201, self._message(fields))

    def _message(self, fields: dict[str, str]) -> dict[str, object]:
        return {
            "account_sid": "AC" + "0" * 32,
            "api_version": "2010-04-01",
            "body": fields["Body"],
            "date_created": CREATED_AT,
            "date_sent": None,
            "date_updated": CREATED_AT,
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": fields.get("From"),
            "messaging_service_sid": fields.get("MessagingServiceSid"),
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": "USD",
            "sid": f"SM{SERIES}{self._taken.messages:016x}",
            "status": "queued",
            "subresource_uris": {},
            "to": fields["To"],
            "uri": "",
        }


def _written(status: int, content: Mapping[str, object]) -> bytes:
    body = json.dumps(content).encode()
    head = (
        f"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


if __name__ == "__main__":
    main(Twilio)
