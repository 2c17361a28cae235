"""Understand what a booking system's status says of a visit: that the client came, or did not."""

from __future__ import annotations

from datetime import datetime

from reminders.enrolment.client_fields import update
from reminders.enrolment.treatment_fields import attendance_fields, attendance_of, begins_at
from reminders.rules.booking_status import read_status
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext
from reminders.rules.visits import Word, may_have_come, restored
from reminders.store.tables import Clinic, Treatment


def word_of(status: str) -> Word:
    """Return what a status says of a visit that is booked, unless it ends the booking."""
    found = read_status(status)
    if found.missed:
        return Word.MISSED
    if found.came:
        return Word.CAME
    return Word.ENDED if found.ended else Word.BOOKED


def take_back(known: Treatment, status: str) -> None:
    """Forget that the client did not come, where the source that said so now says that it stands."""
    if status and word_of(status) is Word.BOOKED:
        update(known, attendance_fields(restored(attendance_of(known))))


def check_came(treatment: Treatment | None, clinic: Clinic, status: str, now: datetime) -> None:
    """Raise ``InputError`` where a client is said to have come to what lies ahead."""
    if treatment is None or word_of(status) not in {Word.CAME, Word.ENDED}:
        return
    if not may_have_come(begins_at(treatment, clinic), now):
        raise InputError(
            gettext("It has not begun yet, so nobody can say that it took place."),
            gettext("Say so once the client is there."),
        )
