"""Load all facts that decide and word a reminder, as of one moment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Row,
    and_,
    bindparam,
    case,
    exists,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from reminders.rules.quiet_hours import recipients_hours
from reminders.rules.sender_kinds import is_one_way
from reminders.rules.sending_hours import SendingHours
from reminders.rules.terms import (
    LEFT,
    OPEN,
    Channel,
    ClinicFacts,
    Facts,
    OneOffFacts,
    Purpose,
    Visit,
)
from reminders.store.column_types import among
from reminders.store.queries.arrivals import has_arrived
from reminders.store.queries.clinic_facts import clinics_of
from reminders.store.queries.common import asked, table_of
from reminders.store.queries.sent_lately import NOTHING, SentLately, sent_lately
from reminders.store.queries.untold_milestones import untold_milestones
from reminders.store.queries.welcome_texts import welcome_first, welcomed_before
from reminders.store.tables import (
    Attempt,
    Client,
    Consent,
    OneOffMessage,
    PracticeRecipient,
    Reminder,
    Suppression,
    Treatment,
)


def facts(
    session: Session, ids: Collection[int], now: datetime, *, to_word: bool = True
) -> list[Facts]:
    """Return all that is known about these reminders at ``now``, the longest due first; without what
    only their wording asks for unless ``to_word``.
    """
    if not ids:
        return []
    rows = asked(session, _FACTS, ids=list(ids), now=now).all()
    clinics = clinics_of(session, {row.clinic_id for row in rows}, now)
    sent = sent_lately(session, {row.contact for row in rows if row.contact}, now)
    untold = untold_milestones(session, rows, now) if to_word else {}
    return [
        _facts(
            row,
            clinics[row.clinic_id],
            sent.get((row.clinic_id, row.contact), NOTHING),
            untold.get(row.treatment_id, frozenset()),
        )
        for row in rows
    ]


R, C, T = table_of(Reminder), table_of(Client), table_of(Treatment)
N, A = table_of(OneOffMessage), table_of(Attempt)
_SAID, _NOT = table_of(Consent), table_of(Suppression)

_CONTACT = case((R.c.channel == Channel.SMS, C.c.phone), else_=C.c.email)
_CONSENTED = (
    select(_SAID.c.given)
    .where(
        _SAID.c.client_id == R.c.client_id,
        _SAID.c.channel == R.c.channel,
        _SAID.c.purpose == Purpose.CARE,
    )
    .order_by(_SAID.c.id.desc())
    .limit(literal(1, literal_execute=True))
    .correlate(R)
    .scalar_subquery()
)
_SUPPRESSED = (
    select(_NOT.c.reason)
    .where(_NOT.c.clinic_id == R.c.clinic_id, _NOT.c.contact == _CONTACT)
    .correlate(R, C)
    .scalar_subquery()
)

_INVITED = table_of(PracticeRecipient)
_GUEST = (
    exists()
    .where(_INVITED.c.clinic_id == R.c.clinic_id, _INVITED.c.contact == _CONTACT)
    .correlate(R, C)
)


def _superseded() -> ColumnElement[bool]:
    """Condition: something newer makes this reminder wrong or needless: a later session that has
    begun by then or has a message of its own that day, or a later milestone also due.
    """
    newer, later, following = T.alias("newer"), R.alias("theirs"), R.alias("following")
    is_newer = and_(
        newer.c.client_id == R.c.client_id,
        newer.c.cancelled_at.is_(None),
        has_arrived(newer),
        tuple_(newer.c.treated_on, newer.c.id) > tuple_(T.c.treated_on, T.c.id),
    )
    begun = exists().where(is_newer, newer.c.treated_on <= R.c.due_on)
    same_day = exists().where(
        is_newer,
        later.c.client_id == R.c.client_id,
        later.c.treatment_id == newer.c.id,
        later.c.channel == R.c.channel,
        later.c.due_on == R.c.due_on,
        later.c.status.in_(OPEN | LEFT),
    )
    overtaken = exists().where(
        following.c.client_id == R.c.client_id,
        following.c.treatment_id == R.c.treatment_id,
        following.c.channel == R.c.channel,
        following.c.status.in_(OPEN),
        following.c.due_at <= bindparam("now"),
        following.c.scheduled_at > R.c.scheduled_at,
    )
    return or_(begun, same_day, overtaken)


_FACTS = (
    select(
        R.c.id.label("reminder_id"),
        R.c.clinic_id,
        R.c.client_id,
        R.c.treatment_id,
        R.c.claim,
        R.c.milestone,
        R.c.channel,
        R.c.scheduled_at,
        R.c.stale_at,
        R.c.attempts,
        R.c.held_at,
        C.c.first_name,
        C.c.language,
        C.c.discretion,
        C.c.phone,
        _CONTACT.label("contact"),
        C.c.time_zone,
        C.c.page_edition,
        C.c.paused_until,
        T.c.protocol,
        T.c.treated_on,
        T.c.starts,
        T.c.cancelled_at,
        T.c.ends_at,
        T.c.treated_marked_at,
        T.c.missed_at,
        _CONSENTED.label("consented"),
        _SUPPRESSED.label("suppressed"),
        _GUEST.label("guest"),
        or_(_superseded(), welcomed_before()).label("superseded"),
        welcome_first().label("welcome_first"),
        N.c.kind,
        N.c.subject,
        N.c.words,
        N.c.urgent,
    )
    .join_from(R, C, C.c.id == R.c.client_id)
    .outerjoin(T, T.c.id == R.c.treatment_id)
    .outerjoin(N, N.c.id == R.c.one_off_id)
    .where(among(R.c.id, "ids"))
    .order_by(R.c.due_at, R.c.id)
)


def _as_told(clinic: ClinicFacts, its_hours: SendingHours) -> ClinicFacts:
    """Return a clinic with the hours in which it may message one client by one channel."""
    return clinic if its_hours is clinic.hours else _with_hours(clinic, its_hours)


@lru_cache(maxsize=4096)
def _with_hours(clinic: ClinicFacts, its_hours: SendingHours) -> ClinicFacts:
    return replace(clinic, hours=its_hours)


def _facts(row: Row[Any], clinic: ClinicFacts, sent: SentLately, untold: frozenset[str]) -> Facts:
    zone = ZoneInfo(row.time_zone) if row.time_zone else clinic.zone
    if is_text := row.channel is Channel.SMS:
        hours = recipients_hours(clinic.hours, zone.key, row.phone, clinic.phone)
        leaves = clinic.senders.to(row.phone)
    else:
        hours, leaves = clinic.email_hours, clinic.senders.of_emails
    return Facts(
        reminder_id=row.reminder_id,
        client_id=row.client_id,
        claim=row.claim or "",
        clinic=_as_told(clinic, hours),
        protocol=row.protocol or "",
        milestone=row.milestone,
        channel=row.channel,
        scheduled_at=row.scheduled_at,
        stale_at=row.stale_at,
        attempts=row.attempts,
        first_name=row.first_name,
        language=row.language,
        contact=row.contact,
        zone=zone,
        treated_on=row.treated_on,
        starts=row.starts,
        treatment_cancelled=row.cancelled_at is not None,
        consented=bool(row.consented),
        suppressed=row.suppressed,
        superseded=bool(row.superseded),
        texts_on=tuple(at.astimezone(zone).date() for at in sent.counted) if is_text else (),
        emailed_at=None if is_text else max(sent.counted, default=None),
        practice_recipient=bool(row.guest),
        one_off=OneOffFacts(row.kind, row.subject, row.words, row.urgent) if row.kind else None,
        page_edition=row.page_edition,
        paused_until=row.paused_until,
        welcome_first=bool(row.welcome_first),
        discretion=row.discretion,
        on_hold=row.held_at is not None,
        visit=_visit(row),
        stop_told_at=sent.link_told_at if is_one_way(leaves.sender) else sent.stop_told_at,
        course_begun=row.treatment_id in sent.treatments,
        untold=untold,
        sender=leaves.sender,
        account_id=leaves.account_id,
    )


def _visit(row: Row[Any]) -> Visit | None:
    if row.ends_at is None:
        return None
    return Visit(row.ends_at, row.treated_marked_at is not None, row.missed_at is not None)
