"""Read returned mail: bounces, spam complaints and unsubscribe requests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from enum import StrEnum

NO_SUCH_ADDRESS = {"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"}
"""Enhanced codes (RFC 3463, RFC 7505) by which an address does not exist or takes no mail."""

MAILBOX_FULL = {"5.2.2", "4.2.2"}

REFERENCE = re.compile(r"\br[1-9]\d{0,17}\.[0-9a-f]{12}\b")
"""A reminder's outward name, as it stands in Message-IDs, envelopes and unsubscribe mails."""

_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_NO_COMPLAINT = {"not-spam", "auth-failure"}


class Meaning(StrEnum):
    """The meaning of a returned mail."""

    NO_ADDRESS = "no-address"  # nobody will ever get mail there
    FULL = "full"  # the mailbox is full, today
    UNDELIVERED = "undelivered"  # refused for another reason, which is not the address
    COMPLAINT = "complaint"  # the client reported it as spam
    UNSUBSCRIBE = "unsubscribe"  # the client wrote to the unsubscribe address
    NOTHING = "nothing"  # a delay, an absence, a person's letter: nothing came back


@dataclass(frozen=True, slots=True)
class BouncedMail:
    """A returned mail: its meaning, the server's code, and our references in it, of which only
    genuine ones count.
    """

    meaning: Meaning
    code: str = ""
    references: tuple[str, ...] = ()


def read(raw: bytes) -> BouncedMail:
    """Read a delivery report (RFC 3464), a complaint (RFC 5965) or an unsubscribe mail (RFC 2369).

    Whatever else it is, even if it cannot be read at all, means nothing.
    """
    mail = message_from_bytes(raw, policy=policy.compat32)
    references = tuple(dict.fromkeys(REFERENCE.findall(raw.decode("latin-1"))))
    meaning, code = _meaning(mail)
    return BouncedMail(meaning, code, references)


def _meaning(mail: Message) -> tuple[Meaning, str]:
    kind = str(mail.get_param("report-type", "")).lower()
    if mail.get_content_type() == "multipart/report" and kind == "delivery-status":
        return _reported(mail)
    if mail.get_content_type() == "multipart/report" and kind == "feedback-report":
        said = {
            _word(fields, "Feedback-Type") for fields in _fields(mail, "message/feedback-report")
        }
        return (Meaning.COMPLAINT if said - {"", *_NO_COMPLAINT} else Meaning.NOTHING), ""
    automatic = _word(mail, "Auto-Submitted") not in {"", "no"}
    asks = str(mail.get("Subject", "")).strip().lower().startswith("unsubscribe")
    return (Meaning.UNSUBSCRIBE if asks and not automatic else Meaning.NOTHING), ""


def _reported(mail: Message) -> tuple[Meaning, str]:
    """Return what failed for good; a delay, a relay or a success is nothing."""
    for fields in _fields(mail, "message/delivery-status"):
        if _word(fields, "Action") == "failed":
            code = _code(fields)
            if code in MAILBOX_FULL:
                return Meaning.FULL, code
            return (Meaning.NO_ADDRESS if code in NO_SUCH_ADDRESS else Meaning.UNDELIVERED), code
    return Meaning.NOTHING, ""


def _code(fields: Message) -> str:
    """Return the enhanced code: the server's own words are more exact than a bare 5.0.0."""
    found = [
        match[1]
        for name in ("Status", "Diagnostic-Code")
        if (match := _STATUS.search(str(fields.get(name, ""))))
    ]
    exact = [code for code in found if not code.endswith(".0.0")]
    return next(iter([*exact, *found]), "")


def _fields(mail: Message, kind: str) -> Iterator[Message]:
    """Return the groups of fields in a report's parts of that kind."""
    for part in mail.walk():
        if part.get_content_type() != kind:
            continue
        body = part.get_payload()
        if isinstance(body, list):
            yield from (group for group in body if isinstance(group, Message))
        else:
            raw = part.get_payload(decode=True)
            yield message_from_bytes(raw if isinstance(raw, bytes) else b"", policy=policy.compat32)


def _word(fields: Message, name: str) -> str:
    return str(fields.get(name, "")).split(";")[0].strip().lower()
