"""Word the alert that a worried client waits whom nobody has taken, and give each worry its key."""

from __future__ import annotations

from datetime import datetime

from reminders.rules.alert_conditions import Alarm
from reminders.rules.contacts import channel_of
from reminders.rules.terms import Channel
from reminders.rules.translation import gettext, ngettext


def worried_key(answer_id: int, worried_at: datetime) -> str:
    """Return the key of the alert that a client is worried: each time they become so has its own."""
    return f"worried.{answer_id}.{worried_at:%Y%m%d%H%M%S%f}"


def untaken(clinic_id: int, answer_id: int, worried_at: datetime, minutes: int, to: str) -> Alarm:
    """Alert a clinic's second contact, an address or a number, to a worried client whom nobody has
    taken; a text has room for no more than what to do.
    """
    waits = ngettext(
        "A client said on their page that they are worried about their skin. The clinic has been open"
        " for %(n)s minute since, and nobody has taken it.",
        "A client said on their page that they are worried about their skin. The clinic has been open"
        " for %(n)s minutes since, and nobody has taken it.",
        minutes,
    )
    act = gettext("Please look at Today now, and call the client.")
    return Alarm(
        clinic_id,
        "untaken",
        f"untaken.{worried_key(answer_id, worried_at)}.{to}",
        gettext("A worried client is waiting, and nobody has taken it"),
        act if channel_of(to) is Channel.SMS else f"{waits} {act}",
        to,
    )
