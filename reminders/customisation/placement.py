"""Change when a clinic's milestones come, and preview the effect on enrolled clients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.plans import reminder_plans
from reminders.rules.placement import Placement, check, place_of, placed
from reminders.rules.planning import Replan
from reminders.rules.protocols import Protocol
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext_noop
from reminders.store.queries import audit, customisation, people
from reminders.store.tables import Clinic, MilestonePlacement
from reminders.wording.library import Library


class PlacementError(ValueError):
    """Placements are invalid; ``faults`` holds a sentence for each milestone's key."""

    def __init__(self, faults: dict[str, str]) -> None:
        """Take every fault that was found."""
        super().__init__("\n".join(faults.values()))
        self.faults = faults


@dataclass(slots=True)
class PlacementEffects:
    """What a changed course does to reminders of those already enrolled."""

    clients: int = 0
    moved: int = 0
    added: int = 0
    taken_back: int = 0
    too_late: int = 0
    already_sent: int = 0

    def add_change(self, change: Replan) -> None:
        """Count one treatment's changes."""
        self.moved += len(change.move)
        self.added += len(change.add)
        self.taken_back += len(change.cancel) + len(change.give_way)
        self.too_late += len(change.too_late)
        self.already_sent += len(change.already_sent)


def changed(protocol: Protocol, places: Sequence[Placement]) -> list[Placement]:
    """Return the places that differ from the protocol's own; raises ``PlaceError``."""
    faults: dict[str, str] = {}
    ours = []
    for place in places:
        milestone = protocol.milestone(place.milestone)
        if place == place_of(milestone):
            continue
        try:
            check(milestone, place)
        except InputError as error:
            faults[milestone.key] = str(error)
        ours.append(place)
    if faults:
        raise PlacementError(faults)
    return ours


def foresee(
    session: Session,
    library: Library,
    clinic: Clinic,
    protocol: str,
    places: Sequence[Placement],
    now: datetime,
) -> PlacementEffects:
    """Count what these placements would change for enrolled clients, without changing anything."""
    numbers = customisation.numbers(session, clinic.id).get(protocol, {})
    course = placed(library.protocols[protocol].course(numbers), places)
    courses = {**reminder_plans.courses_of(session, library, clinic.id), protocol: course}
    foreseen = PlacementEffects()
    with session.no_autoflush:
        for ids in _treated(session, clinic, now):
            clients = {client.id: client for client in people.clients_by_id(session, ids)}
            touched = set()
            for treatment, change in reminder_plans.foresee(session, courses, clinic, clients, now):
                foreseen.add_change(change)
                if any((change.move, change.add, change.cancel, change.too_late, change.give_way)):
                    touched.add(treatment.client_id)
            foreseen.clients += len(touched)
            session.expunge_all()
    return foreseen


def place(
    session: Session,
    library: Library,
    clinic: Clinic,
    protocol: str,
    places: Sequence[Placement],
    who: str,
    now: datetime,
) -> None:
    """Save a clinic's placements, and replan every client with milestones to come."""
    before = {row.milestone: _spelled(row) for row in customisation.placements(session, clinic.id)}
    rows = [_row(clinic, protocol, one) for one in places]
    customisation.set_placements(session, clinic.id, protocol, rows)
    for row in rows:
        if before.get(row.milestone) != _spelled(row):
            detail = f"{protocol}, {row.milestone}: {_spelled(row)}"
            audit.record(
                session,
                clinic.id,
                who,
                gettext_noop("moved a milestone"),
                MilestonePlacement,
                row.id,
                now,
                detail,
            )
    audit.record(
        session,
        clinic.id,
        who,
        gettext_noop("changed the schedule"),
        MilestonePlacement,
        None,
        now,
        protocol,
    )
    replan_everyone(session, library, clinic, now)


def replan_everyone(session: Session, library: Library, clinic: Clinic, now: datetime) -> None:
    """Replan every client of a clinic with milestones to come."""
    for ids in _treated(session, clinic, now):
        clients = {client.id: client for client in people.lock(session, ids)}
        reminder_plans.replan_clients(session, library, clinic, clients, now)


def _treated(session: Session, clinic: Clinic, now: datetime) -> Iterator[list[int]]:
    """Return the clients whose course may not be over, a page at a time."""
    since = (now - reminder_plans.REACH_BACK).astimezone(ZoneInfo(clinic.time_zone)).date()
    after = 0
    while ids := people.treated_since(session, clinic.id, since, after, reminder_plans.TOGETHER):
        yield ids
        after = ids[-1]


def _row(clinic: Clinic, protocol: str, one: Placement) -> MilestonePlacement:
    return MilestonePlacement(
        clinic_id=clinic.id,
        protocol=protocol,
        milestone=one.milestone,
        after=one.after,
        at=one.at,
        good_for=one.good_for,
        channels=" ".join(one.channels),
    )


def _spelled(row: MilestonePlacement) -> str:
    at = f" at {row.at:%H:%M}" if row.at else ""
    return f"{row.after}{at}, good for {row.good_for}, by {row.channels or 'no way'}"
