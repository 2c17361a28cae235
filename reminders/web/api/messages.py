"""Messages by the API: what will leave, what left, why not, in which words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from reminders.monitoring import message_list
from reminders.rules.terms import LEFT, OPEN, Status
from reminders.shapes import api as shapes
from reminders.store.queries import client_messages
from reminders.store.queries.client_messages import ClientMessage
from reminders.store.tables import Client, Reminder
from reminders.web.api.caller import Caller, Viewer
from reminders.web.api.clients import PAGE, After, Id
from reminders.web.api.problems import SafeRoute
from reminders.web.desk.responses import milestone_names, rendered

router = APIRouter(route_class=SafeRoute, tags=["messages"])

STATES = {"planned": OPEN, "left": LEFT, "not-sent": frozenset(Status) - OPEN - LEFT}


@router.get("/clients/{client}/messages", response_model=shapes.MessagePage)
def of_client(caller: Viewer, client: Id) -> shapes.MessagePage:
    """Read every message of one client in order of time: sent, scheduled, and not sent with the
    reason.
    """
    with caller.reading() as session:
        found = caller.row(session, Client, client)
        steps = client_messages.steps(session, found.id)
        return shapes.MessagePage(messages=_shapes(session, caller, steps), next=None)


@router.get("/messages", response_model=shapes.MessagePage)
def of_clinic(
    caller: Viewer,
    state: Annotated[
        Literal["planned", "left", "not-sent"], Query(description="which messages")
    ] = "planned",
    after: After = 0,
) -> shapes.MessagePage:
    """Read the clinic's messages page by page, in the order of their IDs."""
    with caller.reading() as session:
        steps = client_messages.page(session, caller.clinic.id, STATES[state], after, PAGE)
        more = steps[-1].reminder.id if len(steps) == PAGE else None
        return shapes.MessagePage(messages=_shapes(session, caller, steps), next=more)


@router.get("/messages/{message}", response_model=shapes.Message)
def read(caller: Viewer, message: Id) -> shapes.Message:
    """Read one message."""
    with caller.reading() as session:
        found = caller.row(session, Reminder, message)
        step = client_messages.step(session, found.id)
        return _shapes(session, caller, [step])[0]


def _shapes(
    session: Session, caller: Caller, steps: Sequence[ClientMessage]
) -> list[shapes.Message]:
    names, zone = milestone_names(caller.app), ZoneInfo(caller.clinic.time_zone)
    told = message_list.tell(session, partial(rendered, caller.app), names, steps, caller.now)
    return [shapes.Message.of(one, at=one.at.astimezone(zone)) for one in told]
