"""The navigation of the staff pages: the five places of everyday work, and what stands apart."""

from __future__ import annotations

from reminders.rules.roles import Role
from reminders.rules.translation import gettext, gettext_noop

FIRST = (
    ("/", gettext_noop("Today"), Role.VIEWER),
    ("/clients", gettext_noop("Clients"), Role.VIEWER),
    ("/replies", gettext_noop("Inbox"), Role.VIEWER),
    ("/plan", gettext_noop("Schedule"), Role.VIEWER),
    ("/words", gettext_noop("Messages"), Role.VIEWER),
)
"""The first line: address, name, and the role that sees it."""

APART = (
    ("/outbox", gettext_noop("Outbox"), Role.VIEWER),
    ("/numbers", gettext_noop("Reports"), Role.VIEWER),
    ("/clinic", gettext_noop("Settings"), Role.OWNER),
)
"""What is no everyday work; the outbox is there only while nothing is really sent."""

BELONGS = {
    "/today": "/",
    "/skin": "/",
    "/enrol": "/clients",
    "/lists": "/clients",
    "/questions": "/clients",
    "/treatments": "/clients",
    "/check-up": "/clinic",
}
"""Under which place other pages stand, by how their address begins."""


def places(role: Role, *, live: bool) -> list[list[tuple[str, str]]]:
    """Return address and name of what a role sees, the first line and what stands apart."""
    return [
        [
            (to, gettext(name))
            for to, name, needs in line
            if role.includes(needs) and not (live and to == "/outbox")
        ]
        for line in (FIRST, APART)
    ]


def place_of(path: str) -> str:
    """Return the address of the place that a page stands under."""
    begins = "/" + path.split("/")[1]
    return BELONGS.get(begins, begins)
