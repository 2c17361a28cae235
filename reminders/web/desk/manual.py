"""The manual on pages: open to everybody, also while the database is away."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from sqlalchemy.exc import OperationalError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from reminders.web.desk.page import DeskRequest
from reminders.web.desk.responses import html
from reminders.web.desk.sign_in.access import Access
from reminders.web.desk.sign_in.sign_in import public_route
from reminders.wording.manual import INDEX, manual_in, to_html

LONGEST = 100
"""Characters of what is looked for; nobody types more."""


def show(guard: Access, request: Request, form: FormData) -> Response:
    """Show a page of the manual, or where what was asked for stands in it."""
    manual = manual_in(guard.app.library.root)
    found = manual.find(request.path_params.get("topic", INDEX))
    page = found or manual.pages[INDEX]
    asked = request.query_params.get("q", "").strip()[:LONGEST]
    words = {
        "topic": page,
        "missing": found is None,
        "asked": asked,
        "hits": manual.search(asked),
        "body": Markup(to_html(page.source)),  # noqa: S704 (ours, and raw HTML in it is not used)
    }
    return _within(guard, request, form, 200 if found else 404, words)


def _within(
    guard: Access, request: Request, form: FormData, status: int, words: dict[str, Any]
) -> Response:
    """Put it within the desk for who is signed in, else on a page by itself."""
    now = guard.app.clock()
    try:
        inside = guard.signed_in(request, now)
        if inside is not None:
            visit = DeskRequest(guard, request, inside, now, form)
            return visit.page("manual.html", status, frame="desk/layout.html", **words)
    except (OperationalError, TimeoutError):
        pass  # whoever looks up what to do then has to be able to
    return html(guard.app, "manual.html", status, frame="desk/signed-out-layout.html", **words)


ROUTES = [public_route("/help", show), public_route("/help/{topic}", show)]
