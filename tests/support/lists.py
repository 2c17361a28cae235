"""A clinic's list with the usual mistakes in it, and its way in."""

from __future__ import annotations

from datetime import datetime

from reminders.intake import imports
from reminders.intake.arrivals import Arrival
from reminders.intake.list_results import CheckedList, Taken
from reminders.store.database import writing
from reminders.store.queries import people
from tests.conftest import House

LIST = """First name,Mobile,Email,Treatment,Date,SMS consent
Bea,07700 900102,,microneedling,3 March 2026 15:00,yes
Cleo,12,,microneedling,3 March 2026 15:00,yes
Dana,07700 900104,,microneedling,yesterday-ish,yes
"""


def arrive(house: House, checked: CheckedList, now: datetime | None = None) -> Taken:
    """Take a list in as the command line does."""
    at = now or house.clock()
    with writing(house.engine) as session:
        clinic = people.clinics(session)[0]
        import_id = imports.open_list(session, clinic, "list.csv", "Jo", at).id
    return Arrival(house.engine, house.app.library, checked, import_id, lambda: at).run()
