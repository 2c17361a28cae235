"""Forecast how long the next days' messages take at the present sending rates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.rules import sending_hours
from reminders.rules.countries import region_of
from reminders.rules.forecast import (
    ForecastBatch,
    ForecastMessage,
    RateLimit,
    cost_at_least,
    forecast,
)
from reminders.rules.segment_prices import prices_of
from reminders.rules.sending_hours import closing, next_open
from reminders.rules.terms import Channel
from reminders.store.queries import metrics, people


@dataclass(frozen=True, slots=True)
class Forecast:
    """The next days' batches, and what their texts cost at least, by currency (ISO 4217)."""

    batches: list[ForecastBatch]
    costs: dict[str, Decimal]


def ahead(
    session: Session,
    now: datetime,
    days: int,
    senders: Mapping[Channel, RateLimit],
    own_rate: Callable[[str], RateLimit],
) -> Forecast:
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
            prices_of(clinic.segment_price, clinic.country_prices),
            clinic.currency or "",
        )
        for clinic in people.clinics(session)
        if clinic.live
    }
    coming = []
    for row in metrics.planned_until(session, now + timedelta(days=days)):
        if row.clinic_id in clinics and row.stale_at > now:
            its_hours, its_zone, prices, currency = clinics[row.clinic_id]
            zone = ZoneInfo(row.time_zone) if row.time_zone else its_zone
            opens = next_open(max(row.due_at, now), its_hours[row.channel], zone)
            latest = min(row.stale_at, closing(opens, its_hours[row.channel], zone))
            texted = row.channel is Channel.SMS and row.phone
            price = prices.of(region_of(row.phone)) if texted else None
            what = row.clinic_id, row.channel, latest, price or 0, currency
            coming.append(ForecastMessage(opens, *what))
    lanes = {
        (lane.clinic_id, lane.channel): RateLimit(lane.per_minute, lane.per_day)
        for lane in metrics.lanes(session)
    }
    own = {
        lane.clinic_id: (lane.sender_key, own_rate(lane.sender_key.partition(":")[2]))
        for lane in metrics.lanes(session)
        if lane.sender_key
    }
    return Forecast(forecast(coming, senders, lanes, own), cost_at_least(coming))
