"""A text, the account it leaves by, and its sending."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from reminders.rules.terms import Channel, Message
from reminders.senders.account import TwilioAccount
from reminders.senders.sms import TwilioSender
from tests.support.doubles.twilio import ACCOUNT, TOKEN

NOW = datetime(2026, 3, 3, 15, tzinfo=UTC)


def account(port: int, **changed: str) -> TwilioAccount:
    given: dict[str, Any] = {
        "account_sid": ACCOUNT,
        "username": ACCOUNT,
        "password": TOKEN,
        "sender": "+447700900000",
        "api_url": f"http://127.0.0.1:{port}",
    }
    return TwilioAccount(**(given | changed))


def text(
    to: str = "+447700900101", body: str = "Rosewood Skin: Ana, hello. Reply STOP to end"
) -> Message:
    return Message(
        channel=Channel.SMS,
        to=to,
        clinic_name="Rosewood Skin",
        reply_to="",
        text=body,
        reference="r1.abc",
        written_at=NOW,
        expires_at=NOW + timedelta(hours=5),
        segments=1,
    )  # fmt: skip


def send(where: TwilioAccount, message: Message, hand_off: Any = None) -> str:
    async def agreed() -> float:
        """Nothing stands in the way."""
        return time.monotonic() + 5

    async def run() -> str:
        sender = TwilioSender(where)
        try:
            return await sender.send(message, hand_off or agreed)
        finally:
            await sender.close()

    return asyncio.run(run())
