"""Find, and forget, what waits for a person about a client, and what was answered about them."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

from sqlalchemy.orm import Session

from reminders.intake.vanished import ask_of
from reminders.rules.mentions import is_named, is_reached
from reminders.rules.payloads import leaves
from reminders.rules.questions import QuestionKind
from reminders.rules.sayings import Saying, keep
from reminders.rules.translation import gettext_noop
from reminders.store.queries import booking_sources, feeds, imports, people
from reminders.store.queries import questions as queries
from reminders.store.tables import Client, Question, WaitingRow

GONE = gettext_noop("A client this row may refer to has been erased. Is this a new client?")
GONE_MEANWHILE = gettext_noop(
    "A client who may be the person who joined has been erased. Who is it?"
)


def held(session: Session, client: Client) -> list[dict[str, Any]]:
    """Return the waiting rows with a client's first name and a number or address of theirs."""
    own = [contact for contact in (client.phone, client.email) if contact]
    return [
        {"came_at": row.came_at, "number": row.number, "cells": row.cells}
        for row in queries.waiting_at(session, client.clinic_id)
        if is_reached(cells_of(row), own) and is_named(cells_of(row), client.first_name)
    ]


def forget(
    session: Session, client: Client, contacts: Collection[str], unshared: Collection[str]
) -> int:
    """Forget the rows that may be about a client, and return how many: with the whole name, with a
    number or address that is theirs alone, or with one they share and the first name.

    Questions that others wait for too no longer name the client; answers about them are forgotten.
    """
    rows = [
        row
        for row in queries.waiting_at(session, client.clinic_id)
        if _is_about(cells_of(row), client, contacts, unshared)
    ]
    feeds.never_again(session, [cell for row in rows for cell in cells_of(row)])
    queries.forget_rows(session, rows)
    queries.close_unneeded(session, client.clinic_id)
    queries.drop_open(session, client.clinic_id, QuestionKind.JOINED, str(client.id))
    for asked, _ in queries.open_questions(session, client.clinic_id):
        _leave_out(session, asked, client)
    names = {client.first_name, f"{client.first_name} {client.last_name}".strip()}
    about: dict[str, Collection[str]] = {
        QuestionKind.NAME: names,
        QuestionKind.PHONE: contacts,
        QuestionKind.PERSON: {f"client:{client.id}"},
        QuestionKind.JOINED: {f"client:{client.id}"},
    }
    queries.forget_answers(session, client.clinic_id, about)
    return len(rows)


def forget_posts(
    session: Session,
    client: Client,
    contacts: Collection[str],
    unshared: Collection[str],
    now: datetime,
) -> int:
    """Take the words out of what booking systems posted of a client, or may have; return of how
    many posts.
    """
    about = [
        post.id
        for post in booking_sources.readable(session, client.clinic_id)
        if post.client_id == client.id or _is_about(said_in(post.body), client, contacts, unshared)
    ]
    return booking_sources.blank(session, about, now)


def said_in(body: str) -> list[str]:
    """Return every single value of a post, however its letters are escaped."""
    try:
        return [str(value) for _, value in leaves(json.loads(body))]
    except ValueError:
        return [unquote_plus(body)]


_ABOUT: dict[str, str] = {QuestionKind.PERSON: GONE, QuestionKind.JOINED: GONE_MEANWHILE}


def cells_of(row: WaitingRow) -> list[str]:
    """Return the cells of a waiting row as they came."""
    return [str(cell) for cell in json.loads(row.cells)]


def _is_about(
    cells: list[str], client: Client, contacts: Collection[str], unshared: Collection[str]
) -> bool:
    if client.last_name and is_named(cells, f"{client.first_name} {client.last_name}"):
        return True
    named = is_named(cells, client.first_name)
    return is_reached(cells, contacts if named else unshared)


def _leave_out(session: Session, asked: Question, client: Client) -> None:
    """Take a client out of a question that others wait for, or the whole question if none do."""
    facts = json.loads(asked.facts)
    if asked.kind in _ABOUT and client.id in facts["ids"]:
        ids = [one for one in facts["ids"] if one != client.id]
        left = [c for c in json.loads(asked.choices) if c[0] != f"client:{client.id}"]
        facts |= {"sentence": keep(Saying(_ABOUT[asked.kind])), "ids": ids}
        asked.facts, asked.choices = json.dumps(facts), json.dumps(left, ensure_ascii=False)
        if asked.kind == QuestionKind.JOINED and not ids:
            session.delete(asked)
    elif asked.kind == QuestionKind.VANISHED:
        theirs = {treatment.id for treatment in people.treatments_of(session, [client.id])}
        if theirs & set(facts["ids"]):
            _ask_of_the_others(session, asked, [one for one in facts["ids"] if one not in theirs])


def _ask_of_the_others(session: Session, asked: Question, left: list[int]) -> None:
    """Ask of the other treatments that vanished."""
    session.delete(asked)
    session.flush()
    ask_of(
        session,
        asked.clinic_id,
        asked.subject,
        imports.treatments_by_id(session, left),
        asked.asked_at,
    )
