"""Queries for a month's figures of what clients told of their skin."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from operator import eq

from sqlalchemy import ColumnElement, and_, bindparam, func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.keywords import Kind
from reminders.rules.skin_answers import MOMENTS, Said
from reminders.rules.skin_figures import Cohort
from reminders.rules.terms import LEFT
from reminders.store.column_types import among
from reminders.store.queries.common import IS_GONE, asked, is_status, table_of
from reminders.store.queries.monthly_counts import OURS
from reminders.store.tables import (
    Client,
    Consent,
    PageOpening,
    Reminder,
    Reply,
    SkinAnswer,
    Treatment,
)

ASKED_FOR = timedelta(days=45)
"""So long before or after a month somebody may have answered what was asked in it."""

Span = tuple[datetime, datetime]
Days = tuple[date, date]

_R, _T = table_of(Reminder), table_of(Treatment)
_LEFT_THEN = (
    _R.c.clinic_id == bindparam("clinic"),
    is_status(*LEFT),
    IS_GONE,  # the same once more, for an index to serve it
    _R.c.due_on >= bindparam("begins"),
    _R.c.due_on < bindparam("ends"),
)
_ASKED = (
    select(_R.c.treatment_id, _R.c.milestone)
    .where(*_LEFT_THEN, _R.c.milestone.in_([moment.key for moment in MOMENTS]))
    .distinct()
    .cte("asked")
    .prefix_with("MATERIALIZED")
)
_S, _O = table_of(SkinAnswer), table_of(PageOpening)
_AFTER = (_ASKED.c.treatment_id, _ASKED.c.milestone)
_SAID = (
    select(_S.c.treatment_id, _S.c.moment, func.min(_S.c.said, type_=_S.c.said.type).label("said"))
    .where(
        _S.c.clinic_id == bindparam("clinic"),
        _S.c.moment.not_like("own-%"),
        _S.c.changed_at >= bindparam("since"),
        _S.c.answered_at < bindparam("until"),
    )
    .group_by(_S.c.treatment_id, _S.c.moment)
    .subquery("told")
)
_OPENED = _O.c.treatment_id.is_not(None).label("opened")
_COHORTS = (
    select(
        _T.c.protocol, _ASKED.c.milestone, _SAID.c.said, _OPENED, func.count().label("treatments")
    )
    .select_from(_ASKED)
    .join(_T, _T.c.id == _ASKED.c.treatment_id)
    .outerjoin(_SAID, and_(*map(eq, _AFTER, (_SAID.c.treatment_id, _SAID.c.moment))))
    .outerjoin(_O, and_(*map(eq, _AFTER, (_O.c.treatment_id, _O.c.moment))))
    .group_by(_T.c.protocol, _ASKED.c.milestone, _SAID.c.said, _OPENED)
)
_WRITTEN_TO = (
    select(_T.c.protocol, func.count(func.distinct(_R.c.client_id)).label("clients"))
    .join_from(_R, _T, _T.c.id == _R.c.treatment_id)
    .where(*_LEFT_THEN)
    .group_by(_T.c.protocol)
)


def cohorts(session: Session, clinic_id: int, days: Days) -> list[tuple[str, Cohort]]:
    """Count the treatments of which a milestone that asks left on these days of the recipients'
    calendars, by whichever channel: by protocol, milestone, answer, and whether the page was opened.
    """
    spans = {"begins": days[0], "ends": days[1]}
    spans |= {"since": _midnight(days[0] - ASKED_FOR), "until": _midnight(days[1] + ASKED_FOR)}
    rows = asked(session, _COHORTS, clinic=clinic_id, **spans)
    return [
        (row.protocol, Cohort(row.milestone, row.said, bool(row.opened), row.treatments))
        for row in rows
    ]


def _midnight(day: date) -> datetime:
    """Return when a day begins (UTC), where some hours do not matter."""
    return datetime.combine(day, time(), UTC)


def written_to(session: Session, clinic_id: int, days: Days) -> dict[str, int]:
    """Count the clients to whom anything left on these days, by protocol."""
    rows = asked(session, _WRITTEN_TO, clinic=clinic_id, begins=days[0], ends=days[1])
    return {row.protocol: row.clients for row in rows}


def _told_in(clinic_id: int, span: Span) -> tuple[ColumnElement[bool], ...]:
    changed_at = col(SkinAnswer.changed_at)
    return col(SkinAnswer.clinic_id) == clinic_id, changed_at >= span[0], changed_at < span[1]


def told_in(session: Session, clinic_id: int, span: Span) -> dict[str, Counter[Said]]:
    """Count what was told unasked in a span (UTC), by protocol; one that was only asked about is
    there, and empty.
    """
    unasked = col(SkinAnswer.moment).startswith("own-")
    group = (col(Treatment.protocol), unasked, col(SkinAnswer.said))
    rows = session.execute(
        select(*group, func.count())
        .join_from(SkinAnswer, Treatment, col(Treatment.id) == col(SkinAnswer.treatment_id))
        .where(*_told_in(clinic_id, span))
        .group_by(*group)
    )
    found: dict[str, Counter[Said]] = defaultdict(Counter)
    for protocol, own, said, count in rows:
        found[protocol][said] += count if own else 0
    return {protocol: +counts for protocol, counts in found.items()}


def worries(
    session: Session, clinic_id: int, span: Span
) -> list[tuple[str, datetime, datetime | None]]:
    """Return which worries were told in a span (UTC): the protocol, since when, and when the client
    was called.
    """
    rows = session.execute(
        select(col(Treatment.protocol), col(SkinAnswer.worried_at), col(SkinAnswer.called_at))
        .join_from(SkinAnswer, Treatment, col(Treatment.id) == col(SkinAnswer.treatment_id))
        .where(*_told_in(clinic_id, span), col(SkinAnswer.worried_at).is_not(None))
    )
    return [(protocol, since, called) for protocol, since, called in rows if since is not None]


def treated(session: Session, clinic_id: int, days: Days) -> dict[str, tuple[int, int]]:
    """Count the treatments on these days, and those of which staff marked a complication, by
    protocol."""
    rows = session.execute(
        select(col(Treatment.protocol), func.count(), func.count(col(Treatment.complication_at)))
        .where(
            col(Treatment.clinic_id) == clinic_id,
            col(Treatment.treated_on) >= days[0],
            col(Treatment.treated_on) < days[1],
            col(Treatment.cancelled_at).is_(None),
        )
        .group_by(col(Treatment.protocol))
    )
    return {protocol: (count, marked) for protocol, count, marked in rows}


def replied(session: Session, clinic_id: int, span: Span) -> list[tuple[int, datetime]]:
    """Return who wrote what a person reads in a span (UTC), and when."""
    rows = session.execute(
        select(col(Reply.client_id), col(Reply.received_at)).where(
            col(Reply.clinic_id) == clinic_id,
            col(Reply.client_id).is_not(None),
            col(Reply.kind) == Kind.REPLY,
            col(Reply.received_at) >= span[0],
            col(Reply.received_at) < span[1],
        )
    )
    return [(client, at) for client, at in rows if client is not None]


def stopped(session: Session, clinic_id: int, span: Span) -> list[tuple[int, datetime]]:
    """Return who took a yes back in a span (UTC), and when."""
    person = func.coalesce(col(Client.merged_into), col(Client.id))
    rows = session.execute(
        select(person, col(Consent.recorded_at))
        .join(Client, col(Client.id) == col(Consent.client_id))
        .where(
            col(Client.clinic_id) == clinic_id,
            text("consent.given = false"),
            *(col(Consent.act).is_distinct_from(act) for act in OURS),
            col(Consent.recorded_at) >= span[0],
            col(Consent.recorded_at) < span[1],
        )
    )
    return [(row[0], row[1]) for row in rows]


def protocols_of(session: Session, clients: Collection[int]) -> dict[int, list[tuple[date, str]]]:
    """Return when these clients were treated, and by which protocol."""
    wanted = select(_T.c.client_id, _T.c.treated_on, _T.c.protocol)
    found: dict[int, list[tuple[date, str]]] = defaultdict(list)
    theirs = wanted.where(among(_T.c.client_id, "clients"))
    for row in asked(session, theirs, clients=list(clients)):
        found[row.client_id].append((row.treated_on, row.protocol))
    return found
