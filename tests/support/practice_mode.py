"""A clinic let out of practice mode, or sent back."""

from __future__ import annotations

from reminders.enrolment import clinics
from reminders.store.database import writing
from reminders.store.queries import people
from tests.conftest import House


def go(house: House, *, live: bool) -> None:
    with writing(house.engine) as session:
        clinic = people.clinics(session)[0]
        clinics.edit(session, house.app.library, clinic, {}, house.clock(), live=live)
