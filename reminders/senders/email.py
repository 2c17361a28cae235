"""Emails through SMTP, one conversation at a time, handed off between the 354 and the payload."""

from __future__ import annotations

import asyncio
import re
import smtplib
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from queue import Empty, LifoQueue

from reminders.rules.deciding import Outcome
from reminders.rules.terms import Message
from reminders.senders import HandOff, SendError
from reminders.senders.mime import compose, message_id

STEP = 8.0
"""Seconds for each step of a conversation; a hung server must not outlive a shutdown."""

CONNECTIONS = 8

_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_NO_SUCH_ADDRESS = {"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"}
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


class SmtpSender:
    """The way out for emails."""

    def __init__(self, server: MailServer) -> None:
        """Take the server; nothing is contacted yet."""
        self._server = server
        self._idle: LifoQueue[smtplib.SMTP] = LifoQueue()
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="smtp")

    async def send(self, message: Message, hand_off: HandOff) -> str:
        """Hold the conversation in a thread; see ``Sender.send``."""
        loop = asyncio.get_running_loop()

        def hand_off_from_thread() -> None:
            asyncio.run_coroutine_threadsafe(_awaited(hand_off), loop).result()

        payload = compose(message, self._server.mail_from)
        await loop.run_in_executor(
            self._threads, self._converse, message.to, payload, hand_off_from_thread
        )
        return message_id(message, self._server.mail_from)

    def _converse(self, to: str, payload: bytes, hand_off: Callable[[], None]) -> None:
        """Say who and to whom, hand off, and only then send what cannot be taken back."""
        connection = self._ready(to)
        try:
            self._ask_to_send(connection)
            hand_off()
            self._send_payload(connection, payload)
        except BaseException:
            connection.close()  # without the final dot nothing is delivered
            raise
        self._idle.put(connection)

    def _ask_to_send(self, connection: smtplib.SMTP) -> None:
        try:
            self._expect(connection.docmd("DATA"), 354)
        except OSError as error:
            raise SendError(Outcome.RETRY, type(error).__name__) from None

    @staticmethod
    def _send_payload(connection: smtplib.SMTP, payload: bytes) -> None:
        try:
            connection.send(re.sub(rb"(?m)^\.", b"..", payload) + b".\r\n")
            reply = connection.getreply()
        except OSError as error:
            raise SendError(Outcome.AMBIGUOUS, type(error).__name__) from None
        SmtpSender._expect(reply, 250)

    def _ready(self, to: str) -> smtplib.SMTP:
        """Return a connection that has taken sender and recipient; an idle one may have died."""
        try:
            return self._address(self._idle.get_nowait(), to)
        except Empty:
            pass
        except SendError as error:
            if error.outcome is not Outcome.RETRY:
                raise
        return self._address(reach(self._server), to)

    def _address(self, connection: smtplib.SMTP, to: str) -> smtplib.SMTP:
        try:
            self._expect(connection.mail(self._server.mail_from), 250)
            self._expect(connection.rcpt(to), 250, 251)
        except SendError:
            connection.close()
            raise
        except OSError as error:
            connection.close()
            raise SendError(Outcome.RETRY, type(error).__name__) from None
        return connection

    @staticmethod
    def _expect(reply: tuple[int, bytes], *codes: int) -> None:
        code, words = reply
        if code not in codes:
            raise _refusal(code, words.decode("ascii", "replace"))

    async def close(self) -> None:
        """Say goodbye on every idle connection."""
        while not self._idle.empty():
            connection = self._idle.get()
            try:
                connection.quit()
            except OSError:
                connection.close()


async def _awaited(hand_off: HandOff) -> None:
    await hand_off()


def connect(server: MailServer) -> smtplib.SMTP:
    """Open a protected, signed-in conversation; raises ``OSError``, of which
    ``smtplib.SMTPException`` is one kind."""
    context = ssl.create_default_context()
    if server.security is Security.TLS:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=STEP, context=context
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=STEP)
    try:
        if server.security is Security.STARTTLS:
            connection.starttls(context=context)
        connection.ehlo_or_helo_if_needed()
        if server.username:
            connection.login(server.username, server.password)
    except OSError:
        connection.close()
        raise
    return connection


def reach(server: MailServer) -> smtplib.SMTP:
    """Open a conversation; raises ``SendError`` with what a failure means."""
    try:
        return connect(server)
    except smtplib.SMTPAuthenticationError as error:
        raise SendError(Outcome.CONFIGURATION, f"login refused ({error.smtp_code})") from None
    except smtplib.SMTPNotSupportedError:
        raise SendError(Outcome.CONFIGURATION, "no STARTTLS or login offered") from None
    except ssl.SSLError:
        raise SendError(Outcome.CONFIGURATION, "its certificate is not trusted") from None
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code, str(error.smtp_error)) from None
    except OSError as error:
        raise SendError(Outcome.RETRY, f"no connection ({type(error).__name__})") from None


def probe(server: MailServer) -> str:
    """Sign in and leave again, sending nothing; raises ``SendError``."""
    reach(server).quit()
    return f"{server.host}:{server.port} lets us in ({server.security})"


def _refusal(code: int, words: str) -> SendError:
    """Sort a refusal by its enhanced code where there is one, else by the plain code
    (RFC 5321, RFC 3463); an unknown one is not retried blindly.
    """
    found = _ENHANCED.search(words)
    enhanced = found[1] if found else ""
    return SendError(_meaning(code, enhanced), f"{code} {enhanced}".strip())


def _meaning(code: int, enhanced: str) -> Outcome:
    if code in _OUR_SETTINGS_CODES or enhanced in _OUR_SETTINGS:
        return Outcome.CONFIGURATION
    if 400 <= code < 500 or code == -1:
        return Outcome.RETRY
    if enhanced in _NO_SUCH_ADDRESS or (not enhanced and code in {550, 551, 553}):
        return Outcome.INVALID
    if enhanced in _CONTENT or code == 552:
        return Outcome.CONTENT
    return Outcome.REFUSED
