"""Routes for staff actions on one message: hold, release, skip, send now, send again, undo."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.enrolment import message_actions
from reminders.enrolment.message_actions import TooLate
from reminders.rules.roles import Role
from reminders.rules.terms import OneOffKind
from reminders.rules.translation import gettext_noop
from reminders.store.database import writing
from reminders.store.queries import conversations
from reminders.store.tables import Client, Reminder
from reminders.web.desk.page import DeskRequest, Handler, desk_route
from reminders.web.desk.responses import english_names

Act = Callable[[Session, DeskRequest, Reminder], int]
"""Does something with a message, and returns the id of the one that can be called back, or 0."""


def _action(act: Act, what: str, said: str) -> Handler:
    """Return the handler that does it, writes it down, and goes back to the client."""

    def handler(request: DeskRequest) -> Response:
        try:
            with writing(request.app.engine) as session:
                reminder = request.row(session, Reminder, lock=True)
                undo = act(session, request, reminder)
                name = english_names(request.app).get(reminder.milestone, reminder.milestone)
                request.record(session, what, Client, reminder.client_id, name)
        except TooLate:
            return request.page("too-late.html", 409, back=request.back("/"))
        page = request.back(f"/clients/{reminder.client_id}")
        return request.redirect(f"{page}?undo={undo}" if undo else page, said)

    return handler


def _hold(session: Session, request: DeskRequest, reminder: Reminder) -> int:
    message_actions.hold(session, reminder, request.now)
    return 0


def _release(session: Session, _: DeskRequest, reminder: Reminder) -> int:
    message_actions.release(session, reminder)
    return 0


def _skip(session: Session, request: DeskRequest, reminder: Reminder) -> int:
    message_actions.skip_message(session, reminder, request.now)
    return 0


def _send(session: Session, request: DeskRequest, reminder: Reminder) -> int:
    message_actions.send_now(session, reminder, request.now)
    return reminder.id


def _again(session: Session, request: DeskRequest, reminder: Reminder) -> int:
    client = request.row(session, Client, reminder.client_id)
    return message_actions.send_again(session, request.render, client, reminder, request.now)


def _undo(session: Session, request: DeskRequest, reminder: Reminder) -> int:
    message_actions.undo_send_now(session, reminder, request.now)
    if reminder.milestone == OneOffKind.ANSWER:
        conversations.reopen(
            session, request.clinic_id, reminder.client_id, request.now - 2 * message_actions.UNDO
        )
    return 0


ROUTES = [
    desk_route(f"/messages/{{id:int}}/{path}", _action(act, what, said), Role.STAFF, "POST")
    for path, act, what, said in (
        ("hold", _hold, gettext_noop("put a message on hold"), "held"),
        ("let-go", _release, gettext_noop("released a message"), "let-go"),
        ("skip", _skip, gettext_noop("skipped a message"), "skipped"),
        ("send", _send, gettext_noop("sent a message now"), "leaving"),
        ("again", _again, gettext_noop("sent a message again"), "leaving"),
        ("undo", _undo, gettext_noop("undid sending a message"), "undone"),
    )
]
