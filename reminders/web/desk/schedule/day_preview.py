"""The staff page that shows every message of a future day, as it would be sent."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from starlette.responses import Response

from reminders.rehearsal import day_preview
from reminders.rules.list_dates import read_typed
from reminders.rules.reason_texts import reason_text
from reminders.rules.roles import Role
from reminders.rules.terms import LEFT, InputError
from reminders.rules.translation import gettext
from reminders.store.database import reading
from reminders.store.queries import people
from reminders.web.desk.page import DeskRequest, desk_route


def show(request: DeskRequest) -> Response:
    """Play a day and show it; without one, tomorrow's."""
    zone = request.zone
    today = request.now.astimezone(zone).date()
    on = today + timedelta(days=1)
    if typed := request.typed("on"):
        try:
            on = read_typed(typed, zone, day_comes_first=True, today=today).day
        except InputError as error:
            request.faults["on"] = str(error)
    if not today <= on <= today + day_preview.FURTHEST:
        request.faults["on"] = gettext("Enter a date from today to one year ahead.")
    if request.faults:
        return request.page("day-preview.html", day=None, on=on, today=today)
    with reading(request.app.engine) as session:
        clinic = people.clinic(session, request.clinic_id)
    day = day_preview.preview_day(
        request.app.engine, request.app.rehearsal_dispatcher, clinic, on, request.now
    )
    leaving = [line for line in day.lines if line.status in LEFT]
    staying = Counter(line.reason for line in day.lines if line.status not in LEFT and line.reason)
    return request.page(
        "day-preview.html",
        day=day,
        on=on,
        today=today,
        leaving=leaving,
        staying=[(reason_text(reason), count) for reason, count in staying.most_common()],
    )


ROUTES = [desk_route("/plan/day", show, Role.VIEWER)]
