"""Read what Calendly sends (developer.calendly.com, “Webhook payload”)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reminders.rules.payloads import Payload, envelope, instant_mark, part, parts, text
from reminders.rules.terms import InputError
from reminders.rules.told_bookings import SEAT, NotBooking, ToldBooking
from reminders.rules.translation import gettext

STATUSES = {
    "invitee.created": "booked",
    "invitee.canceled": "cancelled",
    "invitee_no_show.created": "no-show",
    "invitee_no_show.deleted": "booked",
}

_URI = re.compile(r"/scheduled_events/([\w-]+)/invitees/([\w-]+)/?$")
_PHONE = re.compile(
    r"\b(?:phone|mobile|cell|tel[ée]?fono?|telefon|handy|portable|celular|m[óo]vil|kom[óo]rk\w*)\b",
    re.IGNORECASE,
)


def read(body: Payload) -> Sequence[ToldBooking]:
    """Return what is said. Raises ``Unfit``, ``NotBooking``, ``InputError``.

    A reschedule is a cancellation of one invitee and another who is created, in either order: the
    new one names the old.
    """
    event = envelope(body, "event", str)
    payload = envelope(body, "payload", dict)
    if event not in STATUSES:
        raise NotBooking(gettext("“%(event)s” is about no booking.", event=event[:60]))
    number, seat = _numbers(text(payload, "uri"), payload)
    if not number:
        number, seat = _numbers(text(payload, "invitee"), payload)
    if not number:
        raise InputError(gettext("There is no invitee."), gettext("Send the events of invitees."))
    old = text(payload, "old_invitee") if event == "invitee.created" else ""
    before, _ = _numbers(old, payload)
    return [
        ToldBooking(
            external_id=number,
            status=STATUSES[event],
            fields=_fields(payload),
            mark=instant_mark(text(body, "created_at")),
            replaces=before if before != number else "",
            known_as=(seat,),
            answers={
                text(one, "question"): text(one, "answer")
                for one in parts(payload, "questions_and_answers")
            },
        )
    ]


def _numbers(uri: str, payload: Payload) -> tuple[str, str]:
    """Return a booking's number and what else it may be known as: its event's, as in Calendly's
    export; where an event has several invitees, with the invitee's.
    """
    found = _URI.search(uri)
    if not found:
        return "", ""
    limit = part(payload, "scheduled_event", "invitees_counter").get("limit")
    event, seat = found[1], found[1] + SEAT + found[2]
    return (seat, event) if isinstance(limit, int) and limit > 1 else (event, seat)


def _fields(payload: Payload) -> dict[str, str]:
    """Return the fields of a booking; the time zone is the browser's, and not believed."""
    event = part(payload, "scheduled_event")
    if not event:
        return {}
    first = text(payload, "first_name")
    return {
        "treated_at": text(event, "start_time"),
        "ended_at": text(event, "end_time"),
        "treatment": text(event, "name"),
        "first_name": first,
        "last_name": text(payload, "last_name") if first else "",
        "name": "" if first else text(payload, "name"),
        "email": text(payload, "email"),
        "phone": text(payload, "text_reminder_number") or _asked_phone(payload),
    }


def _asked_phone(payload: Payload) -> str:
    asked = parts(payload, "questions_and_answers")
    return next((text(one, "answer") for one in asked if _PHONE.search(text(one, "question"))), "")
