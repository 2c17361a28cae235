"""Write messages to files instead of sending them, for practice and development."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reminders import private_files
from reminders.rules.decision import Outcome
from reminders.rules.terms import Channel, Message
from reminders.senders import HandOff, SearchedMessage, SendError, check_deadline
from reminders.senders.mime import compose

REHEARSED = {
    "+15005550001": (Outcome.INVALID, "21211"),
    "+15005550002": (Outcome.INVALID, "21612"),
    "+15005550003": (Outcome.BARRED, "21408"),
    "+15005550004": (Outcome.SUPPRESS, "21610"),
    "+15005550009": (Outcome.INVALID, "21614"),
}
"""Twilio's published test numbers and what they answer (twilio.com/docs/iam/test-credentials)."""


class OutboxSender:
    """A sender that writes files: ``.txt`` for texts, ``.eml`` for emails."""

    def __init__(self, folder: Path, mail_from: str, reference: Callable[[int], str]) -> None:
        """Take the folder, made when first needed, the address emails would come from, and how
        reminders are called outside.
        """
        self.folder = folder
        self._mail_from = mail_from
        self._reference = reference

    async def send(self, message: Message, hand_off: HandOff) -> str:
        """Hand off, then write the file; see ``Sender.send``."""
        text = message.channel is Channel.SMS
        content = _as_text(message) if text else compose(message, self._mail_from)
        deadline = await hand_off()
        if message.to in REHEARSED:
            raise SendError(*REHEARSED[message.to])
        name = f"{message.written_at:%Y%m%dT%H%M%SZ}-{message.reference}"
        private_files.make_folder(self.folder)
        path = self.folder / f"{name}.{'txt' if text else 'eml'}"
        part = path.with_suffix(".part")
        private_files.write(part, content)
        check_deadline(deadline)
        part.rename(path)  # there is a whole message or none
        return path.name

    async def find(self, sought: SearchedMessage) -> str | None:
        """Look whether the file is there."""
        found = self.folder.glob(f"*-{self._reference(sought.reminder_id)}.[te][xm][tl]")
        return next((path.name for path in found if path.name not in sought.taken), None)

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
