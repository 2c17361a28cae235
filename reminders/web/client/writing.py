"""Write to the clinic from one's own page: the words arrive in the inbox as a reply by text does."""

from __future__ import annotations

import secrets
from datetime import timedelta

from starlette.responses import Response

from reminders.inbox import written_messages
from reminders.rules.keywords import LONGEST, Kind, read
from reminders.store.queries import replies
from reminders.web.client.aftercare_page import AftercarePage
from reminders.web.client.page import page_route
from reminders.web.client.preferences import with_open_page

A_DAY, MOST = timedelta(days=1), 10
"""How many a client may write in a day, on every process together."""


def _form(page: AftercarePage, fault: str = "", status: int = 200) -> Response:
    """Show the form, with a number of its own so that a form sent twice arrives once."""
    typed = page.request.typed
    once = typed.get("once") or secrets.token_hex(8)
    words = typed.get("words", "")
    return page.page("write.html", status, once=once, words=words, fault=fault, most=LONGEST)


def _send(page: AftercarePage) -> Response:
    words, client = page.request.typed.get("words", ""), page.client
    since = page.now - A_DAY
    if replies.written_since(page.session, client.id, replies.PAGE_ID, since) >= MOST:
        return page.request.problem(429, "too_often", client.language)
    taken = written_messages.take_message(
        page.session,
        page.request.app.answers,
        client,
        words,
        page.now,
        network_address=page.request.network_address,
        once="".join(filter(str.isalnum, page.request.typed.get("once", "")))[:32],
    )
    if taken is None:
        return _form(page, page.words("write.empty"), 422)
    if taken is Kind.WRONG_NUMBER:
        return page.page("wrong-contact.html")
    urgent = read(words).alarm is not None
    return page.page("written.html", stopped=taken is Kind.STOP, urgent=urgent)


ROUTES = [
    page_route("/a/{token}/write", with_open_page(_form)),
    page_route("/a/{token}/write", with_open_page(_send), "POST"),
]
