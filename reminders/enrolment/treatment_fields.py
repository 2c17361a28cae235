"""What an enrolment tells of its treatment: when it is, and whether the client came."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from reminders.enrolment.client_fields import Fields
from reminders.enrolment.terms import Enrolment
from reminders.rules.planning import TreatmentTimes, timing
from reminders.rules.sending_hours import resolve
from reminders.rules.visits import Attendance, ToldBy, Word, heard, told
from reminders.store.tables import Clinic, Treatment
from reminders.wording.library import Library


def attendance_of(treatment: Treatment) -> Attendance:
    """Return what was said of a treatment's visit so far."""
    return Attendance(
        treatment.cancelled_at, treatment.treated_marked_at, treatment.missed_at, treatment.told_by
    )


def attendance_fields(known: Attendance) -> Fields:
    """Return the columns of a treatment that hold what was said of its visit."""
    return {
        "cancelled_at": known.cancelled_at,
        "treated_marked_at": known.came_at,
        "missed_at": known.missed_at,
        "told_by": known.told_by,
    }


def begins_at(treatment: Treatment, clinic: Clinic) -> datetime:
    """Return when a visit begins (UTC); at the start of its day where the hour is not known."""
    zone = ZoneInfo(clinic.time_zone)
    return resolve(treatment.treated_on, treatment.starts or time(), zone)


def times_of(enrolment: Enrolment, library: Library, clinic: Clinic) -> TreatmentTimes:
    """Place an enrolment's treatment on the clinic's clock."""
    length = library.protocols[enrolment.protocol].usual_length
    zone = ZoneInfo(clinic.time_zone)
    return timing(enrolment.treated_on, enrolment.starts, enrolment.ends, length, zone)


def new_fields(enrolment: Enrolment, when: TreatmentTimes, clinic: Clinic, now: datetime) -> Fields:
    """Return the columns of a new treatment. One that a list or the desk enters after its day took
    place; of one that was only booked, nobody knows.
    """
    today = now.astimezone(ZoneInfo(clinic.time_zone)).date()
    over = enrolment.treated_on < today and not enrolment.booked_only
    word = Word.CAME if over else enrolment.word
    said = heard(Attendance(), word, when.begins_at, now, moves=False)
    return _times(enrolment, when) | attendance_fields(said)


def known_fields(
    enrolment: Enrolment, when: TreatmentTimes, treatment: Treatment, now: datetime
) -> Fields:
    """Return what an enrolment says of a known treatment, which keeps a number it has."""
    wanted = _times(enrolment, when)
    if not enrolment.external_id and treatment.external_id:
        del wanted["external_id"], wanted["source"]
    moves = is_moved(treatment, when, enrolment)
    said = heard(attendance_of(treatment), enrolment.word, when.begins_at, now, moves=moves)
    return wanted | attendance_fields(said)


def is_moved(treatment: Treatment, when: TreatmentTimes, enrolment: Enrolment) -> bool:
    """Say whether a treatment goes to another day, or to another hour where both are known."""
    hours = treatment.starts, enrolment.starts
    return treatment.treated_on != when.treated_on or (None not in hours and hours[0] != hours[1])


def cancelled_fields(enrolment: Enrolment, treatment: Treatment, now: datetime) -> Fields:
    """Return what a treatment becomes that does not take place, or that the client missed."""
    return attendance_fields(told(attendance_of(treatment), enrolment.word, ToldBy.SOURCE, now))


def _times(enrolment: Enrolment, when: TreatmentTimes) -> Fields:
    return {
        "treated_on": enrolment.treated_on,
        "starts": enrolment.starts,
        "ends": enrolment.ends,
        "ends_at": when.ends_at,
        "external_id": enrolment.external_id,
        "source": enrolment.source,
    }
