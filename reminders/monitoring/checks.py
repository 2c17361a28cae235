"""One check of an installation: what was checked, what was found, and how to fix it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reminders.rules.translation import gettext, gettext_noop


class Verdict(StrEnum):
    """The result of a check."""

    PASS = "pass"  # noqa: S105 (no password)
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what was checked, what was found, and how to fix it; the two latter in sentences
    of the language in which it was made. Programs know it by its ``name``, which is English.
    """

    name: str
    verdict: Verdict
    found: str
    mend: str = ""

    @property
    def title(self) -> str:
        """Return the name as people read it."""
        what, _, number = self.name.partition(" ")
        if what == "clinic":
            return gettext("clinic %(id)s", id=number)
        what, mark, of = self.name.partition(": ")  # of which clinic and sender
        return gettext(TITLES.get(what, what)) + mark + of


TITLES = {
    "database": gettext_noop("database"),
    "tables": gettext_noop("tables"),
    "time zones": gettext_noop("time zones"),
    "zone data": gettext_noop("zone data"),
    "wording": gettext_noop("wording"),
    "clinics": gettext_noop("clinics"),
    "heartbeat": gettext_noop("heartbeat"),
    "history": gettext_noop("history"),
    "failover": gettext_noop("failover"),
    "connections": gettext_noop("connections"),
    "clock": gettext_noop("clock"),
    "alerts": gettext_noop("alerts"),
    "backup": gettext_noop("backup"),
    "settings": gettext_noop("settings"),
    "registration": gettext_noop("registration"),
    "replies webhook": gettext_noop("replies webhook"),
    "public address": gettext_noop("public address"),
    "mail domain": gettext_noop("mail domain"),
    "Twilio account": gettext_noop("Twilio account"),
    "Twilio sender": gettext_noop("Twilio sender"),
}
"""What people read for the names of checks; those not here are called alike in any language."""


def run_this(command: str) -> str:
    """Say which command to run."""
    return gettext("Run: %(command)s", command=command)
