"""Note what staff saw: whether the clients of some visits came, or that this was said wrongly."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from reminders.enrolment import treatments
from reminders.enrolment.treatment_fields import attendance_of, begins_at
from reminders.rules.visits import ToldBy, Word, told
from reminders.store.queries import people, visits
from reminders.store.tables import Clinic, Treatment
from reminders.wording.library import Library


def say(
    session: Session,
    library: Library,
    clinic: Clinic,
    ids: Collection[int],
    word: Word,
    now: datetime,
) -> list[Treatment]:
    """Note of these treatments, by number, that the client came or missed it, or that nothing is said
    any more; return those that changed. What has not begun, or was cancelled, stays as it is.

    Their clients are locked first, so that what is being handed off right now sees it.
    """
    whose = {one.client_id for one in visits.of_clinic(session, clinic.id, ids)}
    people.lock(session, sorted(whose))
    changed = []
    for treatment in visits.of_clinic(session, clinic.id, ids, lock=True):
        known = attendance_of(treatment)
        if may_be_said(treatment, clinic, now) and told(known, word, ToldBy.STAFF, now) != known:
            treatments.hear(session, library, treatment, word, ToldBy.STAFF, now)
            changed.append(treatment)
    return changed


def may_be_said(treatment: Treatment, clinic: Clinic, now: datetime) -> bool:
    """Say whether anybody can tell yet if the client came: it has begun, and was not cancelled."""
    if treatment.cancelled_at is not None and treatment.missed_at is None:
        return False
    return begins_at(treatment, clinic) <= now
