"""Ask a person, once for each doubt, and remember what they answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from reminders.rules.contacts import read_name
from reminders.rules.countries import calling_code
from reminders.rules.folding import fold, words
from reminders.rules.questions import LEAVE_OUT, Answers, Choice, Doubt, QuestionKind
from reminders.rules.sayings import say
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext
from reminders.store.queries import people
from reminders.store.queries import questions as queries
from reminders.store.queries.common import hash_key
from reminders.store.tables import Question
from reminders.wording.localised import country_name

REMEMBERED = {QuestionKind.SERVICE, QuestionKind.STATUS, QuestionKind.NAME, QuestionKind.PHONE,
              QuestionKind.PERSON, QuestionKind.COUNTRY}  # fmt: skip
"""What is remembered under the subject it was asked by; what vanished is so for each treatment."""


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question as people read it, and how many rows wait for it; ``subject`` and ``label`` are
    what is in doubt, as it is remembered and as it came.
    """

    id: int
    clinic_id: int
    kind: QuestionKind
    subject: str
    label: str
    sentence: str
    choices: tuple[Choice, ...]
    rows: int
    asked_at: datetime


def ask(session: Session, clinic_id: int, doubt: Doubt, now: datetime) -> int:
    """Ask a doubt unless it is asked already, and return the question's id."""
    return queries.ask_doubt(session, clinic_id, doubt, now)


def ask_anew(session: Session, clinic_id: int, doubt: Doubt, now: datetime) -> int:
    """Ask a doubt of which more is known than when it was asked first."""
    queries.drop_open(session, clinic_id, doubt.kind, doubt.subject)
    return ask(session, clinic_id, doubt, now)


def open_questions(session: Session, clinic_id: int | None = None) -> list[OpenQuestion]:
    """Return what waits for an answer, of one clinic or of all, the oldest first."""
    return [as_open(asked, rows) for asked, rows in queries.open_questions(session, clinic_id)]


def about_joined(session: Session, clinic_id: int) -> dict[int, list[int]]:
    """Return who joined by the form and is asked about, with whom they may be."""
    asked = queries.of_kind(session, clinic_id, QuestionKind.JOINED)
    return {int(one.subject): json.loads(one.facts)["ids"] for one in asked}


def drop_settled(session: Session, clinic_id: int) -> None:
    """Take back what is asked about somebody who joined, if they are one with all it may be."""
    for joined, ids in about_joined(session, clinic_id).items():
        if people.kept_ids(session, ids) <= people.kept_ids(session, [joined]):
            queries.drop_open(session, clinic_id, QuestionKind.JOINED, str(joined))


def as_open(asked: Question, rows: int) -> OpenQuestion:
    """Read a stored question in the language that is current."""
    facts, kind = json.loads(asked.facts), QuestionKind(asked.kind)
    is_country = kind is QuestionKind.COUNTRY
    sentence = _about_country(asked.subject) if is_country else say(facts["sentence"])
    return OpenQuestion(
        asked.id,
        asked.clinic_id,
        kind,
        asked.subject,
        facts["label"],
        sentence,
        tuple(Choice(key, label) for key, label in _choices(asked).items()),
        rows,
        asked.asked_at,
    )


def _about_country(country: str) -> str:
    """Word the question whether a country is texted in the reader's language."""
    return gettext(
        "A client has a phone number from another country: %(country)s (%(code)s). Texts to it wait."
        " Does your clinic text this country? Your provider may charge more there.",
        country=country_name(country),
        code=calling_code(country),
    )


def _choices(asked: Question) -> dict[str, str]:
    return {key: say(label) for key, label in json.loads(asked.choices)}


def take_answer(session: Session, asked: Question, answer: str, by: str, now: datetime) -> None:
    """Write down what a person answered, and remember it: a choice, or how to greet somebody. Raises
    ``InputError`` where the question is closed or has no such choice.
    """
    if asked.answered_at is not None:
        raise InputError(
            gettext("This question has already been answered."),
            gettext("Reload the page to see what is still open."),
        )
    choices = _choices(asked)
    keys, kind = list(choices), QuestionKind(asked.kind)
    answer = _chosen(kind, choices, answer)
    if kind is QuestionKind.NAME and answer.strip() and answer not in keys:
        answer = read_name(answer)
    elif answer not in keys:
        raise InputError(
            gettext("“%(answer)s” is not one of the answers.", answer=answer),
            gettext("Choose one of: %(answers)s.", answers=", ".join(keys)),
        )
    label = json.loads(asked.facts)["label"]
    queries.close(session, asked, answer, by, now)
    if kind in REMEMBERED:
        seen = label if kind in {QuestionKind.SERVICE, QuestionKind.STATUS} else ""
        remember(session, asked.clinic_id, kind, asked.subject, seen, answer, by, now)


_YES, _NO = words("yes y yep ok right correct"), words("no n nope wrong")
"""What people answer to “We will write Ana. Right?”, and nobody is called."""


def _chosen(kind: QuestionKind, choices: Mapping[str, str], answer: str) -> str:
    """Take a choice by its own words too; a yes to a greeting is the one that was proposed."""
    said = fold(answer)
    by_label = {fold(label): key for key, label in choices.items()}
    if kind is QuestionKind.NAME and said in _YES | _NO:
        proposed = next(iter(choices), "")
        if said in _NO or proposed in {"", LEAVE_OUT}:
            raise InputError(
                gettext("“%(answer)s” is not a name.", answer=answer),
                gettext("Enter the name to use in messages, or leave-out."),
            )
        return proposed
    return answer if answer in choices else by_label.get(said, answer)


def remember(
    session: Session,
    clinic_id: int,
    kind: QuestionKind,
    subject: str,
    label: str,
    answer: str,
    by: str | None,
    now: datetime,
) -> None:
    """Keep an answer; ``by`` None means that nobody was asked."""
    row = _kept(clinic_id, kind, subject, label, answer, now) | {"answered_by": by}
    queries.remember(session, row)


def show_services(
    session: Session, clinic_id: int, seen: Mapping[str, tuple[str, str]], now: datetime
) -> None:
    """Keep which services lists held and what their names say by themselves, to be looked at:
    ``seen`` is name and answer by subject.
    """
    rows = (
        _kept(clinic_id, QuestionKind.SERVICE, subject, label, answer, now)
        for subject, (label, answer) in seen.items()
    )
    queries.show_only(session, rows)


def _kept(
    clinic_id: int, kind: QuestionKind, subject: str, label: str, answer: str, now: datetime
) -> dict[str, Any]:
    return {
        "clinic_id": clinic_id,
        "kind": kind.value,
        "subject": subject,
        "label": label,
        "answer": answer,
        "answered_at": now,
    }


def answers(session: Session, clinic_id: int) -> Answers:
    """Return what was answered before."""
    found = queries.answers(session, clinic_id)
    ours = set(QuestionKind)  # others are remembered beside, such as who is not the same person
    given = {(QuestionKind(k), subject): a for (k, subject), a in found.items() if k in ours}
    return Answers(given, hash_key(session))


def labels(session: Session, clinic_id: int, kinds: Iterable[QuestionKind]) -> list[tuple[str, str, str, str | None]]:  # fmt: skip
    """Return subject, label, answer and who gave it, of these kinds."""
    rows = [row for kind in kinds for row in queries.remembered(session, clinic_id, kind)]
    return [(row.subject, row.label, row.answer, row.answered_by) for row in rows]
