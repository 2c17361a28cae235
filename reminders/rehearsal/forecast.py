"""Forecast how long the next days' messages take at the present sending rates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.rules import sending_hours
from reminders.rules.forecast import ForecastBatch, ForecastMessage, RateLimit, forecast
from reminders.rules.sending_hours import closing, next_open
from reminders.rules.terms import Channel
from reminders.store.queries import metrics, people


def ahead(
    session: Session,
    now: datetime,
    days: int,
    senders: Mapping[Channel, RateLimit],
    own_rate: Callable[[str], RateLimit],
) -> list[ForecastBatch]:
    """Return the batches of the next days, at the senders' rates (``own_rate`` is that of one that a
    clinic brought) and the clinics' own.
    """
    clinics = {
        clinic.id: (
            {
                Channel.SMS: sending_hours.parse(clinic.sending_hours),
                Channel.EMAIL: sending_hours.parse_emails(clinic.email_hours),
            },
            ZoneInfo(clinic.time_zone),
        )
        for clinic in people.clinics(session)
        if clinic.live
    }
    coming = []
    for row in metrics.planned_until(session, now + timedelta(days=days)):
        if row.clinic_id in clinics and row.stale_at > now:
            its_hours, its_zone = clinics[row.clinic_id]
            zone = ZoneInfo(row.time_zone) if row.time_zone else its_zone
            opens = next_open(max(row.due_at, now), its_hours[row.channel], zone)
            latest = min(row.stale_at, closing(opens, its_hours[row.channel], zone))
            coming.append(ForecastMessage(opens, row.clinic_id, row.channel, latest))
    lanes = {
        (lane.clinic_id, lane.channel): RateLimit(lane.per_minute, lane.per_day)
        for lane in metrics.lanes(session)
    }
    own = {
        lane.clinic_id: (lane.sender_key, own_rate(lane.sender_key.partition(":")[2]))
        for lane in metrics.lanes(session)
        if lane.sender_key
    }
    return forecast(coming, senders, lanes, own)
