"""Find the clinics that a text was written to, by the number it came to and the account that has it."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from sqlalchemy.orm import Session

from reminders.rules.clinic_senders import Sender
from reminders.store.queries import replies, sender_accounts
from reminders.store.queries.sender_accounts import OfClinic
from reminders.store.tables import Client


class StopScope(StrEnum):
    """Which clinics a STOP ends texts of."""

    EVERYWHERE = "everywhere"  # every clinic of the installation that knows the number
    NUMBER = "number"  # those that text, or texted this client, as the sender it was written to


def addressed(
    session: Session, contact: str, senders: Collection[str], accounts: Collection[int | None]
) -> tuple[list[Client], set[int]]:
    """Return who may have written from this number, and to which clinics."""
    clinics = clinics_written_to(session, contact, senders, accounts)
    return replies.clients_on(session, contact), clinics


def clinics_written_to(
    session: Session, contact: str, senders: Collection[str], accounts: Collection[int | None]
) -> set[int]:
    """Return whose senders these are now, of these accounts (None: the installation's), and who
    texted this number as one of them before.
    """
    clinics = sender_accounts.of_clinics(session)
    theirs = {
        clinic.clinic_id
        for clinic in clinics
        if any(one.sender in senders and one.account_id in accounts for one in clinic.senders.every)
    }
    theirs |= sender_accounts.texted_by(session, contact, senders, accounts) if senders else set()
    return theirs or _of_accounts(session, clinics, accounts)


def _of_accounts(
    session: Session, clinics: list[OfClinic], accounts: Collection[int | None]
) -> set[int]:
    """Return who may have been meant where nobody has such a sender: whose account it is, or whoever
    has none and no sender of their own.
    """
    owners = {row.clinic_id for row in sender_accounts.every(session) if row.id in accounts}
    if None not in accounts:
        return owners
    without = {
        clinic.clinic_id
        for clinic in clinics
        if clinic.senders.usual == Sender(clinic.senders.installation)
    }
    return owners | (without or {clinic.clinic_id for clinic in clinics})
