"""The status words of a clinic's lists that a person explained: what each means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from reminders.questions import questions
from reminders.rules.questions import QuestionKind, about_status
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext, gettext_noop
from reminders.store.queries import audit
from reminders.store.tables import Clinic

MEANINGS = {choice.key: choice.label for choice in about_status("").choices}
"""What a status may mean, by the word it is set with."""


@dataclass(frozen=True, slots=True)
class KnownStatus:
    """A status word, what it means, and who said so."""

    subject: str
    word: str
    means: str
    said_by: str | None


def known(session: Session, clinic_id: int) -> list[KnownStatus]:
    """Return the words that were asked about at a clinic, once they are answered."""
    return [
        KnownStatus(*row) for row in questions.labels(session, clinic_id, [QuestionKind.STATUS])
    ]


def change(
    session: Session, clinic: Clinic, wanted: Mapping[str, str], by: str, now: datetime
) -> None:
    """Remember what words mean from the next list on, by their subjects. Raises ``InputError``."""
    held = {one.subject: one for one in known(session, clinic.id)}
    for subject, means in wanted.items():
        if means not in MEANINGS:
            raise InputError(
                gettext("“%(name)s” is not one of the meanings of a status.", name=means),
                gettext("Choose one that is shown."),
            )
        word = held[subject].word
        questions.remember(session, clinic.id, QuestionKind.STATUS, subject, word, means, by, now)
        detail = f"{word}: {held[subject].means} → {means}"
        what = gettext_noop("changed a status")
        audit.record(session, clinic.id, by, what, Clinic, clinic.id, now, detail)
