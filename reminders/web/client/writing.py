"""Write to the clinic from one's own page: the words arrive in the inbox as a reply by text does."""

from __future__ import annotations

import secrets
from datetime import timedelta

from starlette.responses import Response

from reminders.inbox.addressees import StopScope
from reminders.inbox.replies import InboundText, handle_text, storable
from reminders.rules.contacts import clean
from reminders.rules.keywords import LONGEST, STOPS, read
from reminders.store.queries import replies
from reminders.web.client.aftercare_page import AftercarePage
from reminders.web.client.page import page_route
from reminders.web.client.preferences import with_open_page

FROM_PAGE = "page."
"""What the ids of such messages begin with, as those of texts are the provider's."""

A_DAY, MOST = timedelta(days=1), 10
"""How many a client may write in a day, on every process together."""


def _form(page: AftercarePage, fault: str = "", status: int = 200) -> Response:
    """Show the form, with a number of its own so that a form sent twice arrives once."""
    typed = page.request.typed
    once = typed.get("once") or secrets.token_hex(8)
    words = typed.get("words", "")
    return page.page("write.html", status, once=once, words=words, fault=fault, most=LONGEST)


def _send(page: AftercarePage) -> Response:
    words = storable(page.request.typed.get("words", "")).strip()[:LONGEST]
    if not clean(words):
        return _form(page, page.words("write.empty"), 422)
    client = page.client
    since = page.now - A_DAY
    if replies.written_since(page.session, client.id, FROM_PAGE, since) >= MOST:
        return page.request.problem(429, "too_often", client.language)
    once = "".join(filter(str.isalnum, page.request.typed.get("once", "")))[:32]
    inbound = InboundText(
        provider_id=f"{FROM_PAGE}{client.id}.{once or secrets.token_hex(8)}",
        contact=client.phone or client.email or "",
        body=words,
        written_by=client.id,
    )
    answers = page.request.app.answers
    handle_text(page.session, answers, inbound, page.now, StopScope.NUMBER)
    found = read(words)
    urgent = found.alarm is not None
    return page.page("written.html", stopped=found.kind in STOPS, urgent=urgent)


ROUTES = [
    page_route("/a/{token}/write", with_open_page(_form)),
    page_route("/a/{token}/write", with_open_page(_send), "POST"),
]
