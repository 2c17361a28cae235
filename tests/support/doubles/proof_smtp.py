"""A mail server as lean as can be: what it takes is on the disk before it says 250."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

from tests.support.doubles.ledger import Ledger
from tests.support.doubles.proof_server import serve

REPLIES = {b"EHLO": b"250 loopback", b"DATA": b"354 go on", b"QUIT": b"221 bye"}
MESSAGE_ID = re.compile(rb"(?mi)^message-id:\s*(<[^>]+>)")


class Conversation(asyncio.Protocol):
    """One connection, line by line, and dot by dot."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._heard = b""
        self._to = ""
        self._in_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 loopback\r\n")

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while True:
            end = b"\r\n.\r\n" if self._in_data else b"\r\n"
            said, found, rest = self._heard.partition(end)
            if not found:
                return
            self._heard = rest
            self._take(said) if self._in_data else self._answer(said)

    def _take(self, mail: bytes) -> None:
        found = MESSAGE_ID.search(mail)
        assert found is not None
        self._ledger.write("mail", to=self._to, message_id=found[1].decode())
        self._in_data = False
        self._transport.write(b"250 2.0.0 taken\r\n")

    def _answer(self, line: bytes) -> None:
        verb = line[:4].upper()
        if verb == b"RCPT":
            self._to = line.partition(b"<")[2].partition(b">")[0].decode()
        self._in_data = verb == b"DATA"
        self._transport.write(REPLIES.get(verb, b"250 OK") + b"\r\n")
        if verb == b"QUIT":
            self._transport.close()


def main() -> None:
    ledger = Ledger(Path(sys.argv[1]))
    asyncio.run(serve(lambda: Conversation(ledger)))


if __name__ == "__main__":
    main()
