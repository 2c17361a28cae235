"""The outbox: while practising, every text as on a phone and every email as it would arrive."""

from __future__ import annotations

import re
from email import message_from_bytes, policy

from starlette.responses import HTMLResponse, Response

from reminders.rules.roles import Role
from reminders.store.database import reading
from reminders.store.queries import outbox
from reminders.store.queries.desk import NotHere
from reminders.web.desk.page import Visit, desk_route
from reminders.web.security_headers import EMAIL


def show(visit: Visit) -> Response:
    """Show the latest messages that were written down instead of being sent."""
    _only_practising(visit)
    before = visit.typed("before")
    with reading(visit.app.engine) as session:
        found = outbox.page(session, visit.clinic_id, int(before) if before.isdecimal() else None)
    more = found[-1].attempt_id if len(found) == outbox.PAGE else 0
    return visit.page("outbox.html", found=found, more=more)


def email(visit: Visit) -> Response:
    """Show one email as its reader would see it."""
    _only_practising(visit)
    with reading(visit.app.engine) as session:
        kept = outbox.one(session, visit.clinic_id, visit.id)
    if not re.fullmatch(r"[\w.-]+\.eml", kept.file or ""):
        raise NotHere
    path = visit.app.settings.outbox_dir / str(kept.file)
    if not path.is_file():
        raise NotHere
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = mail.get_body(("html",))
    words = body.get_content() if body else ""
    return HTMLResponse(words, headers=EMAIL)


def _only_practising(visit: Visit) -> None:
    if visit.app.settings.live:
        raise NotHere


ROUTES = [
    desk_route("/outbox", show, Role.VIEWER),
    desk_route("/outbox/{id:int}/email", email, Role.VIEWER),
]
