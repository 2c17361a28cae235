"""Queries for monthly segment budgets: what each clinic used, and what remains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from reminders.rules.countries import region_of
from reminders.rules.terms import Channel, ClinicFacts, Facts, Message
from reminders.store.column_types import among
from reminders.store.queries.common import add_up, asked, table_of
from reminders.store.tables import SegmentSpending

S = table_of(SegmentSpending)

_SPENT = select(S).where(among(S.c.clinic_id, "clinics"), S.c.month_on >= bindparam("since"))


def charge(session: Session, leaving: Sequence[tuple[Facts, Message]], now: datetime) -> None:
    """Add what is about to leave to its clinics' months."""
    segments: Counter[tuple[int, date]] = Counter()
    for held, message in leaving:
        if held.channel is Channel.SMS:
            its_month = held.clinic.clinic_id, month(held.clinic, now)
            segments[its_month] += weight(held.clinic, message)
    _add(session, segments)


def weight(clinic: ClinicFacts, message: Message) -> int:
    """Return how many segments of its clinic's month a text takes: more where it is dearer."""
    if not clinic.prices.by_country:
        return message.segments
    return clinic.prices.weight(region_of(message.to), message.segments)


def lock_budgets(session: Session, clinics: Iterable[ClinicFacts], now: datetime) -> None:
    """Let nobody else charge the months of those clinics that have a budget until the transaction
    ends, so that workers at once keep it as one would; SQLite lets nobody else write at all.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    _add(
        session, {(c.clinic_id, month(c, now)): 0 for c in clinics if c.segment_budget is not None}
    )


def _add(session: Session, segments: Mapping[tuple[int, date], int]) -> None:
    """Add to months, always in the same order, since each is locked."""
    counts = [
        {"clinic_id": clinic_id, "month_on": month_on, "segments": count}
        for (clinic_id, month_on), count in sorted(segments.items())
    ]
    add_up(session, SegmentSpending, "segments", counts)


def with_budgets(
    session: Session, clinics: Iterable[ClinicFacts], now: datetime
) -> dict[int, ClinicFacts]:
    """Return those clinics that have a budget, with what remains of it."""
    budgets = {c.clinic_id: (c, c.segment_budget) for c in clinics if c.segment_budget is not None}
    if not budgets:
        return {}
    since = now.date() - timedelta(days=35)
    rows = asked(session, _SPENT, clinics=list(budgets), since=since)
    spent = {(row.clinic_id, row.month_on): row.segments for row in rows}
    return {
        clinic_id: replace(
            clinic, segments_left=budget - spent.get((clinic_id, month(clinic, now)), 0)
        )
        for clinic_id, (clinic, budget) in budgets.items()
    }


def month(clinic: ClinicFacts, now: datetime) -> date:
    """Return the first day of the month a clinic is in, by its own calendar."""
    return now.astimezone(clinic.zone).date().replace(day=1)
