"""The particulars of a clinic on the settings page: how each is shown and read, and its changes told."""

from __future__ import annotations

from reminders.rules.caps import MOST_A_WEEK
from reminders.rules.contacts import show_national
from reminders.rules.translation import gettext, gettext_noop
from reminders.store.tables import Clinic
from reminders.web.desk.page import DeskRequest
from reminders.wording.weekdays import hours_read, hours_shown

DETAILS = ("name", "phone", "email", "address", "country", "time_zone")
SENDING = ("sending_hours", "email_hours", "texts_per_week")
HOURS = ("sending_hours", "email_hours", "opening_hours")
VISITS = ("attendance_required",)
WORRIES = (
    "opening_hours",
    "after_hours_phone",
    "worried_minutes",
    "second_contact",
    "second_phone",
)
TEXTS = ("text_name", "client_names", "stop_on_every_text", "both_channels")
CHANGED = {
    "name": gettext_noop("changed name"),
    "phone": gettext_noop("changed phone"),
    "email": gettext_noop("changed email"),
    "address": gettext_noop("changed address"),
    "country": gettext_noop("changed country"),
    "time_zone": gettext_noop("changed time zone"),
    "sending_hours": gettext_noop("changed sending hours"),
    "email_hours": gettext_noop("changed email hours"),
    "texts_per_week": gettext_noop("changed texts per week"),
    "attendance_required": gettext_noop("changed attendance required"),
    "text_name": gettext_noop("changed text name"),
    "client_names": gettext_noop("changed client names"),
    "stop_on_every_text": gettext_noop("changed stop on every text"),
    "both_channels": gettext_noop("changed both channels"),
    "opening_hours": gettext_noop("changed opening hours"),
    "after_hours_phone": gettext_noop("changed the phone number outside opening hours"),
    "worried_minutes": gettext_noop("changed when a second person is told"),
    "second_contact": gettext_noop("changed who is told second"),
    "second_phone": gettext_noop("changed the second person’s phone number"),
}
"""What the activity log says of a change, by the column."""


def most_texts() -> list[tuple[str, str]]:
    """Return the choices of how many texts a week may go to one number."""
    most = gettext("%(n)s, the most there can be", n=MOST_A_WEEK)
    return [*((str(n), str(n)) for n in range(1, MOST_A_WEEK)), (str(MOST_A_WEEK), most)]


def shown(clinic: Clinic, name: str) -> str:
    """Write what a column holds as it is typed."""
    kept = str(getattr(clinic, name) or "")
    return hours_shown(kept) if name in HOURS else written(kept, clinic)


def written(value: str, clinic: Clinic) -> str:
    """Write a phone number as the clinic's country does, and anything else as it is."""
    return show_national(value, clinic.country) if value.startswith("+") else value


def read(request: DeskRequest, name: str) -> str | int | None:
    """Return what was typed for a column."""
    typed = request.typed(name)
    return hours_read(typed) if name in HOURS else typed
