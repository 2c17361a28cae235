"""Queries for staff: accounts, memberships, signed-in browsers, failed attempts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.roles import Role
from reminders.store.queries.common import QUIET, put
from reminders.store.tables import Clinic, Invitation, Membership, SignIn, SignInAttempt, Staff


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in with a browser, and at which clinic in which role."""

    sign_in: SignIn
    staff: Staff
    clinic: Clinic
    role: Role


def signed_in(session: Session, token_hash: str) -> SignedIn | None:
    """Return the sign-in of a browser, if the account still belongs to its clinic."""
    row = session.execute(
        select(SignIn, Staff, Clinic, Membership)
        .join(Staff, col(Staff.id) == col(SignIn.staff_id))
        .join(Clinic, col(Clinic.id) == col(SignIn.clinic_id))
        .join(
            Membership,
            (col(Membership.staff_id) == SignIn.staff_id)
            & (col(Membership.clinic_id) == SignIn.clinic_id),
        )
        .where(col(SignIn.token_hash) == token_hash, col(Staff.disabled_at).is_(None))
    ).first()
    return SignedIn(row[0], row[1], row[2], row[3].role) if row else None


def by_email(session: Session, email: str) -> Staff | None:
    """Return who signs in with this address."""
    return session.scalars(select(Staff).where(col(Staff.email) == email)).first()


def by_id(session: Session, staff_id: int) -> Staff | None:
    """Return a member of staff, locked until the transaction ends."""
    return session.get(Staff, staff_id, with_for_update=True)


def memberships(session: Session, staff_id: int) -> list[tuple[Membership, Clinic]]:
    """Return where somebody belongs, by the clinics' names."""
    rows = session.execute(
        select(Membership, Clinic)
        .join(Clinic, col(Clinic.id) == col(Membership.clinic_id))
        .where(col(Membership.staff_id) == staff_id)
        .order_by(col(Clinic.name_key))
    )
    return [(membership, clinic) for membership, clinic in rows]


def of_clinic(session: Session, clinic_id: int) -> list[tuple[Staff, Role]]:
    """Return who belongs to a clinic, by name."""
    rows = session.execute(
        select(Staff, Membership)
        .join(Membership, col(Membership.staff_id) == col(Staff.id))
        .where(col(Membership.clinic_id) == clinic_id, col(Staff.disabled_at).is_(None))
        .order_by(col(Staff.name), col(Staff.id))
    )
    return [(staff, membership.role) for staff, membership in rows]


def join(session: Session, staff_id: int, clinic_id: int, role: Role) -> None:
    """Add somebody to a clinic, or change the role there."""
    there = session.scalars(
        select(Membership).where(
            col(Membership.staff_id) == staff_id, col(Membership.clinic_id) == clinic_id
        )
    ).first()
    if there is None:
        session.add(Membership(staff_id=staff_id, clinic_id=clinic_id, role=role))
    else:
        there.role = role
    session.flush()


def leave(session: Session, staff_id: int, clinic_id: int, now: datetime) -> None:
    """Remove somebody from a clinic; their browsers there are signed out."""
    session.execute(
        delete(Membership).where(
            col(Membership.staff_id) == staff_id, col(Membership.clinic_id) == clinic_id
        )
    )
    end_all(session, staff_id, now, clinic_id=clinic_id)


def browsers(session: Session, staff_id: int, since: datetime) -> list[SignIn]:
    """Return the browsers somebody is signed in with, the latest used first."""
    return list(
        session.scalars(
            select(SignIn)
            .where(
                col(SignIn.staff_id) == staff_id,
                col(SignIn.ended_at).is_(None),
                col(SignIn.proven_at).is_not(None),
                col(SignIn.seen_at) > since,
            )
            .order_by(col(SignIn.seen_at).desc())
        )
    )


def browsers_at(session: Session, clinic_id: int, since: datetime) -> list[tuple[SignIn, Staff]]:
    """Return the browsers that are signed in at a clinic and whose, the latest used first."""
    rows = session.execute(
        select(SignIn, Staff)
        .join(Staff, col(Staff.id) == col(SignIn.staff_id))
        .where(
            col(SignIn.clinic_id) == clinic_id,
            col(SignIn.ended_at).is_(None),
            col(SignIn.proven_at).is_not(None),
            col(SignIn.seen_at) > since,
        )
        .order_by(col(SignIn.seen_at).desc())
    )
    return [(sign_in, staff) for sign_in, staff in rows]


def end_all(
    session: Session,
    staff_id: int,
    now: datetime,
    *,
    keep: int | None = None,
    clinic_id: int | None = None,
) -> None:
    """Sign somebody out everywhere, or at one clinic; ``keep`` is the browser in use."""
    ending = update(SignIn).where(col(SignIn.staff_id) == staff_id, col(SignIn.ended_at).is_(None))
    if keep is not None:
        ending = ending.where(col(SignIn.id) != keep)
    if clinic_id is not None:
        ending = ending.where(col(SignIn.clinic_id) == clinic_id)
    session.execute(ending.values(ended_at=now).execution_options(**QUIET))


def forget_sign_ins(session: Session, before: datetime) -> None:
    """Delete sign-ins and failed attempts that ended long ago."""
    session.execute(delete(SignIn).where(col(SignIn.seen_at) < before))
    session.execute(delete(SignInAttempt).where(col(SignInAttempt.next_at) < before))


def invitation(session: Session, token_hash: str) -> Invitation | None:
    """Return the invitation of a link, locked until the transaction ends."""
    wanted = select(Invitation).where(col(Invitation.token_hash) == token_hash)
    return session.scalars(wanted.with_for_update()).first()


def sign_in_attempt(session: Session, key: str) -> SignInAttempt | None:
    """Return the failed attempts under a key."""
    return session.get(SignInAttempt, key)


def count_failed_attempt(session: Session, key: str, failures: int, next_at: datetime) -> None:
    """Record a failed attempt, and when the next is allowed."""
    put(session, SignInAttempt, {"key": key, "failures": failures, "next_at": next_at}, "key")


def clear_attempts(session: Session, key: str) -> None:
    """Delete failed attempts after a successful one."""
    session.execute(delete(SignInAttempt).where(col(SignInAttempt.key) == key))


IDLE = timedelta(minutes=30)
"""How long a browser may be still before it is signed out."""

WHOLE = timedelta(hours=12)
"""How long a sign-in lasts at most: a working day."""


def is_signed_in(sign_in: SignIn, now: datetime) -> bool:
    """Say whether a browser is still signed in."""
    return (
        sign_in.ended_at is None
        and now - sign_in.seen_at < IDLE
        and now - sign_in.created_at < WHOLE
    )
