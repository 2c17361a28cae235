"""The staff inbox: texts from clients, to be read, answered and assigned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.enrolment import staff_answers
from reminders.rules import sending_hours
from reminders.rules.roles import Role
from reminders.rules.skin_answers import SAID_LABELS
from reminders.rules.translation import gettext, gettext_noop, pgettext
from reminders.store.database import reading, writing
from reminders.store.queries import consents, conversations, people, replies, skin_answers, staff
from reminders.store.tables import Client, Reply
from reminders.web.desk.page import DeskRequest, desk_route
from reminders.web.desk.schedule.skin_answers import moment_label

JUST_NOW = timedelta(hours=1)
"""A client who wrote within it is awake: an answer may go at any hour."""


def inbox(request: DeskRequest) -> Response:
    """Show the conversations that wait for an answer, or those that are done."""
    show = request.typed("show")
    mine = request.signed_in.staff.id if show == "mine" else None
    with reading(request.app.engine) as session:
        found = conversations.latest(session, request.clinic_id, done=show == "done", whose=mine)
        names = {
            reply.id: people.client(session, reply.client_id) if reply.client_id else None
            for reply in found
        }
        return request.page(
            "replies.html",
            found=found,
            names=names,
            show=show,
            tabs=_tabs(),
            crew=_colleagues(request, session),
            about=_about(request, session, found),
        )


def _tabs() -> list[tuple[str, str]]:
    return [
        ("", pgettext("conversations", "Open")),
        ("mine", pgettext("conversations", "Assigned to me")),
        ("done", pgettext("conversations", "Done")),
    ]


def _colleagues(request: DeskRequest, session: Session) -> dict[int, str]:
    return {member.id: member.name for member, _ in staff.of_clinic(session, request.clinic_id)}


def show(request: DeskRequest) -> Response:
    """Show one conversation, both ways, and the form to answer."""
    with reading(request.app.engine) as session:
        return _conversation(request, session, request.row(session, Reply))


def _conversation(request: DeskRequest, session: Session, reply: Reply) -> Response:
    writers = staff_answers.writers(session, reply)
    came = conversations.last_received(session, request.clinic_id, reply.contact)
    went = conversations.last_sent(
        session, request.clinic_id, [client.id for client in writers], reply.contact
    )
    line = sorted(
        [*((x.received_at, x) for x in came), *((x.at, x) for x in went)], key=lambda x: x[0]
    )
    barred = consents.suppressions_of(session, [reply.contact])
    return request.page(
        "conversation.html",
        reply=reply,
        who=writers,
        line=line,
        about=_about(request, session, came),
        waits=any(x.done_at is None for x in came),
        barred=barred.get((request.clinic_id, reply.contact)),
        quiet=_quiet(request, writers[0]) if writers else False,
        just_now=request.now - came[-1].received_at < JUST_NOW,
        crew=_colleagues(request, session),
    )


def _about(request: DeskRequest, session: Session, came: Sequence[Reply]) -> dict[int, str]:
    """Say of what was written on the client's own page that it was, and after which answer."""
    told = skin_answers.by_ids(session, {one.skin_answer_id for one in came} - {None})
    found = {}
    for reply in came:
        answer = told.get(reply.skin_answer_id or 0)
        if answer is not None:
            day, said = moment_label(request, answer.moment), gettext(SAID_LABELS[answer.said])
            found[reply.id] = gettext("Own page, %(day)s: %(answer)s", day=day, answer=said)
        elif replies.is_written(reply):
            found[reply.id] = gettext("Own page")
    return found


def _quiet(request: DeskRequest, client: Client) -> bool:
    """Say whether it is outside the client's sending hours."""
    zone = ZoneInfo(client.time_zone) if client.time_zone else request.zone
    week = sending_hours.parse(request.signed_in.clinic.sending_hours)
    return sending_hours.next_open(request.now, week, zone) > request.now


def answer(request: DeskRequest) -> Response:
    """Send an answer in the clinic's name, and mark the conversation as done."""
    clinic = request.signed_in.clinic
    words = request.read("words", lambda text: staff_answers.read_words(clinic, text))
    if not words and "words" not in request.faults:
        request.faults["words"] = gettext("Enter your reply.")
    with writing(request.app.engine) as session:
        reply = request.row(session, Reply, lock=True)
        writers = staff_answers.writers(session, reply)
        meant = next(
            (c for c in writers if str(c.id) == request.typed("client")),
            writers[0] if writers else None,
        )
        if meant is None:
            request.faults["words"] = gettext(
                "No client has this number any more. Please call it instead."
            )
        if request.faults or meant is None:
            return _conversation(request, session, reply)
        undo = staff_answers.answer(
            session,
            reply,
            meant,
            words,
            request.now,
            urgent=bool(request.typed("urgent")),
            keep_open=bool(request.typed("keep")),
        )
        request.record(session, gettext_noop("replied to a text"), Client, meant.id)
    return request.redirect(f"/replies/{reply.id}?undo={undo}", "leaving")


def finish(request: DeskRequest) -> Response:
    """Mark a conversation as done without an answer by text."""
    with writing(request.app.engine) as session:
        reply = request.row(session, Reply, lock=True)
        staff_answers.finish(session, reply, request.now)
        request.record(session, gettext_noop("marked a conversation as done"), Reply, reply.id)
    return request.redirect("/replies", "done")


def reopen(request: DeskRequest) -> Response:
    """Reopen a conversation."""
    with writing(request.app.engine) as session:
        reply = request.row(session, Reply, lock=True)
        reply.done_at = None
        request.record(session, gettext_noop("reopened a conversation"), Reply, reply.id)
    return request.redirect(f"/replies/{reply.id}")


def assign(request: DeskRequest) -> Response:
    """Assign a conversation to a member of staff, or to nobody."""
    with writing(request.app.engine) as session:
        reply = request.row(session, Reply, lock=True)
        given = request.typed("to")
        to = (
            int(given)
            if given.isdecimal() and int(given) in _colleagues(request, session)
            else None
        )
        conversations.change(session, request.clinic_id, reply.contact, done=False, assigned_to=to)
        request.record(session, gettext_noop("assigned a conversation"), Reply, reply.id)
    return request.redirect(f"/replies/{reply.id}", "saved")


ROUTES = [
    desk_route("/replies", inbox, Role.VIEWER),
    desk_route("/replies/{id:int}", show, Role.VIEWER),
    desk_route("/replies/{id:int}/answer", answer, Role.STAFF, "POST"),
    desk_route("/replies/{id:int}/done", finish, Role.STAFF, "POST"),
    desk_route("/replies/{id:int}/reopen", reopen, Role.STAFF, "POST"),
    desk_route("/replies/{id:int}/assign", assign, Role.STAFF, "POST"),
]
