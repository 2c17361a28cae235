"""Queries across all clinics: counts, overdue reminders, outages, and copies for rehearsals."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, Table, and_, false, func, insert, select, union, update
from sqlalchemy.orm import Session
from sqlmodel import SQLModel, col

from reminders.rules.terms import LEFT, Channel, Reason, Status
from reminders.store.queries.arrivals import has_arrived
from reminders.store.queries.common import is_status, table_of
from reminders.store.queries.people import clinics
from reminders.store.tables import Attempt, Client, Clinic, Lane, Outage, Reminder, Treatment

__all__ = ["ReminderLine", "clinics", "copy_for_rehearsal", "counts", "lines", "overdue"]


def counts(session: Session) -> Iterator[tuple[Status, Reason | None, int]]:
    """Return how many reminders there are of each state and reason."""
    group = (col(Reminder.status), col(Reminder.reason))
    rows = session.execute(select(*group, func.count()).group_by(*group))
    yield from ((status, reason, count) for status, reason, count in rows)


def overdue(session: Session, before: datetime) -> int:
    """Return how many were due before that moment (UTC) and are still planned."""
    of_a_lane = (
        select(func.count())
        .select_from(Reminder)
        .where(
            col(Reminder.clinic_id) == col(Lane.clinic_id),
            col(Reminder.channel) == col(Lane.channel),
            is_status(Status.PLANNED),
            col(Reminder.due_at) < before,
        )
        .correlate(Lane)
        .scalar_subquery()
    )
    return int(session.scalar(select(func.coalesce(func.sum(of_a_lane), 0)).select_from(Lane)) or 0)


def possibly_doubled(session: Session) -> int:
    """Return how many reminders went again after an attempt whose end was never known."""
    went_again = select(func.count()).where(
        col(Reminder.unproven_attempts) > 0, col(Reminder.status).in_(LEFT)
    )
    return session.scalar(went_again.select_from(Reminder)) or 0


@dataclass(frozen=True, slots=True)
class MissedReminders:
    """How many reminders of a clinic went stale while nothing was sent (UTC)."""

    clinic: str
    began_at: datetime
    ended_at: datetime
    count: int


def outages(session: Session, since: datetime) -> list[MissedReminders]:
    """Return what was missed in outages that ended since then, the latest first."""
    rows = session.execute(
        select(col(Clinic.name), col(Outage.began_at), col(Outage.ended_at), col(Outage.missed))
        .join_from(Outage, Clinic, col(Clinic.id) == col(Outage.clinic_id))
        .where(col(Outage.ended_at) >= since)
        .order_by(col(Outage.ended_at).desc())
    )
    return [MissedReminders(*row) for row in rows]


def outages_of(session: Session, clinic_id: int, since: datetime) -> list[Outage]:
    """Return a clinic's outages that ended since then, the latest first."""
    wanted = select(Outage).where(col(Outage.clinic_id) == clinic_id, col(Outage.ended_at) >= since)
    return list(session.scalars(wanted.order_by(col(Outage.ended_at).desc())))


@dataclass(frozen=True, slots=True)
class ReminderLine:
    """One reminder as people read it, with the words that left where they did."""

    reminder_id: int
    clinic: str
    client_id: int
    first_name: str
    channel: Channel
    milestone: str
    status: Status
    reason: Reason | None
    treated_on: date | None
    treatment_id: int | None
    protocol: str | None
    ends_at: datetime | None
    due_at: datetime
    handoff_at: datetime | None
    settled_at: datetime | None
    zone: ZoneInfo
    contact: str | None
    subject: str | None
    body: str | None
    segments: int | None

    @property
    def at(self) -> datetime:
        """Return when it left or was settled, or when it is due, on the recipient's clock."""
        return (self.handoff_at or self.settled_at or self.due_at).astimezone(self.zone)


def lines(session: Session, client_id: int | None = None) -> list[ReminderLine]:
    """Return every reminder, of one client or of all, in order of time."""
    wanted = (
        select(Reminder, Client, Clinic, Treatment, Attempt)
        .join(Client, col(Client.id) == col(Reminder.client_id))
        .join(Clinic, col(Clinic.id) == col(Reminder.clinic_id))
        .join(Treatment, col(Treatment.id) == col(Reminder.treatment_id), isouter=True)
        .join(
            Attempt,
            (col(Attempt.reminder_id) == Reminder.id) & (col(Attempt.claim) == Reminder.claim),
            isouter=True,
        )
    )
    if client_id is not None:
        wanted = wanted.where(col(Reminder.client_id) == client_id)
    found = [_line(*row) for row in session.execute(wanted)]
    return sorted(
        found,
        key=lambda line: (line.handoff_at or line.settled_at or line.due_at, line.reminder_id),
    )


