"""A mail server on a bare socket: commands may be pipelined, and every message is taken."""

from __future__ import annotations

import asyncio

from tests.bench.doubles.serving import Taken, main

TAKEN = b"250 2.0.0 taken\r\n"
ANSWERS = {
    b"EHLO": b"250-bench\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n",
    b"MAIL": b"250 2.1.0 sender\r\n",
    b"RCPT": b"250 2.1.5 recipient\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 2.0.0 bye\r\n",
}


class Smtp(asyncio.Protocol):
    """One connection; what follows a message waits until that is answered."""

    def __init__(self, taken: Taken, delay: float) -> None:
        self._taken = taken
        self._delay = delay
        self._buffer, self._answers = b"", b""
        self._recipient = b""
        self._in_message = self._thinking = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 bench ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._go_on()

    def _go_on(self) -> None:
        while not self._thinking and self._step():
            pass
        if self._answers:
            self._transport.write(self._answers)
            self._answers = b""

    def _step(self) -> bool:
        """Take one command or one message, if it is there in full."""
        ending = b"\r\n.\r\n" if self._in_message else b"\r\n"
        line, found, rest = self._buffer.partition(ending)
        if found:
            self._buffer = rest
            if self._in_message:
                self._take()
            else:
                self._obey(line)
        return bool(found)

    def _obey(self, line: bytes) -> None:
        verb = line[:4].upper()
        if verb == b"RCPT":
            self._recipient = line.partition(b"<")[2].partition(b">")[0]
        self._in_message = verb == b"DATA"
        self._answers += ANSWERS.get(verb, b"250 2.0.0 ok\r\n")

    def _take(self) -> None:
        self._in_message = False
        self._taken.count(self._recipient)
        if self._delay:
            self._thinking = True
            asyncio.get_running_loop().call_later(self._delay, self._answer_late)
        else:
            self._answers += TAKEN

    def _answer_late(self) -> None:
        self._thinking = False
        self._answers += TAKEN
        self._go_on()


if __name__ == "__main__":
    main(Smtp)
