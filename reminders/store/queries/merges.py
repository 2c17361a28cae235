"""Queries for clients that were made one: their records, and moving what belongs to them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.terms import LEFT, OPEN, Channel, OneOffKind, Reason, Status
from reminders.store.column_types import among
from reminders.store.queries import skin_answers
from reminders.store.queries.common import QUIET, is_status, table_of
from reminders.store.tables import (
    Client,
    ClientMerge,
    OneOffMessage,
    Reminder,
    Reply,
    Treatment,
)

R = table_of(Reminder)


def merged_into(session: Session, clients: Collection[int]) -> list[Client]:
    """Return the records that were merged into these clients."""
    merged = among(table_of(Client).c.merged_into, "clients")
    wanted = select(Client).where(merged).order_by(col(Client.id))
    return list(session.scalars(wanted, {"clients": list(clients)}))


def records_of(session: Session, client_id: int) -> list[int]:
    """Return a client's own id, and those of the records merged into it."""
    return [client_id, *(record.id for record in merged_into(session, [client_id]))]


def last(session: Session, kept_id: int) -> ClientMerge | None:
    """Return the last merge into a client that still stands."""
    stands = (col(ClientMerge.kept_id) == kept_id, col(ClientMerge.undone_at).is_(None))
    newest = select(ClientMerge).where(*stands).order_by(col(ClientMerge.id).desc()).limit(1)
    return session.scalars(newest).first()


@dataclass(frozen=True, slots=True)
class Belongings:
    """What belongs to a client and goes with them, by id; reminders go with what they are for."""

    treatments: list[int]
    one_offs: list[int]
    replies: list[int]


def belongings(session: Session, client_id: int) -> Belongings:
    """Return what belongs to a client."""

    def of(model: type[Treatment | OneOffMessage | Reply]) -> list[int]:
        ids = select(col(model.id)).where(col(model.client_id) == client_id)
        return list(session.scalars(ids.order_by(col(model.id))))

    return Belongings(of(Treatment), of(OneOffMessage), of(Reply))


def hand_over(session: Session, what: Belongings, giver: int, taker: int) -> None:
    """Give what belongs to one client to another, with its reminders, which lose their claim.

    A reminder names its treatment and that treatment's client together, so it lets go of the
    treatment while this changes hands.
    """
    session.flush()
    own = or_(
        col(Reminder.treatment_id).in_(what.treatments), col(Reminder.one_off_id).in_(what.one_offs)
    )
    rows = session.execute(
        select(R.c.id, R.c.treatment_id).where(col(Reminder.client_id) == giver, own)
    ).all()
    theirs = R.c.id.in_([row.id for row in rows])
    free = {"status": Status.PLANNED, "claim": None, "lease_until": None}
    session.execute(update(R).where(theirs, is_status(Status.CLAIMED)).values(**free))
    session.execute(update(R).where(theirs).values(client_id=taker, treatment_id=None))
    for model, ids in (
        (Treatment, what.treatments),
        (OneOffMessage, what.one_offs),
        (Reply, what.replies),
    ):
        table = table_of(model)
        mine = (table.c.id.in_(ids), table.c.client_id == giver)
        session.execute(update(table).where(*mine).values(client_id=taker))
    skin_answers.hand_over(session, what.treatments, giver, taker)
    again = update(R).where(R.c.id == bindparam("reminder")).values(treatment_id=bindparam("of"))
    bound = [{"reminder": row.id, "of": row.treatment_id} for row in rows if row.treatment_id]
    if bound:
        session.connection().execute(again, bound)
    session.expire_all()


def keep_what_left(
    session: Session, treatments: Collection[int], kept_id: int, since: datetime
) -> None:
    """Count what has left since a merge, to the kept client, for the treatments that go back as left
    for the kept client's own of that kind and day: theirs would be sent to them a second time, and
    the other's not at all.
    """
    going, own = table_of(Treatment), table_of(Treatment).alias()
    same_session = (
        (own.c.client_id == kept_id)
        & (own.c.protocol == going.c.protocol)
        & (own.c.treated_on == going.c.treated_on)
        & own.c.id.not_in(treatments)
        & own.c.cancelled_at.is_(None)
    )
    rows = session.execute(
        select(R.c.id, func.min(own.c.id).label("own"))
        .join(going, going.c.id == R.c.treatment_id)
        .join(own, same_session)
        .where(going.c.id.in_(treatments), is_status(*LEFT), R.c.handoff_at >= since)
        .group_by(R.c.id)
    ).all()
    for row in rows:
        session.execute(update(R).where(R.c.id == row.id).values(treatment_id=row.own))


def drop_welcomes(
    session: Session, one_offs: Collection[int], client_id: int, now: datetime
) -> list[int]:
    """Cancel the welcome texts among these messages that have not left, and return which."""
    ends = {"status": Status.CANCELLED, "reason": Reason.SUPERSEDED, "settled_at": now}
    waiting = (
        update(Reminder)
        .where(
            col(Reminder.client_id) == client_id,
            col(Reminder.one_off_id).in_(one_offs),
            col(Reminder.milestone) == OneOffKind.OPT_IN.value,
            col(Reminder.channel) == Channel.SMS,
            is_status(*OPEN),
        )
        .values(**ends, claim=None, lease_until=None)
        .returning(col(Reminder.id))
    )
    return [row.id for row in session.execute(waiting.execution_options(**QUIET))]


def plan_again(session: Session, reminders: Collection[int]) -> None:
    """Plan again what a merge had cancelled."""
    values = {"status": Status.PLANNED, "reason": None, "settled_at": None}
    dropped = (col(Reminder.id).in_(reminders), is_status(Status.CANCELLED))
    session.execute(
        update(Reminder)
        .where(*dropped, col(Reminder.reason) == Reason.SUPERSEDED)
        .values(**values)
        .execution_options(**QUIET)
    )


def lead(session: Session, records: Collection[int], to: int | None) -> None:
    """Let records lead to this client from now on, or stand for themselves again."""
    leads = update(Client).where(col(Client.id).in_(records)).values(merged_into=to)
    session.execute(leads.execution_options(synchronize_session="fetch"))
