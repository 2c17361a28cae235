"""The facts of a reminder that may leave at noon."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reminders.rules import sending_hours
from reminders.rules.terms import Channel, ClinicFacts, Facts

LONDON = ZoneInfo("Europe/London")
CLINIC = ClinicFacts(
    clinic_id=1,
    name="Rosewood Skin",
    phone="+442079460018",
    email="desk@rosewood.example",
    address="18 Rose Street",
    country="GB",
    live=True,
    hours=sending_hours.parse("Mon-Sat 09:00-20:00, Sun 12:00-20:00"),
    texts_per_day=1,
    texts_per_week=3,
    zone=LONDON,
)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
"""A Wednesday, inside sending hours."""

FACTS = Facts(
    reminder_id=7,
    client_id=1,
    claim="c",
    clinic=CLINIC,
    protocol="skin-needling",
    milestone="day-1",
    channel=Channel.SMS,
    scheduled_at=NOON,
    stale_at=NOON + timedelta(days=1),
    attempts=0,
    first_name="Ana",
    language="en",
    contact="+447700900101",
    zone=LONDON,
    treated_on=date(2026, 3, 3),
    starts=time(10),
    treatment_cancelled=False,
    consented=True,
    suppressed=None,
    superseded=False,
    texts_on=(),
)
