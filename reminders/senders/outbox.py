"""The outbox: messages written to files instead of sent, so that nothing leaves the machine."""

from __future__ import annotations

from pathlib import Path

from reminders.rules.deciding import Outcome
from reminders.rules.terms import Channel, Message
from reminders.senders import HandOff, SendError
from reminders.senders.mime import compose

REHEARSED = {
    "+15005550001": (Outcome.INVALID, "21211"),
    "+15005550002": (Outcome.INVALID, "21612"),
    "+15005550003": (Outcome.CONFIGURATION, "21408"),
    "+15005550004": (Outcome.SUPPRESS, "21610"),
    "+15005550009": (Outcome.INVALID, "21614"),
}
"""Twilio's published test numbers and what they answer (twilio.com/docs/iam/test-credentials)."""


class OutboxSender:
    """The way out that stays in: ``.txt`` for texts, ``.eml`` for emails."""

    def __init__(self, folder: Path, mail_from: str) -> None:
        """Take the folder, made when first needed, and the address emails would come from."""
        self.folder = folder
        self._mail_from = mail_from

    async def send(self, message: Message, hand_off: HandOff) -> str:
        """Hand off, then write the file; see ``Sender.send``."""
        text = message.channel is Channel.SMS
        content = _as_text(message) if text else compose(message, self._mail_from)
        await hand_off()
        if message.to in REHEARSED:
            raise SendError(*REHEARSED[message.to])
        name = f"{message.written_at:%Y%m%dT%H%M%SZ}-{message.reference}"
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{name}.{'txt' if text else 'eml'}"
        with path.open("xb") as file:
            file.write(content)
        return path.name

    async def close(self) -> None:
        """Nothing is kept open."""


def _as_text(message: Message) -> bytes:
    return (
        f"To: {message.to}\n"
        f"From: {message.clinic_name}\n"
        f"Date: {message.written_at:%Y-%m-%d %H:%M} UTC\n"
        f"Segments: {message.segments}\n\n"
        f"{message.text}\n"
    ).encode()
