"""Choose the countries a clinic texts, and let go what waited for that."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from reminders.enrolment.countries import countries
from reminders.questions import questions
from reminders.rules.countries import keep_countries, read_countries, texted
from reminders.rules.questions import NO, QuestionKind
from reminders.rules.terms import InputError, Reason
from reminders.rules.translation import gettext
from reminders.store.queries import plans
from reminders.store.queries import questions as queries
from reminders.store.tables import Clinic


def texted_by(clinic: Clinic) -> frozenset[str]:
    """Return all countries a clinic texts, its own among them."""
    return texted(clinic.country, clinic.phone, clinic.other_countries)


def add(session: Session, clinic: Clinic, country: str, by: str, now: datetime) -> None:
    """Let a clinic text one country more."""
    choose(session, clinic, read_countries(clinic.other_countries) | {country}, by, now)


def choose(
    session: Session, clinic: Clinic, others: Collection[str], by: str, now: datetime
) -> None:
    """Let a clinic text these countries beside its own. One that was taken out is not asked about
    again. Raises ``InputError``.
    """
    unknown = sorted(set(others) - countries().keys())
    if unknown:
        raise InputError(
            gettext("“%(country)s” is not a country we know.", country=unknown[0]),
            gettext("Write its two letters, such as DE."),
        )
    before = texted_by(clinic)
    clinic.other_countries = keep_countries(set(others) - {clinic.country})
    session.flush()
    after = texted_by(clinic)
    for country in before ^ after:
        about = clinic.id, QuestionKind.COUNTRY, country
        queries.drop_open(session, *about)
        queries.forget_answer(session, *about)
        if country not in after:
            questions.remember(session, *about, "", NO, by, now)
    plans.wake(session, clinic.id, Reason.COUNTRY)
