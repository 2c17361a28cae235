"""A sample email, and a mail server of our own with certificates to send it to."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import trustme

from reminders.rules.terms import Channel, Message
from reminders.senders.email import MailServer, Security, SmtpSender
from tests.support.doubles.process import Double
from tests.support.doubles.smtp import PASSWORD, USERNAME

NOW = datetime(2026, 3, 3, 15, tzinfo=UTC)
FROM = "aftercare@rosewood.example"


class Certificates:
    """A small authority of our own, and a server's certificate from it."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        server = authority.issue_cert("localhost")
        self.trusted, self.certificate, self.key = folder / "ca", folder / "crt", folder / "key"
        authority.cert_pem.write_to_path(self.trusted)
        server.cert_chain_pems[0].write_to_path(self.certificate)
        server.private_key_pem.write_to_path(self.key)


def server(mail: tuple[Security, Double], **changed: Any) -> MailServer:
    security, double = mail
    signs_in = security is not Security.NONE
    given: dict[str, Any] = {
        "host": "localhost",
        "port": double.port,
        "security": security,
        "username": USERNAME if signs_in else "",
        "password": PASSWORD if signs_in else "",
        "mail_from": FROM,
    }
    return MailServer(**(given | changed))


def mail_to(to: str = "ana@mail.example", **changed: Any) -> Message:
    given: dict[str, Any] = {
        "channel": Channel.EMAIL,
        "to": to,
        "clinic_name": "Rosewood Skin",
        "reply_to": "desk@rosewood.example",
        "subject": "Day one: sunscreen can start now",
        "text": "Dear Ana,\n\n.a line that begins with a dot\n\nPlain cream – and water.\n",
        "html": "<!doctype html><html lang=en><body><p>Dear Ana,</p></body></html>",
        "reference": "r7.0123456789ab",
        "unsubscribe_url": "https://clinic.example/u/token",
        "written_at": NOW,
        "expires_at": NOW + timedelta(hours=5),
    }
    return Message(**(given | changed))


async def agreed() -> float:
    """Nothing stands in the way."""
    return time.monotonic() + 5


def send(where: MailServer, *messages: Message, hand_off: Any = agreed) -> list[str]:
    async def run() -> list[str]:
        sender = SmtpSender(where)
        try:
            return list(await asyncio.gather(*(sender.send(m, hand_off) for m in messages)))
        finally:
            await sender.close()

    return asyncio.run(run())


def parsed(row: dict[str, Any]) -> EmailMessage:
    return message_from_string(row["content"], policy=policy.default)
