"""The page on which owners see the doctor's checks."""

from __future__ import annotations

from starlette.responses import Response

from reminders.monitoring.checks import Check, Verdict
from reminders.rules.roles import Role
from reminders.rules.translation import gettext, gettext_noop
from reminders.web.desk.page import DeskRequest, desk_route

NAMES = (
    gettext_noop("alerts"), gettext_noop("backup"), gettext_noop("clinics"), gettext_noop("clock"),
    gettext_noop("connections"), gettext_noop("database"), gettext_noop("failover"),
    gettext_noop("heartbeat"), gettext_noop("history"), gettext_noop("mail domain"),
    gettext_noop("public address"), gettext_noop("registration"), gettext_noop("settings"),
    gettext_noop("tables"), gettext_noop("time zones"), gettext_noop("Twilio account"),
    gettext_noop("Twilio sender"), gettext_noop("wording"), gettext_noop("zone data"),
)  # fmt: skip
"""What checks are called; programs read these names, so a page translates them itself."""


def name_of(check: Check) -> str:
    """Return the name of a check; the clinic's own needs no number on its own page."""
    return gettext("clinic") if check.name.startswith("clinic ") else gettext(check.name)


def show(request: DeskRequest) -> Response:
    """Show all checks but those of other clinics, failures first. Takes some seconds, since other
    systems are asked.
    """
    order = {Verdict.FAIL: 0, Verdict.WARN: 1, Verdict.PASS: 2}
    own = f"clinic {request.clinic_id}"
    found = [c for c in request.app.check_up() if not c.name.startswith("clinic ") or c.name == own]
    checks = sorted(found, key=lambda check: order[check.verdict])
    return request.page("check-up.html", checks=checks, name_of=name_of)


ROUTES = [desk_route("/check-up", show, Role.OWNER)]
