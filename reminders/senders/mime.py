"""Compose an email for SMTP: plain text and HTML for one recipient, with all headers."""

from __future__ import annotations

import re
from base64 import b64encode
from binascii import b2a_qp
from email.utils import format_datetime
from functools import lru_cache
from secrets import token_hex

from email_validator import EmailNotValidError, validate_email

from reminders.rules.terms import Message

_ATOMS = r"[\w!#$%&'*+/=^`{|}~-]+(?:\.[\w!#$%&'*+/=^`{|}~-]+)*"
_ADDRESS = re.compile(rf"{_ATOMS}@[a-z\d-]+(?:\.[a-z\d-]+)*", re.ASCII | re.IGNORECASE)
_BREAKS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
_PLAIN = re.compile(r"(?!.*=\?)[!-~](?:[ -~]{0,900}[!-~])?")
"""What a header may say as it stands: within one line (RFC 5322) and not read as encoded."""

_TOKEN = re.compile(r"[!-;=?-~]{1,900}")
_TAME = bytes(range(32, 127)) + b"\t\r\n"
_LINE = 990
_RAW = re.compile(r"<[sS](?:[tT][yY][lL][eE]|[cC][rR][iI][pP][tT])\b[^>]*>[^<]*[^\x00-\x7f]")
_MISREAD = re.compile(r"&#1(?:2[89]|[345]\d);")
"""Where HTML cannot say a character by its number: in raw text, and numbers that it reads as
Windows-1252."""


def message_id(message: Message, mail_from: str) -> str:
    """Return the Message-ID of a reminder: the same on every attempt, so that copies can meet."""
    return f"<{message.reference}@{mail_from.rpartition('@')[2]}>"


def compose(message: Message, mail_from: str, bounces: str = "") -> bytes:
    """Write the email in full, ready for the wire: ASCII in CRLF lines of at most 998 octets. It is
    from the clinic's own address where it has one; its Message-ID is of ours in any case. Who unsubscribes by mail writes to ``bounces``, or else to whom answers go.

    Raises ``ValueError`` where a header would break out of its line. The headers follow
    RFC 2369 and 8058 (unsubscribe), RFC 3834 (no answers from machines) and RFC 5322. Written
    by hand, since the ``email`` package takes milliseconds for each.
    """
    boundary = f"=_{token_hex(16)}"  # drawn after the bodies were written: they cannot hold it
    head = (
        f"From: {_mailbox(message.sender_name or message.clinic_name, message.sender or mail_from)}\r\n"
        f"To: {ascii_address(message.to)}\r\n"
        f"{_reply_to(message)}"
        f"Subject: {_words(message.subject)}\r\n"
        f"Date: {_date(message.written_at.replace(microsecond=0))}\r\n"
        f"Message-ID: <{_token(message_id(message, mail_from)[1:-1])}>\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "X-Auto-Response-Suppress: All\r\n"
        f"{_unsubscribe(message, bounces or message.reply_to)}"
        f"Content-Language: {_token(message.language)}\r\n"
        "MIME-Version: 1.0\r\n"
        f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n'
    )
    line = f"--{boundary}".encode()
    return b"\r\n".join(
        (
            head.encode("ascii"),
            line,
            _part("plain", message.text),
            line,
            _part("html", _referring(message.html)),
            line + b"--\r\n",
        )
    )


def ascii_address(contact: str) -> str:
    """Return exactly one address in ASCII, or raise ``ValueError``; a domain in another script
    goes by its ASCII name (RFC 5890).
    """
    if _ADDRESS.fullmatch(contact):
        return contact
    try:
        found = validate_email(
            contact, check_deliverability=False, allow_smtputf8=False, test_environment=True
        ).ascii_email
    except EmailNotValidError:
        found = None
    if not found or not _ADDRESS.fullmatch(found):
        raise ValueError("this is not one email address")
    return found


_date = lru_cache(maxsize=64)(format_datetime)


@lru_cache(maxsize=1024)
def _mailbox(name: str, contact: str) -> str:
    address = ascii_address(contact)
    words = _words(name)
    if words == name:
        words = '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    return f"{words} <{address}>" if name else address


def _words(text: str) -> str:
    """Write words into a header, as encoded words (RFC 2047) where plain ASCII cannot say them."""
    if _BREAKS.search(text):
        raise ValueError("a header would break out of its line")
    if not text or _PLAIN.fullmatch(text):
        return text
    pieces = [b""]
    for character in map(str.encode, text):  # none is cut in two, none comes to over 75 octets
        if len(pieces[-1]) + len(character) > 45:
            pieces.append(b"")
        pieces[-1] += character
    return "\r\n ".join(f"=?utf-8?b?{b64encode(piece).decode()}?=" for piece in pieces)


def _token(text: str) -> str:
    """Return what stands in a header as one word of ASCII, or raise ``ValueError``."""
    if not _TOKEN.fullmatch(text):
        raise ValueError("a header would break out of its line")
    return text


def _reply_to(message: Message) -> str:
    if not message.reply_to:
        return ""
    return f"Reply-To: {_mailbox(message.clinic_name, message.reply_to)}\r\n"


def _unsubscribe(message: Message, to: str) -> str:
    if not message.unsubscribe_url:
        return ""
    by_mail = (
        f",\r\n <mailto:{ascii_address(to)}?subject=unsubscribe%20{_token(message.reference)}>"
        if to
        else ""
    )
    return (
        f"List-Unsubscribe: <{_token(message.unsubscribe_url)}>{by_mail}\r\n"
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    )


def _referring(html: str) -> str:
    """Say what is not ASCII by its number, so that most HTML travels as it stands."""
    if html.isascii() or _RAW.search(html):
        return html
    plain = html.encode("ascii", "xmlcharrefreplace").decode("ascii")
    return html if _MISREAD.search(plain) else plain


def _part(kind: str, text: str) -> bytes:
    """Write one body in CRLF lines: as it stands where that is safe, else quoted-printable."""
    lines = text.encode().splitlines()
    body = b"\r\n".join(lines) + b"\r\n"
    encoding = "7bit"
    if body.translate(None, _TAME) or max(map(len, lines), default=0) > _LINE:
        encoding, body = "quoted-printable", b2a_qp(body)
    return (
        f'Content-Type: text/{kind}; charset="utf-8"\r\n'
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
    ).encode() + body
