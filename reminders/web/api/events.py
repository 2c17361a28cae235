"""The feed of events by the API: what happened, in an order that never changes."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query

from reminders.shapes import api as shapes
from reminders.store.database import writing
from reminders.store.queries import events as queries
from reminders.web.api.caller import Viewer
from reminders.web.api.clients import After
from reminders.web.api.problems import SafeRoute

router = APIRouter(route_class=SafeRoute, tags=["events"])


@router.get("/events", response_model=shapes.Events)
def read(
    caller: Viewer, after: After = 0, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> shapes.Events:
    """Read what happened after a place in the feed. Each event comes once, and none is ever added
    before one that has been read. Events older than ninety days are deleted.
    """
    with writing(caller.app.engine) as session:
        queries.place_events(session, caller.clinic.id, caller.now)
    with caller.reading() as session:
        found = queries.events_after(session, caller.clinic.id, after, limit)
        zone = ZoneInfo(caller.clinic.time_zone)
        told = [
            shapes.Event(
                place=one.place or 0,
                kind=one.kind,
                client=one.client_id,
                id=one.row_id,
                at=(one.happened_at or caller.now).astimezone(zone),
            )
            for one in found
        ]
        return shapes.Events(events=told, next=told[-1].place if told else after)
