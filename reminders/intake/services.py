"""A clinic's services: which treatment each name means, as its words or a person say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from reminders.intake import answers
from reminders.intake.list_results import Taken
from reminders.questions import questions
from reminders.rules.questions import NO_REMINDERS, QuestionKind
from reminders.rules.services import service_key
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext, gettext_noop
from reminders.store.queries import audit
from reminders.store.tables import Clinic
from reminders.wording.library import Library


@dataclass(frozen=True, slots=True)
class KnownService:
    """A service that a list held or that somebody answered.

    ``protocol`` is ``none`` where it has no reminders, and None until the open ``question`` is
    answered; ``said_by`` is None where its name says it by itself.
    """

    subject: str
    service: str
    protocol: str | None
    said_by: str | None = None
    question: int | None = None


def meanings(library: Library) -> dict[str, str]:
    """Return what a service may be, by the word it is set with."""
    named = {p.key: gettext(p.name) for p in library.protocols.values()}
    return named | {NO_REMINDERS: gettext("No reminders")}


def known(session: Session, clinic_id: int) -> list[KnownService]:
    """Return a clinic's services by name; what is not answered yet comes first."""
    asked = {
        one.subject: KnownService(one.subject, one.label, None, question=one.id)
        for one in questions.open_questions(session, clinic_id)
        if one.kind is QuestionKind.SERVICE
    }
    answered = [
        KnownService(*row)
        for row in questions.labels(session, clinic_id, [QuestionKind.SERVICE])
        if row[0] not in asked
    ]
    return [*asked.values(), *sorted(answered, key=lambda one: one.service.casefold())]


def waiting_for(session: Session, clinic_id: int, names: Iterable[str]) -> int:
    """Count the rows that wait to be told what these services are."""
    subjects = {service_key(name) for name in names}
    return sum(
        one.rows
        for one in questions.open_questions(session, clinic_id)
        if one.kind is QuestionKind.SERVICE and one.subject in subjects
    )


def change(
    session: Session,
    library: Library,
    clinic: Clinic,
    wanted: Mapping[str, str],
    by: str,
    now: datetime,
) -> Taken:
    """Remember what services are from now on, by their names, and answer what is asked of them.

    Return what became of the rows that waited; raises ``InputError``.
    """
    may_be = meanings(library)
    held = {one.subject: one for one in known(session, clinic.id)}
    total = Taken()
    for name, protocol in wanted.items():
        if protocol not in may_be:
            raise InputError(
                gettext("“%(name)s” is not a known kind of treatment.", name=protocol),
                gettext("Choose one of: %(names)s.", names=", ".join(may_be)),
            )
        subject = service_key(name)
        before = held.get(subject, KnownService(subject, name, None))
        if before.question is not None:
            total.add(answers.answer(session, library, before.question, protocol, by, now))
        else:
            questions.remember(
                session, clinic.id, QuestionKind.SERVICE, subject, before.service, protocol, by, now
            )
            detail = f"{before.service}: {before.protocol or 'not known'} → {protocol}"
            what = gettext_noop("changed a service")
            audit.record(session, clinic.id, by, what, Clinic, clinic.id, now, detail)
    return total
