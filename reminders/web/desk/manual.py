"""The manual on pages: open to everybody, also while the database is away."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from reminders.store.connections import AWAY
from reminders.web.desk.page import DeskRequest
from reminders.web.desk.responses import html
from reminders.web.desk.sign_in.access import Access
from reminders.web.desk.sign_in.sign_in import public_route
from reminders.wording.manual import INDEX, manual_in, to_html

LONGEST = 100
"""Characters of what is looked for; nobody types more."""


def show(access: Access, http: Request, form: FormData) -> Response:
    """Show a page of the manual, or where what was asked for stands in it."""
    manual = manual_in(access.app.library.root)
    found = manual.find(http.path_params.get("topic", INDEX))
    page = found or manual.pages[INDEX]
    asked = http.query_params.get("q", "").strip()[:LONGEST]
    words = {
        "topic": page,
        "missing": found is None,
        "asked": asked,
        "hits": manual.search(asked),
        "body": Markup(to_html(page.source)),  # noqa: S704 (ours, and raw HTML in it is not used)
    }
    return _within(access, http, form, 200 if found else 404, words)


def _within(
    access: Access, http: Request, form: FormData, status: int, words: dict[str, Any]
) -> Response:
    """Put it within the desk for who is signed in, else on a page by itself."""
    now = access.app.clock()
    try:
        inside = access.signed_in(http, now)
        if inside is not None:
            request = DeskRequest(access, http, inside, now, form)
            return request.page("manual.html", status, frame="desk/layout.html", **words)
    except AWAY:
        pass  # whoever looks up what to do then has to be able to
    return html(access.app, "manual.html", status, frame="desk/signed-out-layout.html", **words)


ROUTES = [public_route("/help", show), public_route("/help/{topic}", show)]
