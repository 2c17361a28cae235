"""Ask staff about the countries of numbers that their clinic does not text yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from reminders.rules.countries import NOWHERE, region_of
from reminders.rules.questions import QuestionKind, about_country
from reminders.rules.terms import Facts
from reminders.store.queries import questions


def ask_about_countries(session: Session, waiting: Iterable[Facts], now: datetime) -> None:
    """Ask once for each clinic and country, always in one order, so that two workers at once do not
    wait for each other.
    """
    for clinic_id, country in sorted(
        {(one.clinic.clinic_id, region_of(one.contact or "")) for one in waiting}
    ):
        about = clinic_id, QuestionKind.COUNTRY, country
        if country != NOWHERE and not questions.is_remembered(session, *about):
            questions.ask_doubt(session, clinic_id, about_country(country), now)
