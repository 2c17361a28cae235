"""Unsubscribe from emails: opening the link changes nothing, its button does (RFC 8058)."""

from __future__ import annotations

from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.consent import ledger
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.tables import Client
from reminders.web.client.page import ClientRequest, clinic_words, page_route


def show(request: ClientRequest) -> Response:
    """Show a button; mail scanners that open links unsubscribe nobody."""
    with reading(request.app.engine) as session:
        client = _whose(session, request)
        return _page(session, request, client, done=False) if client else _nobody(request)


def act(request: ClientRequest) -> Response:
    """Unsubscribe the client from emails at once; repeating it changes nothing. No cookie, no
    redirect."""
    with writing(request.app.engine) as session:
        record_id = request.app.links.client_of(request.token)
        client = ledger.unsubscribe(session, record_id, request.now) if record_id else None
        return _page(session, request, client, done=True) if client else _nobody(request)


def _whose(session: Session, request: ClientRequest) -> Client | None:
    client_id = request.app.links.client_of(request.token)
    return people.client(session, client_id) if client_id is not None else None


def _nobody(request: ClientRequest) -> Response:
    """Answer a genuine link whose client is no longer stored."""
    if request.app.links.client_of(request.token) is None:
        return request.wrong_link()
    return request.page("unsubscribe.html", request.words(), done=True)


def _page(session: Session, request: ClientRequest, client: Client, *, done: bool) -> Response:
    clinic = people.clinic(session, client.clinic_id)
    words = request.words_at(clinic, client.language, client.phone or "")
    return request.page("unsubscribe.html", words, clinic=clinic_words(clinic), done=done)


ROUTES = [page_route("/u/{token}", show), page_route("/u/{token}", act, "POST", foreign=True)]
