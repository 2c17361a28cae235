"""What is wrong with a calendar beside what its server says."""

from __future__ import annotations

from reminders.rules.terms import InputError
from reminders.rules.translation import gettext_noop

EMPTY = InputError(
    gettext_noop(
        "The calendar is empty, although it had events before. Nothing was cancelled because of that."
    ),
    gettext_noop(
        "Check that it is the right calendar, and cancel by hand what does not take place."
    ),
)
BROKEN = InputError(
    gettext_noop("This calendar could not be read here."),
    gettext_noop("It is tried again automatically."),
)
"""Only kept, never shown at once: what is kept is English, and translated where it is read."""
