"""Enrol one client and one treatment that staff type in by hand."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from reminders.enrolment import treatments
from reminders.enrolment.identification import index_for, told
from reminders.enrolment.terms import Enrolment, EnrolmentResult
from reminders.rules.identity import Verdict
from reminders.rules.questions import Doubt, about_person
from reminders.store.tables import Clinic
from reminders.wording.library import Library


def doubt_of(session: Session, clinic: Clinic, enrolment: Enrolment) -> Doubt | None:
    """Return what staff are asked before anybody is entered: who it is, where the number, address or
    full name is a known client's and it is not sure that they are meant.
    """
    person = told(enrolment)
    index = index_for(session, clinic, person)
    meant = index.meant_at_desk(person)
    if enrolment.meant is not None or meant.verdict is not Verdict.QUESTION:
        return None
    return about_person("", *index.ask(person, meant))


def enrol(
    session: Session, library: Library, clinic: Clinic, enrolment: Enrolment, now: datetime
) -> EnrolmentResult:
    """Enrol one treatment, of a new client or of one who is known; where it is in doubt who is meant
    (``meant`` says whom staff chose), nothing is done and the result has the doubt.
    """
    (done,) = treatments.enrol(session, library, clinic, [enrolment], now)
    return done
