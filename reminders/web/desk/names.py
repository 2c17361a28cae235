"""What staff call channels, roles, records and browsers, in their language."""

from __future__ import annotations

from datetime import date

from reminders.rules.roles import Role
from reminders.rules.terms import Channel
from reminders.rules.translation import gettext, pgettext
from reminders.wording.localised import DateForm, date_text


def channel_word(channel: Channel) -> str:
    """Return what staff call one message of a channel, within a sentence."""
    email = channel is Channel.EMAIL
    return pgettext("one message", "email") if email else pgettext("one message", "text")


def role_name(role: Role) -> str:
    """Return what a role is called."""
    names = {
        Role.VIEWER: pgettext("role", "viewer"),
        Role.STAFF: pgettext("role", "staff"),
        Role.OWNER: pgettext("role", "owner"),
    }
    return names[Role(role)]


def record_kind(table: str) -> str:
    """Return what staff call a row of a table that the audit log names."""
    names = {
        "api_key": pgettext("record", "api key"),
        "booking_source": pgettext("record", "booking source"),
        "client": pgettext("record", "client"),
        "clinic": pgettext("record", "clinic"),
        "endpoint": pgettext("record", "endpoint"),
        "feed": pgettext("record", "feed"),
        "import": pgettext("record", "import"),
        "milestone_placement": pgettext("record", "milestone placement"),
        "parameter": pgettext("record", "parameter"),
        "question": pgettext("record", "question"),
        "reply": pgettext("record", "reply"),
        "sign_in": pgettext("record", "sign in"),
        "staff": pgettext("record", "staff"),
        "treatment": pgettext("record", "treatment"),
        "version": pgettext("record", "version"),
    }
    return names.get(table, table.replace("_", " "))


def browser_name(stored: str) -> str:
    """Return the name of a signed-in browser, which is stored as “Firefox on Windows”."""
    kind, on, machine = stored.partition(" on ")
    if not on:
        return gettext(stored)
    return gettext("%(browser)s on %(machine)s", browser=gettext(kind), machine=gettext(machine))


def day_example() -> str:
    """Return a day as it may be typed in the language that is current."""
    return date_text(date(2026, 3, 14), DateForm.DAY_OF_YEAR)


def day_in_numbers(country: str) -> str:
    """Return the same day as people write it in numbers in a country."""
    return "3/14" if country == "US" else "14/3"
