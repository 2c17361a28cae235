"""Her calendar: the next visit and what comes after it, as a file that any calendar opens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from starlette.responses import Response

from reminders.rules.planning import timing
from reminders.web.client.aftercare_page import Hers
from reminders.web.client.page import door
from reminders.web.client.preferences import opened

if TYPE_CHECKING:
    from icalendar import Event

MOMENT = timedelta(minutes=15)
"""How long a milestone takes in a calendar; it cannot be nothing."""


def _show(hers: Hers) -> Response:
    from icalendar import Calendar  # noqa: PLC0415 (3 MB, for who asks for the file)

    calendar = Calendar()
    calendar.add("prodid", "-//Aftercare reminders//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for event in (*_visits(hers), *_milestones(hers)):
        calendar.add_component(event)
    return Response(
        calendar.to_ical(),
        media_type="text/calendar",
        headers={"Content-Disposition": 'attachment; filename="calendar.ics"'},
    )


def _event(hers: Hers, what: str, summary: str) -> Event:
    """Begin an event. Its name stays the same when it moves, so that calendars move it too, and
    its words tell nothing of skin: calendars are shared.
    """
    from icalendar import Event  # noqa: PLC0415 (as above)

    event = Event()
    host = urlsplit(hers.visit.app.settings.public_url).hostname
    event.add("uid", f"{hers.visit.app.links.seal('calendar', what)[:24]}@{host}")
    event.add("dtstamp", hers.now)
    event.add("summary", summary)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    return event


def _visits(hers: Hers) -> Iterator[Event]:
    visit = hers.next
    if visit is None:
        return
    event = _event(hers, f"visit.{visit.id}", hers.words("calendar.visit", clinic=hers.clinic.name))
    if visit.starts is None:
        event.add("dtstart", visit.treated_on)
        event.add("dtend", visit.treated_on + timedelta(days=1))
    else:
        length = hers.visit.app.library.protocols[visit.protocol].usual_length
        zone = ZoneInfo(hers.clinic.time_zone)
        when = timing(visit.treated_on, visit.starts, visit.ends, length, zone)
        event.add("dtstart", when.begins_at)
        event.add("dtend", when.ends_at)
    event["transp"] = "OPAQUE"
    event.add("location", hers.clinic.address)
    yield event


def _milestones(hers: Hers) -> Iterator[Event]:
    for together in hers.coming():
        first = together[0]
        summary = hers.words("calendar.milestone", clinic=hers.clinic.name)
        event = _event(hers, f"milestone.{first.treatment_id}.{first.milestone}", summary)
        begins: datetime = first.due_at
        event.add("dtstart", begins)
        event.add("dtend", begins + MOMENT)
        yield event


ROUTES = [door("/a/{token}/calendar.ics", opened(_show))]
