"""The page on which owners see the doctor's checks."""

from __future__ import annotations

from starlette.responses import Response

from reminders.monitoring.checks import Verdict
from reminders.rules.roles import Role
from reminders.web.desk.page import DeskRequest, desk_route


def show(request: DeskRequest) -> Response:
    """Show all checks but those of other clinics, failures first. Takes some seconds, since other
    systems are asked.
    """
    order = {Verdict.FAIL: 0, Verdict.WARN: 1, Verdict.PASS: 2}
    own = f"clinic {request.clinic_id}"
    found = [c for c in request.app.check_up() if not c.name.startswith("clinic ") or c.name == own]
    checks = sorted(found, key=lambda check: order[check.verdict])
    return request.page("check-up.html", checks=checks)


ROUTES = [desk_route("/check-up", show, Role.OWNER)]
