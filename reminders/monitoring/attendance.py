"""List the visits of which staff may say whether the client came, and what they said of others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.store.queries import visits
from reminders.store.tables import Client, Clinic, Treatment

ASKED_ABOUT = timedelta(days=1)
"""How long ago a visit may be that staff are asked about."""

WAITED_FOR = timedelta(days=31)
"""How long a visit is asked about whose aftercare waits for that word."""

TAKEN_BACK = timedelta(hours=12)
"""How long what was said is shown, to be taken back."""

SHOWN = 60
"""How many visits are shown at once."""


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One visit, on the clinic's clock; ``came`` is what was said of it, at ``said_at`` (UTC)."""

    treatment_id: int
    client_id: int
    name: str
    on: date
    starts: time | None
    came: bool | None
    said_at: datetime | None


@dataclass(frozen=True, slots=True)
class VisitLists:
    """The visits nobody has spoken of yet, by day; those that were, the latest said first; and how many
    of those were said together with the latest.
    """

    unseen: list[tuple[date, list[VisitLine]]]
    said: list[VisitLine]
    together: list[VisitLine]

    @property
    def count(self) -> int:
        """Return of how many visits nobody has said anything."""
        return sum(len(lines) for _, lines in self.unseen)


def visit_lists(session: Session, clinic: Clinic, now: datetime) -> VisitLists:
    """Return what Today shows under “Did they come?”."""
    here = now.astimezone(ZoneInfo(clinic.time_zone))
    since = here.date() - ASKED_ABOUT
    first = here.date() - WAITED_FOR
    found = visits.unseen(session, clinic.id, since, here, SHOWN)
    if clinic.attendance_required:
        found = visits.waiting(session, clinic.id, first, since, SHOWN) + found
    lines = [_line(*visit) for visit in found[:SHOWN]]
    said = [_line(*one) for one in visits.seen(session, clinic.id, now - TAKEN_BACK, SHOWN)]
    return VisitLists(
        unseen=[(day, list(same)) for day, same in groupby(lines, lambda line: line.on)],
        said=said,
        together=[
            one for one in said if (one.said_at, one.came) == (said[0].said_at, said[0].came)
        ],
    )


def count_waiting(session: Session, clinic: Clinic, now: datetime) -> int:
    """Count the visits whose aftercare waits for the word that the client came."""
    if not clinic.attendance_required:
        return 0
    today = now.astimezone(ZoneInfo(clinic.time_zone)).date()
    return visits.count_waiting(session, clinic.id, today - WAITED_FOR)


def _line(treatment: Treatment, client: Client) -> VisitLine:
    said_at = treatment.missed_at or treatment.treated_marked_at
    return VisitLine(
        treatment_id=treatment.id,
        client_id=client.id,
        name=f"{client.first_name} {client.last_name}".strip(),
        on=treatment.treated_on,
        starts=treatment.starts,
        came=None if said_at is None else treatment.missed_at is None,
        said_at=said_at,
    )
