"""Count the codes that were sent lately, by contact, network, country and clinic."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.terms import Channel
from reminders.store.tables import VerificationCode

LOCK = 7_305_214_002
"""Any number will do, as long as nobody else locks it: codes are counted one after the other."""

JOINING = "join."
"""What the purposes of codes begin with that are asked for with a clinic's form."""

_CODE = VerificationCode
_TEXTED = col(_CODE.channel) == Channel.SMS
_UNPROVEN = col(_CODE.used_at).is_(None)


def hold(session: Session) -> None:
    """Let nobody else send codes until the transaction ends, so that many requests at once keep the
    limits as one after the other would; SQLite lets nobody else write at all.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))


def to_contact(session: Session, contact: str, since: datetime) -> int:
    """Count the codes to a contact, for whichever clinic."""
    return _count(session, since, col(_CODE.contact) == contact)


def from_address(session: Session, address: str, since: datetime) -> int:
    """Count the codes that were asked for from a network address."""
    return _count(session, since, col(_CODE.network_address) == address)


def unproven_from_address(session: Session, address: str, since: datetime) -> int:
    """Count the texts asked for from an address that nobody has proven."""
    return _count(session, since, _TEXTED, _UNPROVEN, col(_CODE.network_address) == address)


def unproven_from_network(session: Session, network: str, since: datetime) -> int:
    """Count the texts asked for from a network that nobody has proven."""
    if not network:
        return 0
    return _count(session, since, _TEXTED, _UNPROVEN, col(_CODE.network) == network)


def for_clinic(session: Session, clinic_id: int, channel: Channel, since: datetime) -> int:
    """Count the codes of a clinic by a channel."""
    return _count(session, since, _of(clinic_id), col(_CODE.channel) == channel)


def to_country(session: Session, clinic_id: int, country: str, since: datetime) -> int:
    """Count a clinic's texts to a country."""
    return _count(session, since, _of(clinic_id), _TEXTED, col(_CODE.country) == country)


def to_neighbours(session: Session, block: str, contact: str, since: datetime) -> int:
    """Count the texts to other numbers of a row of a hundred, for whichever clinic."""
    if not block:
        return 0
    others = col(_CODE.number_block) == block, col(_CODE.contact) != contact
    return _count(session, since, *others)


def joining(session: Session, clinic_id: int, since: datetime) -> tuple[int, int]:
    """Count the texts that were asked for with a clinic's form: those nobody has proven, and those
    somebody has.
    """
    of_form = _of(clinic_id), _TEXTED, col(_CODE.purpose).startswith(JOINING)
    unproven = _count(session, since, *of_form, _UNPROVEN)
    return unproven, _count(session, since, *of_form) - unproven


def _of(clinic_id: int) -> ColumnElement[bool]:
    return col(_CODE.clinic_id) == clinic_id


def _count(session: Session, since: datetime, *where: ColumnElement[bool]) -> int:
    wanted = select(func.count()).select_from(_CODE).where(col(_CODE.requested_at) > since, *where)
    return session.scalar(wanted) or 0
