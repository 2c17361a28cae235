"""Read what Zapier, Make, n8n or a form sends: by our names, or by paths that somebody tapped."""

from __future__ import annotations

from collections.abc import Mapping

from reminders.rules.payloads import (
    Payload,
    answered,
    at_path,
    instant_mark,
    leaves,
    version_mark,
    written,
)
from reminders.rules.terms import InputError
from reminders.rules.told_bookings import ToldBooking, Unfit
from reminders.rules.translation import gettext, pgettext

FIELDS = (
    "external_id",
    "status",
    "treated_at",
    "ended_at",
    "treatment",
    "first_name",
    "last_name",
    "name",
    "phone",
    "email",
    "language",
    "as_of",
    "replaces",
)
"""What may be told, by our names."""


def field_labels() -> dict[str, str]:
    """Return what people read of each field on the page where they are chosen."""
    return {
        "external_id": gettext("Booking number"),
        "status": gettext("Status (booked, cancelled …)"),
        "treated_at": pgettext("of a booking", "Start"),
        "ended_at": pgettext("of a booking", "End"),
        "treatment": gettext("Service"),
        "first_name": gettext("First name"),
        "last_name": gettext("Last name"),
        "name": gettext("Full name"),
        "phone": gettext("Mobile number"),
        "email": gettext("Email"),
        "language": gettext("Language"),
        "as_of": gettext("Time of the last change"),
        "replaces": gettext("Previous booking number, if moved"),
    }


NAMES: dict[str, tuple[str, ...]] = {
    "external_id": ("external_id", "booking_id", "id"),
    "treated_at": ("treated_at", "starts_at", "start"),
    "ended_at": ("ended_at", "ends_at", "end"),
    "treatment": ("treatment", "service"),
    "as_of": ("as_of", "updated_at", "version"),
}
"""Other names that are understood without being tapped."""

LONGEST = 400
"""Characters of one value; a number or name has fewer."""


def read(body: Payload, paths: Mapping[str, str]) -> ToldBooking:
    """Return what is said, by ``paths`` where somebody chose them. Raises ``Unfit``, ``InputError``."""
    said = {name: _value(body, name, paths) for name in FIELDS}
    if not said["external_id"]:
        raise InputError(
            gettext("The booking number is missing, so changes cannot be told from new bookings."),
            gettext("Send external_id, or match its field on the page of this booking system."),
        )
    if not paths and not said["treated_at"] and not said["status"]:
        raise InputError(
            gettext("The start and the status are missing."),
            gettext("Send treated_at, or match the fields on the page of this booking system."),
        )
    as_of, replaces = said.pop("as_of"), said.pop("replaces")
    return ToldBooking(
        external_id=said.pop("external_id"),
        status=said.pop("status") or "booked",
        fields=said,
        mark=version_mark(as_of) or instant_mark(as_of),
        replaces=replaces,
        answers={path: words for path, value in leaves(body) if (words := answered(value))},
    )


def _value(body: Payload, name: str, paths: Mapping[str, str]) -> str:
    chosen = paths.get(name)
    found = _named(body, name) if not paths else at_path(body, chosen) if chosen else ""
    if len(found) > LONGEST:
        label = field_labels()[name]
        raise InputError(
            gettext("%(field)s: longer than %(n)s characters.", field=label, n=LONGEST),
            gettext("Choose another field."),
        )
    return found


def _named(body: Payload, name: str) -> str:
    for key in NAMES.get(name, (name,)):
        value = body.get(key)
        if isinstance(value, dict | list):
            raise Unfit(f"“{key}” has to be a single text or number.")
        if words := written(value):
            return words
    return ""
