"""Enrol one client and one treatment that staff type in by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from reminders.enrolment import treatments
from reminders.enrolment.identification import SOMEBODY_NEW, candidates
from reminders.enrolment.terms import Enrolment, EnrolmentResult
from reminders.rules.name_likeness import Likeness, likeness
from reminders.store.tables import Client, Clinic
from reminders.wording.library import Library


@dataclass(frozen=True, slots=True)
class KnownContact:
    """A client of the clinic with the same number, address or full name; ``same`` if the name is a
    spelling of the same one.
    """

    client: Client
    same: bool


def known_contacts(session: Session, clinic: Clinic, enrolment: Enrolment) -> list[KnownContact]:
    """Return clients with this number or address, and those of the same full name, so that nobody
    is entered twice.
    """
    first, last = enrolment.first_name, enrolment.last_name
    known = candidates(session, clinic, [enrolment])
    alike = {c.id: likeness(first, last, c.first_name, c.last_name) for c in known}
    return [KnownContact(client, alike[client.id] is Likeness.SAME) for client in known]


def enrol(
    session: Session,
    library: Library,
    clinic: Clinic,
    enrolment: Enrolment,
    now: datetime,
    meant: Client | None = None,
) -> EnrolmentResult:
    """Enrol one treatment, of a new client or of the one in ``meant``."""
    if meant is not None:
        enrolment = replace(
            enrolment,
            first_name=meant.first_name,
            last_name=enrolment.last_name or meant.last_name,
            phone=enrolment.phone or meant.phone,
            email=enrolment.email or meant.email,
        )
        meant.phone, meant.email = enrolment.phone, enrolment.email
        session.flush()
    chosen = replace(enrolment, meant=meant.id if meant else SOMEBODY_NEW)
    (done,) = treatments.enrol(session, library, clinic, [chosen], now)
    return done
