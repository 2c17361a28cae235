"""Bring planned reminders in line with their treatments, clients and clinics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.plans.welcomes import welcome
from reminders.rules import sending_hours
from reminders.rules.caps import TextCap
from reminders.rules.channel_choice import once_each
from reminders.rules.placement import Placement, placed
from reminders.rules.planned import Planned
from reminders.rules.planning import (
    ExistingReminder,
    Replan,
    TreatmentTimes,
    plan,
    replan,
    timing,
)
from reminders.rules.protocols import Protocol
from reminders.rules.quiet_hours import recipients_hours
from reminders.rules.sending_hours import ChannelHours
from reminders.rules.supersession import LaterVisit, released
from reminders.rules.terms import LEFT, OPEN, Channel
from reminders.store.queries import consents, customisation, people, plans, visits
from reminders.store.tables import Client, Clinic, MilestonePlacement, Treatment
from reminders.wording.library import Library

Courses = Mapping[str, Protocol]
"""Protocols by key, as one clinic places their milestones."""

Existing = Mapping[int, Sequence[ExistingReminder]]
"""The reminders there are, by treatment."""

REACH_BACK = timedelta(days=220)
"""Treatments older than this have no milestone left to plan."""

TOGETHER = 500
"""How many clients are planned with one set of questions."""


def replan_clients(
    session: Session,
    library: Library,
    clinic: Clinic,
    clients: Mapping[int, Client],
    now: datetime,
) -> dict[int, Replan]:
    """Bring the reminders of these clients, given by id, in line with their treatments, and
    return what changed for each treatment. The caller holds the clients locked.
    """
    courses = courses_of(session, library, clinic.id)
    consents.recall(session, clinic.id, _contacts(clients))
    changes = plans.apply(session, foresee(session, courses, clinic, clients, now), now)
    texted = {treatment.client_id for treatment, change in changes if change.texts}
    welcome(session, clinic, [clients[client_id] for client_id in sorted(texted)], now)
    return {treatment.id: change for treatment, change in changes}


def _contacts(clients: Mapping[int, Client]) -> set[str]:
    return {c for client in clients.values() for c in (client.phone, client.email) if c}


def courses_of(session: Session, library: Library, clinic_id: int) -> Courses:
    """Return every protocol as a clinic places its milestones and spaces its sessions."""
    places = defaultdict(list)
    for row in customisation.placements(session, clinic_id):
        places[row.protocol].append(_place(row))
    spaced = customisation.numbers(session, clinic_id)
    return {
        key: placed(p.course(spaced.get(key, {})), places.get(key, ()))
        for key, p in library.protocols.items()
    }


def _place(row: MilestonePlacement) -> Placement:
    channels = tuple(Channel(word) for word in row.channels.split())
    return Placement(row.milestone, row.after, row.at, row.good_for, channels)


def foresee(
    session: Session,
    courses: Courses,
    clinic: Clinic,
    clients: Mapping[int, Client],
    now: datetime,
) -> list[plans.Change]:
    """Say what these courses would change for these clients, changing no reminder yet."""
    there = plans.existing(session, clients)
    treatments = _planned_for(session, clinic, clients, there, now)
    reach = _ChannelAccess(session, clinic, clients)
    sessions = defaultdict(list)
    for treatment in treatments:
        sessions[_session_of(treatment)].append(treatment)
    left = _texts_left(there, treatments)
    later: dict[int, list[LaterVisit]] = defaultdict(list)
    changes: list[plans.Change] = []
    for treatment in reversed(treatments):  # what later visits call for supersedes the earlier ones
        protocol = courses[treatment.protocol]
        when = reach.timing(protocol, treatment)
        if treatment.ends_at != when.ends_at:
            treatment.ends_at = when.ends_at
        wanted = () if treatment.cancelled_at else reach.plan(protocol, when, treatment, left)
        if len(sessions[_session_of(treatment)]) > 1:
            wanted = _once(wanted, treatment, sessions[_session_of(treatment)], there)
        known = released(there.get(treatment.id, ()), later[treatment.client_id], now)
        change = replan(known, wanted, now)
        changes.append((treatment, change))
        if not treatment.cancelled_at:
            later[treatment.client_id].append(LaterVisit(treatment.treated_on, change))
    return changes[::-1]


def _planned_for(
    session: Session,
    clinic: Clinic,
    clients: Mapping[int, Client],
    there: Existing,
    now: datetime,
) -> list[Treatment]:
    """Return the treatments that may have something to plan or to give up: the recent ones, and any
    older that still has an open reminder, as one that was moved to a wrong year.
    """
    recent = list(people.treatments_of(session, clients, (now - REACH_BACK).date()))
    is_open = {number for number, rows in there.items() if any(row.status in OPEN for row in rows)}
    older = is_open - {treatment.id for treatment in recent}
    return [*visits.of_clinic(session, clinic.id, older), *recent] if older else recent


def _texts_left(
    there: Existing, treatments: Iterable[Treatment]
) -> dict[int, list[tuple[int, ExistingReminder]]]:
    """Return each client's texts that have left, and of which treatment each was."""
    left: dict[int, list[tuple[int, ExistingReminder]]] = defaultdict(list)
    for treatment in treatments:
        left[treatment.client_id] += [
            (treatment.id, row)
            for row in there.get(treatment.id, ())
            if row.status in LEFT and row.channel is Channel.SMS
        ]
    return left


