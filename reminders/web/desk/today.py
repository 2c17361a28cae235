"""Today: what went out, what will go out, and what needs a person now."""

from __future__ import annotations

from starlette.responses import Response

from reminders.rules.roles import Role
from reminders.web.desk.shell import Visit, desk_route


def show(visit: Visit) -> Response:
    """Show the day."""
    return visit.page("today.html")


ROUTES = [desk_route("/", show, Role.VIEWER)]
