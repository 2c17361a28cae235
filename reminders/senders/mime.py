"""An email as it travels: text and HTML side by side, one recipient, and the headers of care."""

from __future__ import annotations

from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from reminders.rules.terms import Message

WIRE = SMTP.clone(cte_type="7bit")


def message_id(message: Message, mail_from: str) -> str:
    """Return the Message-ID of a reminder: the same on every attempt, so that copies can meet."""
    return f"<{message.reference}@{mail_from.rpartition('@')[2]}>"


def compose(message: Message, mail_from: str) -> bytes:
    """Write the email in full, ready for the wire.

    Raises ``ValueError`` where a header would break out of its line. The headers follow
    RFC 2369 and 8058 (unsubscribe), RFC 3834 (no answers from machines) and RFC 5322.
    """
    mail = EmailMessage(policy=WIRE)
    mail["From"] = _address(message.clinic_name, mail_from)
    mail["To"] = _address("", message.to)
    if message.reply_to:
        mail["Reply-To"] = _address(message.clinic_name, message.reply_to)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(message.written_at)
    mail["Message-ID"] = message_id(message, mail_from)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    if message.unsubscribe_url:
        by_mail = f", <mailto:{message.reply_to}?subject=unsubscribe>" if message.reply_to else ""
        mail["List-Unsubscribe"] = f"<{message.unsubscribe_url}>{by_mail}"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    mail["Content-Language"] = message.language
    return mail.as_bytes()


def _address(name: str, contact: str) -> Address:
    """Return exactly one address, or raise ``ValueError``."""
    try:
        return Address(name, addr_spec=contact)
    except MessageError as error:
        msg = "this is not one email address"
        raise ValueError(msg) from error
