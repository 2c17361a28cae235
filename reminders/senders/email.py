"""Send emails by SMTP; the handoff is between the server's 354 and the payload."""

from __future__ import annotations

import asyncio
import re
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from reminders.rules.bounces import MAILBOX_FULL, NO_SUCH_ADDRESS
from reminders.rules.decision import Outcome
from reminders.rules.terms import Message
from reminders.rules.translation import gettext, gettext_noop
from reminders.senders import HandOff, SendError, check_deadline
from reminders.senders.mime import ascii_address, compose, message_id
from reminders.senders.smtp_conversation import (
    ConnectionLost,
    Conversation,
    Reply,
    UnreadableReply,
    connect,
)

STEP = 8.0
"""Seconds for each step of a conversation; a hung server must not outlive a shutdown."""

CONNECTIONS = 16

_GOES_ON = {"greeting": 220, "EHLO": 250, "STARTTLS": 220, "LOGIN": 334, "AUTH": 235, "DATA": 354}
_ENTRY = {"STARTTLS", "LOGIN", "AUTH"}
_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_OUR_SETTINGS = {"5.7.8", "5.7.9", "5.7.26", "5.7.0"}
_OUR_SETTINGS_CODES = {530, 534, 535, 538}
_CONTENT = {"5.3.4", "5.6.0", "5.6.1", "5.6.2", "5.6.3", "5.6.5"}


class Security(StrEnum):
    """How the conversation is protected; certificates are verified wherever there are any."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Whose server mail leaves through, and under which address."""

    host: str
    port: int
    security: Security
    username: str
    password: str
    mail_from: str
    bounce_address: str = ""

    def envelope_from(self, reference: str) -> str:
        """Return the envelope sender, to which bounces go: the address for bounces, with the
        message's own reference in it, which survives servers that send nothing of it back.
        """
        if not self.bounce_address:
            return ascii_address(self.mail_from)
        local, _, domain = ascii_address(self.bounce_address).rpartition("@")
        return ascii_address(f"{local}+{reference}@{domain}")


class SmtpSender:
    """The sender for emails: a few SMTP connections, opened when needed and reused."""

    def __init__(
        self, server: MailServer, connections: int = CONNECTIONS, step: float = STEP
    ) -> None:
        """Take the server, how many conversations to hold at a time, and the seconds that each
        of their steps may take; nothing is contacted yet.
        """
        self._server = server
        self._connections = connections
        self._step = step
        self._reset()

    def _reset(self) -> None:
        """Reset everything that belongs to an event loop."""
        self._idle: list[Conversation] = []
        self._limit = asyncio.Semaphore(self._connections)

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    async def send(self, message: Message, hand_off: HandOff) -> str:
        """Say from whom and to whom, hand off, and only then send the rest; see ``Sender.send``."""
        payload = compose(message, self._server.mail_from, self._server.bounce_address)
        envelope = self._server.envelope_from(message.reference), ascii_address(message.to)
        async with self._limit:
            with _not_yet_sent():
                conversation = await self._with_recipient(*envelope)
            try:
                reply = await _deliver(conversation, hand_off, payload)
            except BaseException:
                conversation.abort()
                raise
            self._idle.append(conversation)
        _judge(reply)
        return message_id(message, self._server.mail_from)

    async def close(self) -> None:
        """Quit every idle connection; see ``Sender.close``."""
        idle = self._idle
        self._reset()
        await asyncio.gather(*(conversation.part() for conversation in idle))

    async def sign_in(self) -> None:
        """Open one conversation and keep it for the next message; raises ``SendError``."""
        with _not_yet_sent():
            self._idle.append(await self._open())

    async def _with_recipient(self, sender: str, to: str) -> Conversation:
        """Return a conversation that waits for a payload. One that died while it was idle is
        replaced once.
        """
        while self._idle:
            conversation = self._idle.pop()
            if not conversation.quiet:
                conversation.abort()
                continue
            try:
                return await self._address(conversation, sender, to)
            except ConnectionLost:
                break
        return await self._address(await self._open(), sender, to)

    async def _address(self, conversation: Conversation, sender: str, to: str) -> Conversation:
        """Say from whom and to whom, in one write where the server allows (RFC 2920). Where
        anything is refused the line is cut, so a 354 all the same is never answered.
        """
        commands = (f"MAIL FROM:<{sender}>", f"RCPT TO:<{to}>", "DATA")
        with _abort_on_failure(conversation):
            if conversation.pipelining:
                conversation.send_line(*commands)
            for command in commands:
                if not conversation.pipelining:
                    conversation.send_line(command)
                _expect(await conversation.reply(), command[:4])
        return conversation

    async def _open(self) -> Conversation:
        """Connect, protect the line and sign in."""
        server = self._server
        implicit = self._context if server.security is Security.TLS else None
        conversation = await connect(server.host, server.port, implicit, self._step)
        with _abort_on_failure(conversation):
            _expect(await conversation.reply(), "greeting")
            offers = await self._ehlo(conversation)
            if server.security is Security.STARTTLS:
                await self._protect(conversation, offers)
                offers = await self._ehlo(conversation)
            if server.username:
                await self._log_in(conversation, offers.get("AUTH", "").upper().split())
        conversation.pipelining = "PIPELINING" in offers
        return conversation

    async def _ehlo(self, conversation: Conversation) -> dict[str, str]:
        """Say who we are, and return what the server offers by keyword."""
        domain = ascii_address(self._server.mail_from).rpartition("@")[2]
        reply = await conversation.command(f"EHLO {domain}")
        if reply.code >= 500:
            reply = await conversation.command(f"HELO {domain}")
        _expect(reply, "EHLO")
        lines = (line.partition(" ") for line in reply.words.split("\n")[1:])
        return {keyword.upper(): rest for keyword, _, rest in lines}

    async def _protect(self, conversation: Conversation, offers: dict[str, str]) -> None:
        if "STARTTLS" not in offers:
            raise SendError(Outcome.CONFIGURATION, gettext_noop("no STARTTLS offered"))
        _expect(await conversation.command("STARTTLS"), "STARTTLS")
        await conversation.protect(self._context, self._server.host)

    async def _log_in(self, conversation: Conversation, ways: list[str]) -> None:
        name, password = self._server.username, self._server.password
        if "PLAIN" in ways:
            last = "AUTH PLAIN " + _base64(f"\0{name}\0{password}")
        elif "LOGIN" in ways:
            _expect(await conversation.command("AUTH LOGIN"), "LOGIN")
            _expect(await conversation.command(_base64(name)), "LOGIN")
            last = _base64(password)
        else:
            raise SendError(Outcome.CONFIGURATION, gettext_noop("no login offered"))
        _expect(await conversation.command(last), "AUTH")


