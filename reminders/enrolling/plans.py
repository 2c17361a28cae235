"""Keeping plans true: reminders follow their treatments, clients and clinics."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from reminders.rendering.library import Library
from reminders.rules import hours
from reminders.rules.planning import Planned, Replan, plan, replan, timing
from reminders.rules.terms import Channel, Reason
from reminders.store.queries import people, plans, standing
from reminders.store.tables import Client, Clinic, Treatment

REACH_BACK = timedelta(days=120)
"""Treatments older than this have no milestone left to plan."""

TOGETHER = 500
"""How many clients are planned with one set of questions."""


def replan_clients(
    session: Session,
    library: Library,
    clinic: Clinic,
    clients: Collection[Client],
    now: datetime,
) -> dict[int, Replan]:
    """Bring the reminders of these clients in line with their treatments, and return what
    changed for each treatment. The caller holds the clients locked.
    """
    by_id = {client.id: client for client in clients if client.id is not None}
    treatments = list(people.treatments_of(session, by_id, (now - REACH_BACK).date()))
    ids = [treatment.id for treatment in treatments if treatment.id is not None]
    reach = _Reach(session, clinic, by_id)
    there = plans.existing(session, ids)
    changes: list[plans.Change] = []
    for treatment in treatments:
        assert treatment.id is not None
        wanted = [] if treatment.cancelled_at else reach.plan(library, treatment)
        changes.append((treatment, replan(there.get(treatment.id, ()), wanted, now)))
    plans.apply(session, changes, now)
    return {treatment.id: change for treatment, change in changes if treatment.id is not None}


def replan_clinic(
    session: Session,
    library: Library,
    clinic: Clinic,
    now: datetime,
    progress: Callable[[int], None] = lambda _: None,
) -> None:
    """Plan everyone of a clinic anew, as after a change of its zone or hours."""
    for ids in pages(session, clinic.id):
        clients = people.lock(session, ids)
        replan_clients(session, library, clinic, clients, now)
        progress(len(clients))
        session.expunge_all()
        clinic = session.merge(clinic, load=False)


def pages(session: Session, clinic_id: int | None) -> Iterator[list[int]]:
    """Return the ids of all clients, of one clinic or of all, a page at a time."""
    after = 0
    while ids := people.client_ids(session, clinic_id, after, TOGETHER):
        yield ids
        after = ids[-1]


class _Reach:
    """By which channels each of some clients can be, and may be, messaged."""

    def __init__(self, session: Session, clinic: Clinic, clients: dict[int, Client]) -> None:
        contacts = {c for client in clients.values() for c in (client.phone, client.email) if c}
        self._clinic = clinic
        self._clients = clients
        self._consents = standing.consents_of(session, clients)
        self._suppressed: dict[tuple[int, str], Reason] = standing.suppressions_of(
            session, contacts
        )
        self._hours = hours.parse(clinic.sending_hours)
        self._zone = ZoneInfo(clinic.time_zone)

    def plan(self, library: Library, treatment: Treatment) -> list[Planned]:
        """Return the reminders one treatment calls for."""
        client = self._clients[treatment.client_id]
        protocol = library.protocols[treatment.protocol]
        when = timing(
            treatment.treated_on,
            treatment.starts,
            treatment.ends,
            protocol.usual_length,
            self._zone,
        )
        contacts = {Channel.SMS: client.phone, Channel.EMAIL: client.email}
        return plan(
            when,
            protocol,
            zone=ZoneInfo(client.time_zone) if client.time_zone else self._zone,
            hours=self._hours,
            contacts=frozenset(channel for channel, contact in contacts.items() if contact),
            reach=frozenset(c for c, contact in contacts.items() if self._may(client, c, contact)),
        )

    def _may(self, client: Client, channel: Channel, contact: str | None) -> bool:
        if contact is None or (self._clinic.id, contact) in self._suppressed:
            return False
        return self._consents.get((client.id or 0, channel), False)
