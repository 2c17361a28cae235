"""Clients' answers about their skin by the API: what they tapped, and whether somebody saw to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from reminders.rules.skin_answers import day_of
from reminders.shapes import api as shapes
from reminders.store.queries import skin_answers as queries
from reminders.store.tables import Client, SkinAnswer
from reminders.web.api.caller import Viewer
from reminders.web.api.clients import PAGE, After, Id
from reminders.web.api.problems import SafeRoute

router = APIRouter(route_class=SafeRoute, tags=["skin answers"])


@router.get("/clients/{client}/skin-answers", response_model=shapes.SkinAnswers)
def of_client(caller: Viewer, client: Id, after: After = 0) -> shapes.SkinAnswers:
    """Read what one client answered to “How is your skin today?”, in the order of their IDs."""
    with caller.reading() as session:
        found = caller.row(session, Client, client)
        return _page(session, queries.page(session, caller.clinic.id, after, PAGE, found.id))


@router.get("/skin-answers", response_model=shapes.SkinAnswers)
def of_clinic(
    caller: Viewer,
    state: Annotated[
        Literal["waiting", "all"],
        Query(description="waiting: worried clients whose answer nobody has closed"),
    ] = "waiting",
    after: After = 0,
) -> shapes.SkinAnswers:
    """Read the answers of the clinic's clients page by page, in the order of their IDs."""
    with caller.reading() as session:
        waiting = state == "waiting"
        return _page(session, queries.page(session, caller.clinic.id, after, PAGE, waiting=waiting))


@router.get("/skin-answers/{skin_answer}", response_model=shapes.SkinAnswer)
def read(caller: Viewer, skin_answer: Id) -> shapes.SkinAnswer:
    """Read one answer, such as the one an event `client.worried` names."""
    with caller.reading() as session:
        return _shapes(session, [caller.row(session, SkinAnswer, skin_answer)])[0]


def _page(session: Session, found: Sequence[SkinAnswer]) -> shapes.SkinAnswers:
    more = found[-1].id if len(found) == PAGE else None
    return shapes.SkinAnswers(skin_answers=_shapes(session, found), next=more)


def _shapes(session: Session, found: Sequence[SkinAnswer]) -> list[shapes.SkinAnswer]:
    wrote = queries.replies_of(session, [one.id for one in found])
    return [
        shapes.SkinAnswer.of(
            one,
            client=one.client_id,
            treatment=one.treatment_id,
            day=day_of(one.moment),
            replies=wrote.get(one.id, []),
        )
        for one in found
    ]