def _line(
    r: Reminder,
    client: Client,
    clinic: Clinic,
    treatment: Treatment | None,
    attempt: Attempt | None,
) -> ReminderLine:
    return ReminderLine(
        reminder_id=r.id,
        clinic=clinic.name,
        client_id=r.client_id,
        first_name=client.first_name,
        channel=r.channel,
        milestone=r.milestone,
        status=r.status,
        reason=r.reason,
        treated_on=treatment.treated_on if treatment else None,
        treatment_id=r.treatment_id,
        protocol=treatment.protocol if treatment else None,
        ends_at=treatment.ends_at if treatment else None,
        due_at=r.due_at,
        handoff_at=r.handoff_at,
        settled_at=r.settled_at,
        zone=ZoneInfo(client.time_zone or clinic.time_zone),
        contact=client.phone if r.channel is Channel.SMS else client.email,
        subject=attempt.subject if attempt else None,
        body=attempt.body if attempt else None,
        segments=attempt.segments if attempt else None,
    )


def clients_due(session: Session, clinic_id: int, first: date, last: date) -> list[int]:
    """Return the clients of a clinic for whom something is planned on these days."""
    wanted = (
        select(col(Reminder.client_id))
        .where(
            col(Reminder.clinic_id) == clinic_id,
            col(Reminder.due_on) >= first,
            col(Reminder.due_on) <= last,
            is_status(Status.PLANNED),
        )
        .distinct()
        .order_by(col(Reminder.client_id))
    )
    return list(session.scalars(wanted))


NOT_PLAYED = {
    *(
        "audit",
        "column_mapping",
        "counted_day",
        "import",
        "import_row",
        "setting",
        "outage",
        "sender_rate",
    ),
    *(
        "receipt",
        "sender_account",
        "sender_pace",
        "segment_spending",
        "postponed_enrolment",
        "waiting_row",
    ),
    *(
        "staff",
        "membership",
        "invitation",
        "sign_in",
        "sign_in_attempt",
        "join_request",
        "verification_code",
    ),
}
"""Tables that say nothing about what will be sent, and passwords, which are not for copying."""


def copy_for_rehearsal(
    source: Connection, target: Connection, clients: Collection[int] | None = None
) -> None:
    """Copy for a rehearsal what decides about messages: everyone's, or these clients' and of those
    who share a number or address with them, whose clinics then count as live.

    Claims are not copied: on the copy everything open is planned. Nor are rates and stops,
    which only time and a provider would lift; and every client comes, whoever waits for that word.
    """
    played = None if clients is None else _with_sharing(source, clients)
    for table in SQLModel.metadata.sorted_tables:
        rows = source.execute(_wanted(table, played)).mappings()
        for part in rows.partitions(5_000):
            target.execute(insert(table), [dict(row) for row in part])
    target.execute(update(Reminder).where(is_status(Status.CLAIMED)).values(status=Status.PLANNED))
    free = {"per_minute": None, "opens_at": None, "stopped_until": None, "stopped_since": None}
    target.execute(update(Lane).values(**free, faults=0))
    target.execute(update(Clinic).values(paused_at=None, attendance_required=False))
    if clients is not None:
        accepted = func.coalesce(col(Clinic.wording_accepted_at), col(Clinic.created_at))
        target.execute(update(Clinic).values(live=True, wording_accepted_at=accepted))


def _with_sharing(source: Connection, clients: Collection[int]) -> set[int]:
    """Return these clients and those whose messages count against theirs: on the same number or
    address of the same clinic.
    """
    them, others = table_of(Client), table_of(Client).alias("others")
    same = (others.c.phone == them.c.phone, others.c.email == them.c.email)
    wanted = [
        select(others.c.id)
        .join(them, and_(others.c.clinic_id == them.c.clinic_id, shared))
        .where(them.c.id.in_(clients))
        for shared in same
    ]
    return {*clients, *source.execute(union(*wanted)).scalars()}


def _wanted(table: Table, clients: Collection[int] | None) -> Select[Any]:
    rows = table.select()
    if table.name in {"client", "treatment", "reminder"}:
        rows = rows.where(has_arrived(table))
    if table.name in NOT_PLAYED:
        return rows.where(false())
    if clients is None:
        return rows
    if table.name == "client":
        return rows.where(table.c.id.in_(clients))
    if table.name == "attempt":
        theirs = select(col(Reminder.id)).where(col(Reminder.client_id).in_(clients))
        return rows.where(table.c.reminder_id.in_(theirs))
    if "client_id" in table.c:
        return rows.where(table.c.client_id.in_(clients))
    known = table.name in {"clinic", "heartbeat"} or "clinic_id" in table.c
    return rows if known else rows.where(false())
