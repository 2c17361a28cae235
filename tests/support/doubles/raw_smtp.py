"""A mail server spoken by hand, that misbehaves at any step as its script says.

Arguments: the ledger, then a certificate and its key. For each connection it reads the file
``script`` beside the ledger: ``{"cell": "…", "offers": ["PIPELINING"], "tls": false, "faults":
[{"RCPT": {…}}, …]}``, the faults of the first connection of that cell, of its second, and so on.
A verb's second turn in one connection is called ``MAIL2``. A fault has some of these:

- ``say``: answer just this instead; only a 2yz or 3yz has an effect
- ``words``: do it, and answer these words, the right code for each ``*``
- ``drip``: do it, and answer octet by octet, so many seconds apart
- ``hang``: never answer
- ``drop``: close, ``before`` or ``after`` it is done and answered
- ``commit``: take the payload, whatever the answer
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from base64 import b64decode
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from tests.support.doubles.ledger import Ledger

USERNAME, PASSWORD = "mailer", "correct horse"
ANSWERS = {
    "greeting": "220 ready",
    "HELO": "250 hello",
    "STARTTLS": "220 go ahead",
    "AUTH": "235 2.7.0 welcome",
    "MAIL": "250 2.1.0 sender",
    "RCPT": "250 2.1.5 recipient",
    "DATA": "354 go ahead",
    "payload": "250 2.0.0 taken",
    "QUIT": "221 goodbye",
}


class Gone(Exception):  # noqa: N818 (what happens to any conversation)
    """The conversation is over."""


class Conversation:
    """One connection, and what goes wrong in it."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        script: dict[str, Any],
        turn: int,
        ledger: Ledger,
    ) -> None:
        self.reader, self.writer, self.ledger = reader, writer, ledger
        self.cell, self.offers = script.get("cell", ""), script.get("offers", [])
        faults = script.get("faults", [])
        self.faults = faults[turn] if turn < len(faults) else {}
        self.turns: Counter[str] = Counter()
        self.recipients = 0

    def note(self, kind: str, **row: Any) -> None:
        self.ledger.write(kind, cell=self.cell, **row)

    async def hold(self, context: ssl.SSLContext) -> None:
        await self.answer("greeting")
        async for line in self.lines():
            verb, *given = line.decode("ascii").split(" ")
            went_on = await (self.sign_in(given) if verb == "AUTH" else self.answer(verb))
            if verb == "RCPT":
                self.recipients = int(went_on)
            if went_on and verb == "STARTTLS":
                await self.writer.start_tls(context)
            if went_on and verb == "DATA":
                await self.take()
            if verb == "QUIT":
                raise Gone

    async def lines(self) -> AsyncIterator[bytes]:
        while line := await self.reader.readline():
            yield line.removesuffix(b"\r\n")

    async def sign_in(self, given: list[str]) -> bool:
        if given == ["LOGIN"]:
            for challenge in ("334 VXNlcm5hbWU6\r\n", "334 UGFzc3dvcmQ6\r\n"):
                await self.send_line(challenge)
                given.append((await self.reader.readline()).decode("ascii"))
        said = "\0".join(b64decode(words).decode() for words in given[1:])
        self.note("signed in", right=said.lstrip("\0") == f"{USERNAME}\0{PASSWORD}")
        return await self.answer("AUTH")

    async def take(self) -> None:
        """Take a payload up to its final dot; what comes before a cut is not taken."""
        fault = self.fault("payload")
        self.note("waits for a payload")
        content = b""
        async for line in self.lines():
            if fault.get("drop") == "within":
                raise Gone
            if line == b".":
                break
            content += line.removeprefix(b".") + b"\r\n"
        else:
            self.note("half", octets=len(content))
            raise Gone
        undone = fault.keys() & {"say", "hang"} or fault.get("drop") == "before"
        if "commit" in fault or not undone:
            self.note("mail", content=content.decode("ascii"))
        await self.answer("payload", fault)

    def fault(self, verb: str) -> dict[str, Any]:
        self.turns[verb] += 1
        turn = self.turns[verb]
        found: dict[str, Any] = self.faults.get(verb if turn == 1 else f"{verb}{turn}", {})
        return found

    async def answer(self, verb: str, fault: dict[str, Any] | None = None) -> bool:
        """Answer, and say whether the answer lets the conversation go on."""
        fault = self.fault(verb) if fault is None else fault
        if fault.get("drop") == "before":
            raise Gone
        if "hang" in fault:
            await self.reader.read()
            raise Gone
        if verb == "STARTTLS":  # what they say next belongs to TLS
            self.writer.transport.pause_reading()  # type: ignore[attr-defined]
        words = self.right_answer(verb)
        if "words" in fault:
            words = fault["words"].replace("*", words[:3])
        words = fault.get("say", words)
        await self.send_line(words, fault.get("drip"))
        if fault.get("drop") == "after":
            raise Gone
        return words[0] in "23"

    def right_answer(self, verb: str) -> str:
        if verb == "EHLO":
            return "".join(f"250-{words}\r\n" for words in ("hello", *self.offers)) + "250 HELP\r\n"
        if verb == "DATA" and not self.recipients:
            return "554 5.5.1 no recipient\r\n"
        return ANSWERS.get(verb, "500 5.5.2 what?") + "\r\n"

    async def send_line(self, words: str, pause: float | None = None) -> None:
        octets = words.encode("latin-1")
        step = len(octets) if pause is None else 1
        for start in range(0, len(octets), step):
            self.writer.write(octets[start : start + step])
            await self.writer.drain()
            await asyncio.sleep(pause or 0)


async def main() -> None:
    path = Path(sys.argv[1])
    ledger = Ledger(path)
    turns: Counter[str] = Counter()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        script = json.loads(path.with_name("script").read_text("utf-8"))
        cell = script["cell"]
        turn, turns[cell] = turns[cell], turns[cell] + 1
        ledger.write("met", cell=cell)
        try:
            if script.get("tls"):
                await writer.start_tls(context)
            await Conversation(reader, writer, script, turn, ledger).hold(context)
        except (Gone, OSError):
            pass
        finally:
            writer.close()
        ledger.write("closed", cell=cell)

    listening = await asyncio.start_server(meet, "127.0.0.1", 0)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
