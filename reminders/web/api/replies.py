"""Replies by the API: read what clients texted, answer in a person's words, mark as done."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.enrolment import staff_answers
from reminders.rules.terms import InputError
from reminders.shapes import api as shapes
from reminders.shapes.api_requests import AnswerInput
from reminders.shapes.people import Reply as ReplyShape
from reminders.store.queries import conversations, people, staff
from reminders.store.tables import Client, Reply
from reminders.web.api.caller import Caller, Staff, Viewer
from reminders.web.api.clients import PAGE, After, Id
from reminders.web.api.problems import Problem, SafeRoute

router = APIRouter(route_class=SafeRoute, tags=["replies"])


@router.get("/replies", response_model=shapes.Replies)
def search(
    caller: Viewer,
    state: Annotated[
        Literal["waiting", "all"],
        Query(description="waiting: those that need an answer, alarms included"),
    ] = "waiting",
    after: After = 0,
) -> shapes.Replies:
    """Read the texts that were received, in the order of their IDs."""
    with caller.reading() as session:
        only = state == "waiting"
        found = conversations.page(session, caller.clinic.id, after, PAGE, waiting=only)
        more = found[-1].id if len(found) == PAGE else None
        return shapes.Replies(replies=[_shape(session, caller, x) for x in found], next=more)


@router.get("/replies/{reply}", response_model=ReplyShape)
def read(caller: Viewer, reply: Id) -> ReplyShape:
    """Read one text that was received."""
    with caller.reading() as session:
        return _shape(session, caller, caller.row(session, Reply, reply))


def _shape(session: Session, caller: Caller, reply: Reply) -> ReplyShape:
    client = people.client(session, reply.client_id) if reply.client_id else None
    name = client.first_name if client else None
    return ReplyShape.of(reply, clinic=caller.clinic.name, first_name=name)


@router.post("/replies/{reply}/answer", response_model=shapes.Answered)
def answer(caller: Staff, reply: Id, body: AnswerInput) -> Response:
    """Answer a text in the words of a member of staff. The answer is sent after ten seconds, within
    sending hours, with the clinic's name in front, and every text from that number is marked as
    done.
    """

    def act(session: Session) -> shapes.Answered:
        found = caller.row(session, Reply, reply, lock=True)
        by = whose(session, caller, body.by)
        words = staff_answers.read_words(caller.clinic, body.words)
        writers = staff_answers.writers(session, found)
        if not writers:
            raise Problem(
                "refused", 409, "This number does not belong to a client. Please call it instead."
            )
        meant = next((c for c in writers if c.id == found.client_id), writers[0])
        sent = staff_answers.answer(
            session, found, meant, words, caller.now, keep_open=body.keep_open
        )
        caller.record(session, "answered a text", Client, meant.id, f"by {by}")
        return shapes.Answered(reply=found.id, message=sent)

    return caller.once(act)


def whose(session: Session, caller: Caller, email: str) -> str:
    """Return the email of a member of the clinic's staff; raises ``InputError`` for anybody else."""
    known = {member.email for member, _ in staff.of_clinic(session, caller.clinic.id)}
    if email.strip().lower() not in known:
        raise InputError(
            "by: Nobody at this clinic signs in with that email.",
            "Send the email of the member of staff who wrote the answer.",
        )
    return email.strip().lower()


@router.post("/replies/{reply}/done", response_model=ReplyShape)
def finish(caller: Staff, reply: Id) -> Response:
    """Mark every waiting text from this number as done."""

    def act(session: Session) -> ReplyShape:
        found = caller.row(session, Reply, reply, lock=True)
        staff_answers.finish(session, found, caller.now)
        caller.record(session, "marked a conversation as done", Reply, found.id)
        session.refresh(found)
        return _shape(session, caller, found)

    return caller.once(act)
