"""Queries for a month's figures of what clients told of their skin."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from datetime import date, datetime
from operator import eq

from sqlalchemy import ColumnElement, String, bindparam, cast, exists, func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.keywords import Kind
from reminders.rules.skin_answers import MOMENTS, Said
from reminders.rules.skin_figures import Cohort
from reminders.rules.terms import LEFT
from reminders.store.column_types import among
from reminders.store.queries.common import IS_GONE, IS_THE_ONE, asked, is_status, table_of
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

Span = tuple[datetime, datetime]
Days = tuple[date, date]

_R, _T = table_of(Reminder), table_of(Treatment)
_S, _O = table_of(SkinAnswer), table_of(PageOpening)
_LEFT_THEN = (
    _R.c.clinic_id == bindparam("clinic"),
    is_status(*LEFT),
    IS_GONE,  # the same once more, for an index to serve it
    _R.c.due_on.in_(bindparam("days", expanding=True)),
)
_ASKED = (
    select(_R.c.due_on, _R.c.treatment_id, _R.c.milestone)
    .where(*_LEFT_THEN, _R.c.milestone.in_([moment.key for moment in MOMENTS]))
    .distinct()
    .cte("asked")
    .prefix_with("MATERIALIZED")
)
_OF_IT = (_ASKED.c.treatment_id, _ASKED.c.milestone)
_ASKED_BEFORE = exists().where(
    *map(eq, _OF_IT, (_R.c.treatment_id, _R.c.milestone)),
    _R.c.due_on < _ASKED.c.due_on,
    is_status(*LEFT),
    IS_THE_ONE,
)
_SAID = (
    select(func.min(_S.c.said, type_=_S.c.said.type))
    .where(*map(eq, _OF_IT, (_S.c.treatment_id, _S.c.moment)))
    .scalar_subquery()
)
_OPENED = (
    select(func.count()).where(*map(eq, _OF_IT, (_O.c.treatment_id, _O.c.moment))).scalar_subquery()
)
_COHORT = (_ASKED.c.due_on, _T.c.protocol, _ASKED.c.milestone, _SAID.label("said"), _OPENED.label("opened"))  # fmt: skip
_TOLD = (
    select(*_COHORT)
    .join_from(_ASKED, _T, _T.c.id == _ASKED.c.treatment_id)
    .where(~_ASKED_BEFORE)
    .subquery("told")
)
_COHORTS = select(*_TOLD.c, func.count().label("treatments")).group_by(*_TOLD.c)
_TREATED = (
    select(_R.c.due_on, _R.c.treatment_id, _R.c.client_id)
    .where(*_LEFT_THEN)
    .distinct()
    .cte("treated")
    .prefix_with("MATERIALIZED")
)
_IDS = func.aggregate_strings(cast(_TREATED.c.client_id, String), ",").label("ids")
_WRITTEN_TO = (
    select(_TREATED.c.due_on, _T.c.protocol, _IDS)
    .join_from(_TREATED, _T, _T.c.id == _TREATED.c.treatment_id)
    .group_by(_TREATED.c.due_on, _T.c.protocol)
)


def cohorts(
    session: Session, clinic_id: int, days: Collection[date]
) -> Iterator[tuple[date, str, Cohort]]:
    """Count the treatments of which a milestone that asks left, by whichever channel first, on each of
    these days of the recipients' calendars: by protocol, milestone, answer, and whether the page was
    opened.
    """
    for row in asked(session, _COHORTS, clinic=clinic_id, days=list(days)):
        cohort = Cohort(row.milestone, row.said, bool(row.opened), row.treatments)
        yield row.due_on, row.protocol, cohort


def written_to(
    session: Session, clinic_id: int, days: Collection[date]
) -> Iterator[tuple[date, str, str]]:
    """Return the ids of the clients to whom anything left on each of these days, by protocol: between
    commas, since they are many, and one may be there twice.
    """
    for row in asked(session, _WRITTEN_TO, clinic=clinic_id, days=list(days)):
        yield row.due_on, row.protocol, row.ids


def _told_in(clinic_id: int, span: Span) -> tuple[ColumnElement[bool], ...]:
    changed_at = col(SkinAnswer.changed_at)
    return col(SkinAnswer.clinic_id) == clinic_id, changed_at >= span[0], changed_at < span[1]


def told_unasked(session: Session, clinic_id: int, span: Span) -> dict[str, Counter[Said]]:
    """Count what was told unasked in a span (UTC), by protocol."""
    group = (col(Treatment.protocol), col(SkinAnswer.said))
    rows = session.execute(
        select(*group, func.count())
        .join_from(SkinAnswer, Treatment, col(Treatment.id) == col(SkinAnswer.treatment_id))
        .where(*_told_in(clinic_id, span), col(SkinAnswer.moment).startswith("own-"))
        .group_by(*group)
    )
    found: dict[str, Counter[Said]] = defaultdict(Counter)
    for protocol, said, count in rows:
        found[protocol][said] = count
    return found


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
