"""What staff roles are called, and what they may do at the desk and through the API."""

from __future__ import annotations

from reminders.rules.roles import Role
from reminders.rules.translation import gettext, gettext_noop, pgettext

AT_DESK = {
    Role.VIEWER: gettext_noop("Viewer: can see everything, but change nothing"),
    Role.STAFF: gettext_noop("Staff: works with clients and messages"),
    Role.OWNER: gettext_noop("Owner: also manages wording, settings and staff"),
}

BY_API = {
    Role.VIEWER: gettext_noop("Viewer: reads data, changes nothing"),
    Role.STAFF: gettext_noop("Staff: books treatments, records consent, replies"),
    Role.OWNER: gettext_noop("Owner: also erases clients and manages services"),
}


def role_names() -> dict[Role, str]:
    """Return the names of all roles."""
    return {
        Role.VIEWER: pgettext("role", "Viewer"),
        Role.STAFF: pgettext("role", "Staff"),
        Role.OWNER: pgettext("role", "Owner"),
    }


def choices(does: dict[Role, str]) -> list[tuple[str, str]]:
    """Return what somebody may choose from, each with what it may do."""
    return [(str(role), gettext(words)) for role, words in does.items()]
