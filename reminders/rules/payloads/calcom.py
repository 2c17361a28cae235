"""Read what Cal.com sends (cal.com/docs, “Webhooks”), with all that is known to go wrong there."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from reminders.rules.payloads import (
    Payload,
    answered,
    envelope,
    instant_mark,
    part,
    parts,
    text,
    written,
)
from reminders.rules.terms import InputError
from reminders.rules.told_bookings import SEAT, Mark, NotBooking, ToldBooking
from reminders.rules.translation import gettext

STATUSES = {
    "BOOKING_CREATED": "booked",
    "BOOKING_RESCHEDULED": "booked",
    "BOOKING_REQUESTED": "pending",  # a reschedule, too, where the host confirms
    "BOOKING_PAYMENT_INITIATED": "pending",
    "BOOKING_REJECTED": "declined",
    "BOOKING_CANCELLED": "cancelled",  # also a host's request to choose another time
    "MEETING_ENDED": "completed",
}
NO_SHOW = "BOOKING_NO_SHOW_UPDATED"

PHONES = ("attendeePhoneNumber", "smsReminderNumber", "phone", "phoneNumber", "mobile")
"""Fields of a booking form that hold the client's number, the surest first."""


def read(body: Payload) -> Sequence[ToldBooking]:
    """Return what is said, of each seat its own. Raises ``Unfit``, ``NotBooking``, ``InputError``.

    A new uid replaces the one in ``rescheduleUid``; a host's “request reschedule” is a cancellation.
    """
    event = envelope(body, "triggerEvent", str)
    payload = (
        envelope(body, "payload", dict) if "payload" in body else body
    )  # MEETING_ENDED is flat
    mark = instant_mark(text(body, "createdAt")) or instant_mark(text(payload, "endTime"))
    if event == NO_SHOW:
        return _no_shows(payload, mark)
    if event not in STATUSES:
        raise NotBooking(gettext("“%(event)s” is about no booking.", event=event[:60]))
    uid = text(payload, "uid") or text(payload, "rescheduleUid")
    if not uid:
        raise InputError(
            gettext("There is no uid."), gettext("Leave the payload template of the webhook empty.")
        )
    return [
        _told(STATUSES[event], payload, uid, seat, mark) for seat in _attendees(payload) or [{}]
    ]


def _attendees(payload: Payload) -> list[dict[str, Any]]:
    """Return who is treated: everybody who has a seat, else the first; the others are guests."""
    found = parts(payload, "attendees")
    return found if payload.get("seatsPerTimeSlot") else found[:1]


def _told(
    status: str, payload: Payload, uid: str, attendee: Payload, mark: Mark | None
) -> ToldBooking:
    before = text(payload, "rescheduleUid")
    seat = _seat(attendee) if payload.get("seatsPerTimeSlot") else ""
    own = _is_whose_form(payload, attendee)
    return ToldBooking(
        external_id=uid + seat,
        status=status,
        fields=_fields(payload, attendee, own=own),
        mark=mark,
        replaces=before + seat if before and before != uid and own else "",
        answers=_answers(payload) if own else {},
    )


def _seat(attendee: Payload) -> str:
    """Return what tells one seat of a uid from the others: the address it was booked with."""
    email = text(attendee, "email").casefold()
    return SEAT + sha256(email.encode()).hexdigest()[:8] if email else ""


def _is_whose_form(payload: Payload, attendee: Payload) -> bool:
    """Say whether the form of this delivery is this attendee's: it lists the others of a slot."""
    filled = written(part(payload, "responses", "email").get("value")).casefold()
    return not filled or filled == text(attendee, "email").casefold()


def _fields(payload: Payload, attendee: Payload, *, own: bool) -> dict[str, str]:
    """Return the fields of a booking. The attendee's time zone and language are their browser's: a
    client's own are not changed by them.
    """
    form = part(payload, "responses") if own else {}
    named = part(form, "name").get("value")
    first = text(attendee, "firstName") or text(named, "firstName")
    return {
        "treated_at": text(payload, "startTime"),
        "ended_at": text(payload, "endTime"),
        "treatment": text(payload, "eventTitle", "type")
        or text(part(payload, "eventType"), "title"),
        "first_name": first,
        "last_name": (text(attendee, "lastName") or text(named, "lastName")) if first else "",
        "name": "" if first else text(attendee, "name") or written(named),
        "email": text(attendee, "email") or written(part(form, "email").get("value")),
        "phone": _phone(payload, form, attendee, own=own),
    }


def _phone(payload: Payload, form: Payload, attendee: Payload, *, own: bool) -> str:
    place = part(form, "location", "value")
    told = [text(attendee, "phoneNumber")]
    told += [written(part(form, name).get("value")) for name in PHONES]
    told += [text(payload, "smsReminderNumber") if own else ""]
    told += [text(place, "optionValue") if place.get("value") == "phone" else ""]
    return next(filter(None, told), "")


def _answers(payload: Payload) -> dict[str, str]:
    """Return the answers of the form by the questions' words."""
    found = {**part(payload, "responses"), **part(payload, "userFieldsResponses")}
    return {
        text(one, "label") or name: words
        for name, one in found.items()
        if isinstance(one, dict) and (words := answered(one.get("value")))
    }


def _no_shows(payload: Payload, mark: Mark | None) -> list[ToldBooking]:
    """Read who did not come; it does not say whether they have a seat of their own."""
    uid = text(payload, "bookingUid")
    if not uid:
        raise InputError(
            gettext("There is no bookingUid."),
            gettext("Leave the payload template of the webhook empty."),
        )
    return [
        ToldBooking(
            external_id=uid + _seat(one),
            status="no-show" if one.get("noShow") is True else "booked",
            mark=mark,
            known_as=(uid,),
        )
        for one in parts(payload, "attendees")
    ]
