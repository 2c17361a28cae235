"""The fields of a clinic's rate limits on the settings page: what they show, and what is changed."""

from __future__ import annotations

import re

from sqlalchemy.orm import Session

from reminders.enrolment import clinics
from reminders.rules.contacts import clean
from reminders.rules.terms import Channel, InputError
from reminders.rules.translation import gettext, gettext_noop
from reminders.store.queries import lanes
from reminders.store.tables import Clinic
from reminders.web.desk.page import DeskRequest

MOST = 1_000_000
"""The largest number that means anything here: of segments a month, or of messages a day."""

WAYS = (Channel.SMS, Channel.EMAIL)

LABELS = {
    (Channel.SMS, "minute"): gettext_noop("Texts per minute"),
    (Channel.SMS, "day"): gettext_noop("Texts per day"),
    (Channel.EMAIL, "minute"): gettext_noop("Emails per minute"),
    (Channel.EMAIL, "day"): gettext_noop("Emails per day"),
}

CHANGED = {
    Channel.SMS: gettext_noop("changed the limits for texts"),
    Channel.EMAIL: gettext_noop("changed the limits for emails"),
}

Limits = dict[Channel, tuple[int | None, int | None]]
"""How much may be sent by each channel a minute and a day; None for no limit."""


def fields(session: Session, clinic: Clinic) -> list[tuple[str, str, int | None]]:
    """Return name, label and value of each field."""
    most = lanes.limits(session, clinic.id)
    return [
        (f"{channel}-{span}", gettext(LABELS[channel, span]), limit)
        for channel in WAYS
        for span, limit in zip(("minute", "day"), most[channel], strict=True)
    ]


def typed(request: DeskRequest) -> Limits:
    """Read what was typed; nothing is no limit."""
    return {
        channel: (
            request.read(f"{channel}-minute", read_number),
            request.read(f"{channel}-day", read_number),
        )
        for channel in WAYS
    }


def read_number(text: str) -> int:
    """Read a whole number above 0; raises ``InputError``."""
    digits = re.sub(r"[ ,.]", "", clean(text))
    if not digits.isdecimal() or not 0 < int(digits) <= MOST:
        raise InputError(
            gettext("This is not a whole number."), gettext("Enter one, for example 2000.")
        )
    return int(digits)


def change(request: DeskRequest, session: Session, clinic: Clinic, wanted: Limits) -> None:
    """Set what differs, and record what it was and is."""
    before = lanes.limits(session, clinic.id)
    for channel in WAYS:
        if before[channel] != wanted[channel]:
            clinics.limit(session, clinic, channel, *wanted[channel])
            detail = f"{_say(before[channel])} → {_say(wanted[channel])}"
            request.record(session, CHANGED[channel], Clinic, clinic.id, detail)


def _say(limits: tuple[int | None, int | None]) -> str:
    """Say what the activity log keeps, in the language of whoever changes it."""
    minute, day = limits
    if minute and day:
        return gettext(
            "%(minute)s per minute and %(day)s per day", minute=str(minute), day=str(day)
        )
    if minute:
        return gettext("%(n)s per minute", n=str(minute))
    return gettext("%(n)s per day", n=str(day)) if day else gettext("no limit")