def _session_of(treatment: Treatment) -> tuple[int, str, date]:
    return treatment.client_id, treatment.protocol, treatment.treated_on


def _once(
    wanted: Sequence[Planned],
    treatment: Treatment,
    same: Sequence[Treatment],
    there: Existing,
) -> tuple[Planned, ...]:
    """Return what is wanted of a treatment where a client has several of a protocol on one day, as
    two lists or two merged records may say: the last stands for all of them, and what has left for
    another is not planned again. (Whoever is last by number supersedes the others at sending, too.)
    """
    stand = [one for one in same if one.cancelled_at is None]
    if not stand or treatment is not stand[-1]:
        return ()
    left = {
        (row.milestone, row.channel)
        for other in same
        for row in there.get(other.id, ())
        if other is not treatment and row.status in LEFT
    }
    return tuple(one for one in wanted if (one.milestone, one.channel) not in left)


def replan_clinic(session: Session, library: Library, clinic: Clinic, now: datetime) -> None:
    """Replan every client of a clinic, as after a change of its zone or hours."""
    for ids in client_id_pages(session, clinic.id):
        clients = {client.id: client for client in people.lock(session, ids)}
        replan_clients(session, library, clinic, clients, now)


def client_id_pages(session: Session, clinic_id: int | None, after: int = 0) -> Iterator[list[int]]:
    """Return the ids of all clients above ``after``, of one clinic or of all, a page at a time."""
    while ids := people.client_ids(session, clinic_id, after, TOGETHER):
        yield ids
        after = ids[-1]


class _ChannelAccess:
    """By which channels each of some clients can be, and may be, messaged."""

    def __init__(self, session: Session, clinic: Clinic, clients: Mapping[int, Client]) -> None:
        self._clinic = clinic
        self._clients = clients
        self._consents = consents.consents_of(session, clients)
        self._suppressed = consents.suppressions_of(session, _contacts(clients))
        self._hours = sending_hours.parse(clinic.sending_hours)
        self._emails = sending_hours.parse_emails(clinic.email_hours)
        self._cap = TextCap(clinic.texts_per_day, clinic.texts_per_week)
        self._zone = ZoneInfo(clinic.time_zone)

    def timing(self, protocol: Protocol, treatment: Treatment) -> TreatmentTimes:
        """Place a treatment by the clinic's clock as it is now."""
        return timing(
            treatment.treated_on,
            treatment.starts,
            treatment.ends,
            protocol.usual_length,
            self._zone,
        )

    def plan(
        self,
        protocol: Protocol,
        when: TreatmentTimes,
        treatment: Treatment,
        left: Mapping[int, Sequence[tuple[int, ExistingReminder]]],
    ) -> tuple[Planned, ...]:
        """Return the reminders a treatment calls for."""
        client = self._clients[treatment.client_id]
        contacts = {Channel.SMS: client.phone, Channel.EMAIL: client.email}
        zone = ZoneInfo(client.time_zone) if client.time_zone else self._zone
        both = self._clinic.both_channels if client.both_channels is None else client.both_channels
        return plan(
            when,
            protocol if both else once_each(protocol),
            zone=zone,
            hours=ChannelHours(
                recipients_hours(self._hours, zone.key, client.phone, self._clinic.phone),
                self._emails,
            ),
            cap=self._cap,
            contacts=frozenset(channel for channel, contact in contacts.items() if contact),
            reach=frozenset(c for c, contact in contacts.items() if self._may(client, c, contact)),
            hour=client.preferred_hour,
            texted=frozenset(
                (
                    row.milestone if of == treatment.id else "",
                    row.scheduled_at.astimezone(zone).date(),
                )
                for of, row in left[client.id]
            ),
        )

    def _may(self, client: Client, channel: Channel, contact: str | None) -> bool:
        if contact is None or (self._clinic.id, contact) in self._suppressed:
            return False
        return self._consents.get((client.id, channel), False)
