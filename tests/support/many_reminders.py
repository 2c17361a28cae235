"""Several clients whose reminders are due at once."""

from __future__ import annotations

from datetime import date

from reminders.enrolment.terms import Enrolment
from tests.conftest import BOTH, ana

TREATED = date(2026, 3, 2)


def several(count: int) -> list[Enrolment]:
    return [
        ana(TREATED, phone=f"+4477009002{n:02}", email=f"a{n}@mail.example", consents=BOTH)
        for n in range(count)
    ]
