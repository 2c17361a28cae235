"""Queries for what clients tell of their skin: by client, and who is worried and waits."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.store.queries.common import QUIET, insert_once
from reminders.store.tables import Client, PageOpening, Reply, SkinAnswer, Treatment

SHOWN = 100
"""How many answers a page shows."""

WAITS = (col(SkinAnswer.worried_at).is_not(None), col(SkinAnswer.closed_at).is_(None))
"""Condition: a worried client waits for the clinic."""


def of_treatment(session: Session, treatment_id: int) -> list[SkinAnswer]:
    """Return what was told of a treatment, the last answer first."""
    wanted = select(SkinAnswer).where(col(SkinAnswer.treatment_id) == treatment_id)
    order = col(SkinAnswer.changed_at).desc(), col(SkinAnswer.id).desc()
    return list(session.scalars(wanted.order_by(*order)))


def of_client(session: Session, client_id: int) -> list[SkinAnswer]:
    """Return all a client told, the first first."""
    wanted = select(SkinAnswer).where(col(SkinAnswer.client_id) == client_id)
    return list(session.scalars(wanted.order_by(col(SkinAnswer.id))))


def waiting(session: Session, clinic_id: int | None = None) -> list[tuple[SkinAnswer, Client]]:
    """Return the worried clients who wait, of a clinic or of all, the longest waiting first."""
    wanted = (
        select(SkinAnswer, Client)
        .join(Client, col(Client.id) == col(SkinAnswer.client_id))
        .where(*WAITS)
        .order_by(col(SkinAnswer.worried_at), col(SkinAnswer.id))
    )
    if clinic_id is not None:
        wanted = wanted.where(col(SkinAnswer.clinic_id) == clinic_id)
    return [(row[0], row[1]) for row in session.execute(wanted)]


def count_waiting(session: Session, clinic_id: int) -> int:
    """Count a clinic's worried clients who wait."""
    waits = select(func.count()).where(col(SkinAnswer.clinic_id) == clinic_id, *WAITS)
    return session.scalar(waits.select_from(SkinAnswer)) or 0


def told(session: Session, clinic_id: int) -> list[tuple[SkinAnswer, Client, Treatment]]:
    """Return what a clinic's clients told last, the latest first."""
    rows = session.execute(
        select(SkinAnswer, Client, Treatment)
        .join(Client, col(Client.id) == col(SkinAnswer.client_id))
        .join(Treatment, col(Treatment.id) == col(SkinAnswer.treatment_id))
        .where(col(SkinAnswer.clinic_id) == clinic_id)
        .order_by(col(SkinAnswer.changed_at).desc(), col(SkinAnswer.id).desc())
        .limit(SHOWN)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def page(
    session: Session,
    clinic_id: int,
    after: int,
    limit: int,
    client_id: int | None = None,
    *,
    waiting: bool = False,
) -> list[SkinAnswer]:
    """Return a clinic's answers with ids above ``after``, by id: of all or one client, all or those
    of worried clients who wait.
    """
    wanted = select(SkinAnswer).where(
        col(SkinAnswer.clinic_id) == clinic_id,
        col(SkinAnswer.id) > after,
        *(WAITS if waiting else ()),
    )
    if client_id is not None:
        wanted = wanted.where(col(SkinAnswer.client_id) == client_id)
    return list(session.scalars(wanted.order_by(col(SkinAnswer.id)).limit(limit)))


def by_ids(session: Session, ids: Collection[int | None]) -> dict[int, SkinAnswer]:
    """Return answers by their ids."""
    found = session.scalars(select(SkinAnswer).where(col(SkinAnswer.id).in_(ids))) if ids else ()
    return {answer.id: answer for answer in found}


def written(session: Session, answer_id: int) -> list[Reply]:
    """Return what a client wrote about an answer, the first first."""
    wanted = select(Reply).where(col(Reply.skin_answer_id) == answer_id)
    return list(session.scalars(wanted.order_by(col(Reply.id))))


def replies_of(session: Session, answer_ids: Collection[int]) -> dict[int, list[int]]:
    """Return the ids of what clients wrote about answers, the first first, by the answer."""
    about = col(Reply.skin_answer_id)
    rows = session.execute(
        select(about, col(Reply.id)).where(about.in_(answer_ids)).order_by(col(Reply.id))
    )
    found: dict[int, list[int]] = {}
    for answer_id, reply_id in rows:
        found.setdefault(answer_id or 0, []).append(reply_id)
    return found


def note_opening(session: Session, treatment_id: int, moment: str) -> None:
    """Note that a page was opened within a day of a milestone."""
    insert_once(session, PageOpening, {"treatment_id": treatment_id, "moment": moment})


def is_opened(session: Session, treatment_id: int, moment: str) -> bool:
    """Say whether that was noted before."""
    return session.get(PageOpening, (treatment_id, moment)) is not None


def hand_over(session: Session, treatments: Collection[int], giver: int, taker: int) -> None:
    """Give what was told of treatments to whom the treatments are given."""
    mine = (col(SkinAnswer.treatment_id).in_(treatments), col(SkinAnswer.client_id) == giver)
    session.execute(
        update(SkinAnswer).where(*mine).values(client_id=taker).execution_options(**QUIET)
    )


def forget_client(session: Session, client_id: int, now: datetime) -> int:
    """Empty the notes about an erased client, close what waits, and forget which pages were opened;
    return how many notes there were.
    """
    theirs = col(SkinAnswer.client_id) == client_id
    noted = (theirs, col(SkinAnswer.note) != "")
    emptied = update(SkinAnswer).where(*noted).values(note="").returning(col(SkinAnswer.id))
    count = len(session.execute(emptied.execution_options(**QUIET)).all())
    ends = update(SkinAnswer).where(theirs, *WAITS).values(closed_at=now)
    session.execute(ends.execution_options(**QUIET))
    own = treatments_of([client_id])
    session.execute(delete(PageOpening).where(col(PageOpening.treatment_id).in_(own)))
    return count


def empty_notes(session: Session, before: datetime) -> int:
    """Empty the notes about answers given before then, and return how many."""
    old = (col(SkinAnswer.changed_at) < before, col(SkinAnswer.note) != "")
    emptied = update(SkinAnswer).where(*old).values(note="").returning(col(SkinAnswer.id))
    return len(session.execute(emptied.execution_options(**QUIET)).all())


def forget(session: Session, before: datetime) -> int:
    """Delete the answers given before then, and the openings of treatments before then; return how
    many answers.
    """
    old = delete(SkinAnswer).where(col(SkinAnswer.changed_at) < before)
    count = len(session.execute(old.returning(col(SkinAnswer.id))).all())
    past = select(col(Treatment.id)).where(col(Treatment.ends_at) < before)
    session.execute(delete(PageOpening).where(col(PageOpening.treatment_id).in_(past)))
    return count


def treatments_of(clients: Collection[int]) -> Select[int]:
    """Select the treatments of these clients, by id."""
    return select(col(Treatment.id)).where(col(Treatment.client_id).in_(clients))


def forget_treatments(session: Session, clients: Collection[int]) -> None:
    """Delete all that was told of these clients' treatments, before the treatments themselves."""
    theirs = treatments_of(clients)
    for model in (SkinAnswer, PageOpening):
        session.execute(delete(model).where(col(model.treatment_id).in_(theirs)))
