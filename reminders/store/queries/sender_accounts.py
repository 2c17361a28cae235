"""Queries for clinics' own accounts, and for what leaves as which sender."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.clinic_senders import ClinicSenders, unpack
from reminders.store.queries.common import installation_sender
from reminders.store.tables import Attempt, Clinic, Reminder, SenderAccount


def every(session: Session) -> list[SenderAccount]:
    """Return all accounts that clinics brought, also those that they use no more."""
    return list(session.scalars(select(SenderAccount).order_by(col(SenderAccount.id))))


def of_sid(session: Session, account_sid: str) -> list[SenderAccount]:
    """Return each clinic's copy of an account."""
    wanted = select(SenderAccount).where(col(SenderAccount.account_sid) == account_sid)
    return list(session.scalars(wanted.order_by(col(SenderAccount.id))))


def of_clinic(session: Session, clinic_id: int) -> list[SenderAccount]:
    """Return the accounts that a clinic brought."""
    wanted = select(SenderAccount).where(col(SenderAccount.clinic_id) == clinic_id)
    return list(session.scalars(wanted.order_by(col(SenderAccount.id))))


@dataclass(frozen=True, slots=True)
class OfClinic:
    """A clinic's senders."""

    clinic_id: int
    name: str
    live: bool
    senders: ClinicSenders


def of_clinics(session: Session) -> list[OfClinic]:
    """Return the senders of all clinics."""
    ours = installation_sender(session)
    wanted = select(
        col(Clinic.id),
        col(Clinic.name),
        col(Clinic.live),
        col(Clinic.account_id),
        col(Clinic.text_senders),
        col(Clinic.mail_from),
        col(Clinic.mail_name),
    )
    return [
        OfClinic(
            row.id,
            row.name,
            row.live,
            ClinicSenders(
                ours, row.account_id, unpack(row.text_senders), row.mail_from, row.mail_name
            ),
        )
        for row in session.execute(wanted.order_by(col(Clinic.id)))
    ]


@dataclass(frozen=True, slots=True)
class Owners:
    """Whose accounts and senders are whose."""

    accounts: dict[int, int]
    senders: dict[str, set[int]]

    def of(self, account_id: int | None, sender: str, *, exact: bool) -> set[int] | None:
        """Return whose message it can be that left so; None where it can be anybody's. By the
        installation's account another may have sent as this sender before, if the words say so.
        """
        if account_id is not None:
            return {self.accounts[account_id]} if account_id in self.accounts else set()
        return None if exact else self.senders.get(sender)


def owners(session: Session) -> Owners:
    """Return who has which account, and who now sends as what by the installation's."""
    senders: dict[str, set[int]] = defaultdict(set)
    for clinic in of_clinics(session):
        for one in clinic.senders.every:
            if one.account_id is None:
                senders[one.sender].add(clinic.clinic_id)
    return Owners({row.id: row.clinic_id for row in every(session)}, dict(senders))


def left_as(session: Session, since: datetime) -> dict[int | None, set[str]]:
    """Return as which senders of each account (None: the installation's) texts left since then."""
    wanted = select(col(Attempt.account_id), col(Attempt.sender)).where(
        col(Attempt.handoff_at) >= since, ~col(Attempt.contact).contains("@")
    )
    found: dict[int | None, set[str]] = defaultdict(set)
    for account_id, sender in session.execute(wanted.distinct()):
        found[account_id].add(sender)
    return found


def texted_by(
    session: Session, contact: str, senders: Collection[str], accounts: Collection[int | None]
) -> set[int]:
    """Return which clinics texted this number as one of these senders of these accounts."""
    of: ColumnElement[bool] = col(Attempt.account_id).in_(
        [one for one in accounts if one is not None]
    )
    if None in accounts:
        of = or_(of, col(Attempt.account_id).is_(None))
    wanted = (
        select(col(Reminder.clinic_id))
        .join(Attempt, col(Attempt.reminder_id) == col(Reminder.id))
        .where(col(Attempt.contact) == contact, col(Attempt.sender).in_(senders), of)
    )
    return set(session.scalars(wanted.distinct()))
