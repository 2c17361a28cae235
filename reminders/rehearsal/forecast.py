"""Forecast how long the next days' messages take at the present sending rates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.rules import sending_hours
from reminders.rules.clinic_senders import ClinicSenders
from reminders.rules.countries import region_of
from reminders.rules.forecast import (
    ForecastBatch,
    ForecastCost,
    ForecastMessage,
    PricedText,
    RateLimit,
    costs_of,
    forecast,
)
from reminders.rules.segment_prices import Prices, prices_of
from reminders.rules.sending_hours import next_opening
from reminders.rules.terms import Channel
from reminders.store.queries import metrics, people, sender_accounts


@dataclass(frozen=True, slots=True)
class Forecast:
    """The next days' batches, and what their texts cost at least, by sender and country."""

    batches: list[ForecastBatch]
    costs: list[ForecastCost]


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
    senders_of = {one.clinic_id: one.senders for one in sender_accounts.of_clinics(session)}
    coming = []
    for row in metrics.planned_until(session, now + timedelta(days=days)):
        if row.clinic_id in clinics and row.stale_at > now:
            its_hours, its_zone, prices, currency = clinics[row.clinic_id]
            zone = ZoneInfo(row.time_zone) if row.time_zone else its_zone
            opens, closes = next_opening(max(row.due_at, now), its_hours[row.channel], zone)
            latest = min(row.stale_at, closes)
            by = senders_of[row.clinic_id]
            text = _priced(row, by, prices, currency)
            coming.append(ForecastMessage(opens, row.clinic_id, row.channel, latest, text))
    lanes = {
        (lane.clinic_id, lane.channel): RateLimit(lane.per_minute, lane.per_day)
        for lane in metrics.lanes(session)
    }
    own = {
        lane.clinic_id: (lane.sender_key, own_rate(lane.sender_key.partition(":")[2]))
        for lane in metrics.lanes(session)
        if lane.sender_key
    }
    texts = Counter(one.text for one in coming if one.text is not None)
    return Forecast(forecast(coming, senders, lanes, own), costs_of(texts))


def _priced(row: Any, by: ClinicSenders, prices: Prices, currency: str) -> PricedText | None:
    """Return what a planned message costs; None for an email."""
    if row.channel is not Channel.SMS or not row.phone:
        return None
    country = region_of(row.phone)
    return PricedText(by.to(row.phone).sender, country, currency, prices.of(country) or 0)
