"""The staff page that shows, in practice mode, each message as the client would see it."""

from __future__ import annotations

import re
from email import message_from_bytes, policy

from starlette.responses import HTMLResponse, Response

from reminders.rules.roles import Role
from reminders.store.database import reading
from reminders.store.queries import outbox
from reminders.store.queries.desk import NotAtClinic
from reminders.web.desk.page import DeskRequest, desk_route
from reminders.web.security_headers import EMAIL


def show(request: DeskRequest) -> Response:
    """Show the latest messages that were written down instead of being sent."""
    _practice_only(request)
    before = request.typed("before")
    with reading(request.app.engine) as session:
        found = outbox.page(session, request.clinic_id, int(before) if before.isdecimal() else None)
    more = found[-1].attempt_id if len(found) == outbox.PAGE else 0
    return request.page("outbox.html", found=found, more=more)


def email(request: DeskRequest) -> Response:
    """Show one email as the client would see it."""
    _practice_only(request)
    with reading(request.app.engine) as session:
        kept = outbox.one(session, request.clinic_id, request.id)
    if not re.fullmatch(r"[\w.-]+\.eml", kept.file or ""):
        raise NotAtClinic
    path = request.app.settings.outbox_dir / str(kept.file)
    if not path.is_file():
        raise NotAtClinic
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = mail.get_body(("html",))
    words = body.get_content() if body else ""
    return HTMLResponse(words, headers=EMAIL)


def _practice_only(request: DeskRequest) -> None:
    if request.app.settings.live:
        raise NotAtClinic


ROUTES = [
    desk_route("/outbox", show, Role.VIEWER),
    desk_route("/outbox/{id:int}/email", email, Role.VIEWER),
]
