"""Enrol one client and one treatment that staff type in by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from reminders.enrolment import treatments
from reminders.enrolment.terms import Enrolment, EnrolmentResult
from reminders.store.queries import people
from reminders.store.queries.people import name_key
from reminders.store.tables import Client, Clinic
from reminders.wording.library import Library


@dataclass(frozen=True, slots=True)
class KnownContact:
    """A client of the clinic with the same number or address; ``same`` if with the same name
    too."""

    client: Client
    same: bool


def known_contacts(session: Session, clinic: Clinic, enrolment: Enrolment) -> list[KnownContact]:
    """Return clients with this number or address, so that nobody is entered twice."""
    found: dict[int, Client] = {}
    for contact in (enrolment.phone, enrolment.email):
        for client in people.known_by(session, clinic.id, contact) if contact else ():
            found[client.id] = client
    key = name_key(enrolment.first_name)
    return [KnownContact(client, name_key(client.first_name) == key) for client in found.values()]


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
    (done,) = treatments.enrol(session, library, clinic, [enrolment], now)
    return done
