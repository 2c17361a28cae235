"""What a role may do at the desk and through the API, for those who choose one."""

from __future__ import annotations

from reminders.rules.roles import Role
from reminders.rules.translation import gettext, gettext_noop

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


def choices(does: dict[Role, str]) -> list[tuple[str, str]]:
    """Return what somebody may choose from, each with what it may do."""
    return [(str(role), gettext(words)) for role, words in does.items()]
