"""Replan all reminders when the time-zone database or our own planning has a new edition."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
import tzdata
from sqlalchemy import Engine

from reminders.plans.reminder_plans import client_id_pages, replan_clients
from reminders.rules import planning
from reminders.store.database import reading, writing
from reminders.store.queries import people, stored_settings
from reminders.wording.library import Library

log = structlog.get_logger()

EDITION, REACHED = "zone data", "zone data reached"
"""Marks: under which edition everybody is planned, and how far the next one has come."""

INSTALLED = f"{tzdata.IANA_VERSION}+{planning.EDITION}"
"""The zone data and the planning rules of this installation."""


def follow_zone_data(
    engine: Engine,
    library: Library,
    now: datetime,
    edition: str = INSTALLED,
    progress: Callable[[int], None] = lambda _: None,
) -> bool:
    """Replan every client if plans were made with another edition of the zone data or of the planning
    rules; say whether that was so. ``edition`` names both, such as ``2026b+2``.

    Local date, local time and zone are the truth; every instant is derived from them. A page
    of clients at a time, so that nobody waits; if it ends midway it goes on from there next time.
    """
    with reading(engine) as session:
        before = stored_settings.read(session, EDITION)
        at_clinic, at_client = _reached(stored_settings.read(session, REACHED), edition)
        clinics = people.clinics(session)
    if before == edition:
        return False
    for clinic in sorted(clinics, key=lambda clinic: clinic.id):
        if clinic.id < at_clinic:
            continue
        with reading(engine) as session:
            after = at_client if clinic.id == at_clinic else 0
            everyone = list(client_id_pages(session, clinic.id, after))
        for ids in everyone:
            with writing(engine) as session:
                clients = {client.id: client for client in people.lock(session, ids)}
                replan_clients(session, library, clinic, clients, now)
                stored_settings.write(session, REACHED, f"{edition} {clinic.id} {ids[-1]}")
            progress(len(ids))
    with writing(engine) as session:
        stored_settings.write(session, EDITION, edition)
    log.info("zone data followed", before=before, edition=edition)
    return True


def _reached(mark: str | None, edition: str) -> tuple[int, int]:
    """Return the clinic and the client at which an interrupted run stopped."""
    before, *numbers = (mark or edition).split()
    clinic, client = map(int, numbers) if numbers and before == edition else (0, 0)
    return clinic, client
