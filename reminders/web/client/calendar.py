"""The calendar file of a client's next visit and reminders (iCalendar)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from starlette.responses import Response

from reminders.rules.planning import timing
from reminders.web.client.aftercare_page import AftercarePage
from reminders.web.client.page import page_route
from reminders.web.client.preferences import with_open_page

if TYPE_CHECKING:
    from icalendar import Event

MOMENT = timedelta(minutes=15)
"""How long a milestone takes in a calendar; it cannot be nothing."""


def _show(page: AftercarePage) -> Response:
    from icalendar import Calendar  # noqa: PLC0415 (3 MB, for who asks for the file)

    calendar = Calendar()
    calendar.add("prodid", "-//Aftercare reminders//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for event in (*_visits(page), *_milestones(page)):
        calendar.add_component(event)
    return Response(
        calendar.to_ical(),
        media_type="text/calendar",
        headers={"Content-Disposition": 'attachment; filename="calendar.ics"'},
    )


def _event(page: AftercarePage, what: str, summary: str) -> Event:
    """Begin an event. Its name stays the same when it moves, so that calendars move it too, and
    its words tell nothing of skin: calendars are shared.
    """
    from icalendar import Event  # noqa: PLC0415 (as above)

    event = Event()
    host = urlsplit(page.request.app.settings.public_url).hostname
    event.add("uid", f"{page.request.app.links.seal('calendar', what)[:24]}@{host}")
    event.add("dtstamp", page.now)
    event.add("summary", summary)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    return event


def _visits(page: AftercarePage) -> Iterator[Event]:
    request = page.next
    if request is None:
        return
    event = _event(
        page, f"visit.{request.id}", page.words("calendar.visit", clinic=page.clinic.name)
    )
    if request.starts is None:
        event.add("dtstart", request.treated_on)
        event.add("dtend", request.treated_on + timedelta(days=1))
    else:
        length = page.request.app.library.protocols[request.protocol].usual_length
        zone = ZoneInfo(page.clinic.time_zone)
        when = timing(request.treated_on, request.starts, request.ends, length, zone)
        event.add("dtstart", when.begins_at)
        event.add("dtend", when.ends_at)
    event["transp"] = "OPAQUE"
    event.add("location", page.clinic.address)
    yield event


def _milestones(page: AftercarePage) -> Iterator[Event]:
    for together in page.upcoming():
        first = together[0]
        summary = page.words("calendar.milestone", clinic=page.clinic.name)
        event = _event(page, f"milestone.{first.treatment_id}.{first.milestone}", summary)
        begins: datetime = first.due_at
        event.add("dtstart", begins)
        event.add("dtend", begins + MOMENT)
        yield event


ROUTES = [page_route("/a/{token}/calendar.ics", with_open_page(_show))]
