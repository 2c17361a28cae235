"""A minimal asynchronous SMTP client, since no library allows a handoff between the 354 and the
payload."""

from __future__ import annotations

import asyncio
import re
import ssl
from contextlib import suppress
from typing import NamedTuple, cast

ROOM = 16_384
"""Octets a reply may take, in all its lines; RFC 5321 asks for 512 to each."""

GOODBYE = 1.0
"""Seconds to wait for a server to answer QUIT."""

_LINE = re.compile(rb"([2-5]\d\d)(?:([ -])([^\r\n]*))?\r?\n")


class UnreadableReply(Exception):  # noqa: N818 (what became of the conversation)
    """No reply that can be read: it came too late, or was none."""


class ConnectionLost(UnreadableReply):
    """The connection is closed."""


class Reply(NamedTuple):
    """A reply in all its lines."""

    code: int
    words: str


class Conversation(asyncio.Protocol):
    """One connection to a mail server, and what it has said so far."""

    def __init__(self, step: float) -> None:
        """Take how many seconds to wait for each reply."""
        self.pipelining = False
        self._step = step
        self._said = bytearray()
        self._lost = False
        self._waiting: asyncio.Future[None] | None = None
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Buffer what was received, up to a limit."""
        self._said += data
        if len(self._said) > ROOM:
            self.abort()
        self._wake()

    def eof_received(self) -> None:
        """Nothing more will come."""
        self.connection_lost(None)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Wake those who wait for a reply."""
        self._lost = True
        self._wake()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    @property
    def quiet(self) -> bool:
        """Whether the line stands and nothing has come in unasked."""
        return not self._lost and not self._said

    def send_line(self, *lines: str) -> None:
        """Send commands, all in one write. Raises ``UnicodeError`` for what is not ASCII."""
        self._transport.write("".join(f"{line}\r\n" for line in lines).encode("ascii"))

    def send_payload(self, payload: bytes) -> None:
        """Send a message that ends with a line's end, and the final dot."""
        self._transport.write(payload.replace(b"\r\n.", b"\r\n..") + b".\r\n")

    async def command(self, line: str) -> Reply:
        """Send one command and wait for its reply. Raises ``Broken``."""
        self.send_line(line)
        return await self.reply()

    async def reply(self) -> Reply:
        """Wait for the next reply in whole. Raises ``Broken``, or ``Lost`` which is one kind.

        What came while this process itself was held up came in time: calling it lost would send
        an email a second time.
        """
        reply = self._taken()
        try:
            if reply is None:
                async with asyncio.timeout(self._step):
                    reply = await self._coming()
        except TimeoutError:
            reply = self._taken()
        if reply is None:
            raise UnreadableReply("no answer in time")
        return reply

    async def _coming(self) -> Reply:
        while (reply := self._taken()) is None:
            if self._lost:
                raise ConnectionLost("connection lost")
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        return reply

    def _taken(self) -> Reply | None:
        """Take the first reply out of what was said, if it has come in whole."""
        if len(self._said) > ROOM:
            raise UnreadableReply("answer too long")
        code, words, start = b"", [], 0
        while end := self._said.find(b"\n", start) + 1:
            line = _LINE.fullmatch(self._said, start, end)
            if line is None or (code and line[1] != code):
                raise UnreadableReply("unreadable answer")
            code, start = line[1], end
            words.append(line[3] or b"")
            if line[2] != b"-":
                del self._said[:end]
                return Reply(int(code), b"\n".join(words).decode("ascii", "replace"))
        return None

    async def protect(self, context: ssl.SSLContext, host: str) -> None:
        """Go on under TLS. Raises ``OSError``, of which ``ssl.SSLError`` is one kind, and
        ``Broken`` where something was slipped in before it."""
        if not self.quiet:
            raise UnreadableReply("unasked answer")
        async with asyncio.timeout(self._step):
            secured = await asyncio.get_running_loop().start_tls(
                self._transport, self, context, server_hostname=host
            )
        self._transport = cast("asyncio.Transport", secured)

    async def part(self) -> None:
        """Send QUIT, without waiting long for the answer."""
        with suppress(UnreadableReply, TimeoutError):
            async with asyncio.timeout(GOODBYE):
                await self.command("QUIT")
        self.abort()

    def abort(self) -> None:
        """Cut the line at once; without the final dot nothing is delivered."""
        self._lost = True
        self._transport.abort()


async def connect(
    host: str, port: int, context: ssl.SSLContext | None, step: float
) -> Conversation:
    """Connect, under TLS from the start where there is a context. Raises ``OSError``."""
    async with asyncio.timeout(step):
        _, conversation = await asyncio.get_running_loop().create_connection(
            lambda: Conversation(step),
            host,
            port,
            ssl=context,
            server_hostname=host if context else None,
        )
    return conversation
