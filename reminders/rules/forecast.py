"""Calculate how long the messages of the next days take at given sending rates."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from reminders.rules.segment_prices import MILLION
from reminders.rules.terms import Channel

APART = timedelta(minutes=30)
"""A pause after which what follows is another batch."""


class PricedText(NamedTuple):
    """A text to a country (ISO 3166) as a sender: what one segment costs, in millionths of the clinic's
    currency (empty where not known).
    """

    sender: str
    country: str
    currency: str = ""
    price: int = 0


class ForecastMessage(NamedTuple):
    """A planned message: whose, when it is due, and when it must not leave any more (UTC); what it costs
    if it is a text.
    """

    due_at: datetime
    clinic_id: int
    channel: Channel
    latest: datetime
    text: PricedText | None = None


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How many messages may leave a minute and a day (UTC); None for as many as there are."""

    per_minute: int | None = None
    per_day: int | None = None

    @property
    def slot(self) -> timedelta:
        """Return the time each message takes."""
        return timedelta(minutes=1) / self.per_minute if self.per_minute else timedelta()


@dataclass(frozen=True, slots=True)
class ForecastBatch:
    """Messages of a channel that follow one another: when the first is due, when the last has
    left, how many would then be too late, and how many texts of each price it has.
    """

    channel: Channel
    begins: datetime
    ends: datetime
    count: int
    late: int
    texts: Counter[PricedText] = field(default_factory=Counter)

    @property
    def costs(self) -> list[ForecastCost]:
        """Return what its texts cost, by sender and country."""
        return costs_of(self.texts)


@dataclass(frozen=True, slots=True)
class ForecastCost:
    """What so many texts as a sender to a country cost if each is one segment; None where the price is
    not known.
    """

    sender: str
    country: str
    texts: int
    currency: str | None
    cost: Decimal | None


def costs_of(texts: Mapping[PricedText, int]) -> list[ForecastCost]:
    """Return what texts cost, by sender, country and currency."""
    counted, paid = Counter[tuple[str, str, str]](), Counter[tuple[str, str, str]]()
    for one, number in texts.items():
        of = (one.sender, one.country, one.currency if one.price else "")
        counted[of] += number
        paid[of] += number * one.price
    return [
        ForecastCost(*of[:2], number, of[2] or None, Decimal(paid[of]) / MILLION if of[2] else None)
        for of, number in sorted(counted.items())
    ]


def cost_at_least(costs: Iterable[ForecastCost]) -> dict[str, Decimal]:
    """Return what texts cost at least, by currency, where prices are known."""
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for one in costs:
        if one.currency and one.cost:
            paid[one.currency] += one.cost
    return dict(sorted(paid.items()))


def forecast(
    coming: Iterable[ForecastMessage],
    senders: Mapping[Channel, RateLimit],
    clinics: dict[tuple[int, Channel], RateLimit],
    own: Mapping[int, tuple[str, RateLimit]] | None = None,
) -> list[ForecastBatch]:
    """Play the queue of each sender at its rate and its clinics' rates, in order of their due
    moments, and return its batches in order of time. ``own`` are the senders that clinics brought
    for their texts, each with its key and rate.
    """
    own = own or {}

    def queue_of(one: ForecastMessage) -> tuple[Channel, str]:
        theirs = own.get(one.clinic_id) if one.channel is Channel.SMS else None
        return one.channel, theirs[0] if theirs else ""

    rates = dict(own.values())
    batches: list[ForecastBatch] = []
    by_queue = sorted(coming, key=lambda one: (*queue_of(one), one.due_at))
    for (channel, key), queue in groupby(by_queue, key=queue_of):
        rate = rates[key] if key else senders.get(channel, RateLimit())
        batches += _play(channel, queue, rate, clinics)
    return sorted(batches, key=lambda batch: (batch.begins, batch.channel))


def _play(
    channel: Channel,
    queue: Iterable[ForecastMessage],
    sender: RateLimit,
    clinics: dict[tuple[int, Channel], RateLimit],
) -> list[ForecastBatch]:
    free: datetime | None = None
    frees: dict[int, datetime] = {}
    counted: dict[date, int] = defaultdict(int)
    batches: list[ForecastBatch] = []
    for one in queue:
        rate = clinics.get((one.clinic_id, channel), RateLimit())
        begun = [moment for moment in (free, frees.get(one.clinic_id)) if moment is not None]
        leaves = max(one.due_at, *begun) if begun else one.due_at
        while sender.per_day is not None and counted[leaves.date()] >= sender.per_day:
            leaves = leaves.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        counted[leaves.date()] += 1
        free, frees[one.clinic_id] = leaves + sender.slot, leaves + rate.slot
        late = int(leaves >= one.latest)
        last = batches[-1] if batches else None
        if last is not None and one.due_at - max(last.ends, last.begins) < APART:
            batches[-1] = ForecastBatch(
                channel, last.begins, max(last.ends, leaves), last.count + 1, last.late + late, last.texts
            )  # fmt: skip
        else:
            batches.append(ForecastBatch(channel, one.due_at, leaves, 1, late))
        if one.text is not None:
            batches[-1].texts[one.text] += 1
    return batches