async def _deliver(conversation: Conversation, hand_off: HandOff, payload: bytes) -> Reply:
    """Hand off, and only then send what cannot be taken back."""
    deadline = await hand_off()
    if not conversation.quiet:
        raise SendError(Outcome.BUSY, "gone before it left")
    check_deadline(deadline)
    conversation.send_payload(payload)
    try:
        return await conversation.reply()
    except UnreadableReply as error:
        raise SendError(Outcome.AMBIGUOUS, str(error)) from None


def probe(server: MailServer) -> str:
    """Sign in and leave again, sending nothing; raises ``SendError``."""
    asyncio.run(_connect_and_quit(server))
    address = f"{server.host}:{server.port}"
    return gettext(
        "%(server)s accepts our sign-in (%(security)s)", server=address, security=server.security
    )


async def _connect_and_quit(server: MailServer) -> None:
    sender = SmtpSender(server)
    await sender.sign_in()
    await sender.close()


@contextmanager
def _not_yet_sent() -> Iterator[None]:
    """Say what a failure means as long as nothing irrevocable was sent."""
    try:
        yield
    except ssl.SSLError:
        code = gettext_noop("its certificate is not trusted")
        raise SendError(Outcome.CONFIGURATION, code) from None
    except UnicodeError:
        raise SendError(Outcome.CONFIGURATION, gettext_noop("no such host name")) from None
    except UnreadableReply as error:
        raise SendError(Outcome.BUSY, str(error)) from None
    except OSError as error:
        raise SendError(Outcome.BUSY, f"no connection ({type(error).__name__})") from None


@contextmanager
def _abort_on_failure(conversation: Conversation) -> Iterator[None]:
    try:
        yield
    except BaseException:
        conversation.abort()
        raise


def _base64(words: str) -> str:
    return b64encode(words.encode()).decode("ascii")


def _expect(reply: Reply, step: str) -> None:
    """Continue the conversation, or raise what the reply means: ``Lost`` for a 421, with which a
    server may end any conversation."""
    if reply.code == 421:
        raise ConnectionLost("421")
    if reply.code >= 400:
        raise _refusal(reply, step)
    if reply.code != _GOES_ON.get(step, 250) and (step, reply.code) != ("RCPT", 251):
        raise UnreadableReply(f"unexpected answer ({reply.code})")


def _judge(reply: Reply) -> None:
    """Raise what the reply to the final dot means, unless the message was taken."""
    if reply.code >= 400:
        raise _refusal(reply, "payload")
    if reply.code != 250:
        raise SendError(Outcome.AMBIGUOUS, f"unexpected answer ({reply.code})")


def _refusal(reply: Reply, step: str) -> SendError:
    """Sort a refusal by its enhanced code where there is one, else by the plain code
    (RFC 5321, RFC 3463); an unknown one is not retried blindly.
    """
    found = _ENHANCED.search(reply.words)
    enhanced = found[1] if found else ""
    return SendError(_meaning(reply.code, enhanced, step), f"{reply.code} {enhanced}".strip())


def _meaning(code: int, enhanced: str, step: str) -> Outcome:
    soft = code < 500
    unknown = enhanced in NO_SUCH_ADDRESS or (
        step == "RCPT" and not enhanced and code in {550, 551, 553}
    )
    slow_down = enhanced.startswith("4.7.") and step != "RCPT"  # there it is greylisting
    ours = code in _OUR_SETTINGS_CODES or enhanced in _OUR_SETTINGS
    rows = (
        (step in {"greeting", "EHLO"} or code == 421 or slow_down, Outcome.BUSY),
        (soft and step in _ENTRY, Outcome.BUSY),
        (soft or enhanced in MAILBOX_FULL, Outcome.RETRY),
        (ours or step in _ENTRY or step == "MAIL", Outcome.CONFIGURATION),
        (unknown, Outcome.INVALID),
        (enhanced in _CONTENT or code == 552, Outcome.CONTENT),
    )
    return next((outcome for true, outcome in rows if true), Outcome.REFUSED)
