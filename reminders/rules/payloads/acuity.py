"""Read what Acuity sends (developers.acuityscheduling.com): a number, and the appointment itself."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from reminders.rules.payloads import Payload, parts, text
from reminders.rules.terms import InputError
from reminders.rules.told_bookings import NotBooking, Notice, ToldBooking, Unfit
from reminders.rules.translation import gettext

ACTIONS = {"scheduled", "rescheduled", "changed", "canceled"}


def read_notice(raw: bytes) -> Notice:
    """Return which appointment a form names; a cancellation counts at once. What became of it is
    asked, since its notices say neither when nor in which order. Raises ``Unfit``, ``NotBooking``.
    """
    form = _form(raw)
    action = form["action"].removeprefix("appointment.")
    if action not in ACTIONS:
        raise NotBooking(gettext("“%(event)s” is about no appointment.", event=action[:60]))
    number = form.get("id", "")
    if not re.fullmatch(r"[0-9]{1,20}", number):
        raise Unfit("The id of an appointment is a number.")
    gone = ToldBooking(number, "cancelled") if action == "canceled" else None
    return Notice(number, gone)


def _form(raw: bytes) -> dict[str, str]:
    try:
        found = raw.decode("ascii")
        form = dict(parse_qsl(found, errors="strict", strict_parsing=True, max_num_fields=50))
    except ValueError:
        form = {}
    if "action" not in form:
        raise Unfit("This is no form with an action. Acuity sends one, as application/x-www-form-urlencoded.")  # fmt: skip
    return form


def read(appointment: Payload) -> ToldBooking:
    """Return what an appointment is now, as it was fetched. Raises ``InputError``."""
    number = text(appointment, "id")
    if not number:
        raise InputError(gettext("There is no id."), gettext("Look at the appointment in Acuity."))
    return ToldBooking(
        external_id=number,
        status=_status(appointment),
        fields={
            "treated_at": text(appointment, "datetime"),
            "ended_at": _end(text(appointment, "datetime"), text(appointment, "duration")),
            "treatment": text(appointment, "type"),
            "first_name": text(appointment, "firstName"),
            "last_name": text(appointment, "lastName"),
            "email": text(appointment, "email"),
            "phone": text(appointment, "phone"),
        },
        answers={
            text(one, "name"): text(one, "value")
            for form in parts(appointment, "forms")
            for one in parts(form, "values")
        },
    )


def _status(appointment: Payload) -> str:
    if appointment.get("noShow") is True:
        return "no-show"
    return "cancelled" if appointment.get("canceled") is True else "booked"


def _end(start: str, minutes: str) -> str:
    try:
        return (datetime.fromisoformat(start) + timedelta(minutes=int(minutes))).isoformat()
    except (ValueError, OverflowError):
        return ""
