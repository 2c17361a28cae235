"""Read what Square sends (developer.squareup.com, “Bookings webhooks”), and what it is asked."""

from __future__ import annotations

from datetime import datetime, timedelta

from reminders.rules.payloads import Payload, envelope, part, parts, text, version_mark
from reminders.rules.terms import InputError
from reminders.rules.told_bookings import NotBooking, Notice, ToldBooking
from reminders.rules.translation import gettext

STATUSES = {
    "PENDING": "pending",
    "ACCEPTED": "booked",
    "DECLINED": "declined",
    "CANCELLED_BY_CUSTOMER": "cancelled",
    "CANCELLED_BY_SELLER": "cancelled",
    "NO_SHOW": "no-show",
}
GONE = {"DECLINED", "CANCELLED_BY_CUSTOMER", "CANCELLED_BY_SELLER", "NO_SHOW"}


def read_notice(body: Payload) -> Notice:
    """Return which booking is meant; that it does not take place is told by the notice alone, in
    the order of its version. Raises ``Unfit``, ``NotBooking``, ``InputError``.
    """
    event = envelope(body, "type", str)
    envelope(body, "data", dict)
    if event not in {"booking.created", "booking.updated"}:
        raise NotBooking(gettext("“%(event)s” is about no booking.", event=event[:60]))
    booking = part(body, "data", "object", "booking")
    number = text(booking, "id")
    if not number:
        raise InputError(
            gettext("There is no booking."), gettext("Send booking.created and booking.updated.")
        )
    if text(booking, "status") not in GONE:
        return Notice(number)
    return Notice(number, _told(booking, {}), missing=False)


def read(booking: Payload, customer: Payload, service: str) -> ToldBooking:
    """Return what a booking is now: as fetched, with its customer and the service's name. Raises
    ``InputError``.
    """
    if not text(booking, "id"):
        raise InputError(gettext("There is no id."), gettext("Look at the booking in Square."))
    return _told(
        booking,
        {
            "treated_at": text(booking, "start_at"),
            "ended_at": _end(booking),
            "treatment": service,
            "first_name": text(customer, "given_name") or text(customer, "nickname"),
            "last_name": text(customer, "family_name"),
            "email": text(customer, "email_address"),
            "phone": text(customer, "phone_number"),
        },
    )


def _told(booking: Payload, fields: dict[str, str]) -> ToldBooking:
    word = text(booking, "status")
    return ToldBooking(
        external_id=text(booking, "id"),
        status=STATUSES.get(word, word),
        fields=fields,
        mark=version_mark(text(booking, "version")),
    )


def _end(booking: Payload) -> str:
    lengths = [one.get("duration_minutes") for one in parts(booking, "appointment_segments")]
    minutes = sum(one for one in lengths if isinstance(one, int) and 0 < one < 1440)
    try:
        starts = datetime.fromisoformat(text(booking, "start_at"))
        return (starts + timedelta(minutes=minutes)).isoformat() if minutes else ""
    except (ValueError, OverflowError):
        return ""


def service_of(booking: Payload) -> str:
    """Return the number of the first service of a booking, to be asked for its name."""
    segments = parts(booking, "appointment_segments")
    return text(segments[0], "service_variation_id") if segments else ""


def service_name(found: Payload) -> str:
    """Return what a service is called, from the catalogue's answer with its related objects."""
    variation = part(found, "object", "item_variation_data")
    items = {text(one, "id"): part(one, "item_data") for one in parts(found, "related_objects")}
    item = items.get(text(variation, "item_id"), {})
    own = part(found, "object", "item_data")
    names = (text(own, "name"), text(item, "name"), text(variation, "name"))
    return next(filter(None, names), "")
