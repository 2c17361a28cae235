"""Stop texts by the link in them: opening it changes nothing, its one button does."""

from __future__ import annotations

from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.consent import ledger
from reminders.rules.terms import Channel
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.tables import Client
from reminders.web.client.page import ClientRequest, clinic_words, page_route


def show(request: ClientRequest) -> Response:
    """Show a button; phones that fetch links for a preview stop nothing."""
    record_id = _record(request)
    if isinstance(record_id, Response):
        return record_id
    with reading(request.app.engine) as session:
        return _page(session, request, people.client(session, record_id), done=False)


def act(request: ClientRequest) -> Response:
    """Stop texts to the client at once, and to whoever shares the number; repeating it changes
    nothing.
    """
    record_id = _record(request)
    if isinstance(record_id, Response):
        return record_id
    with writing(request.app.engine) as session:
        client = ledger.unsubscribe(session, record_id, request.now, Channel.SMS)
        return _page(session, request, client, done=True)


def _record(request: ClientRequest) -> int | Response:
    """Return whose texts the link stops, or the page that refuses; who guesses links is counted."""
    refused = _refusal(request)
    if refused:
        return refused
    record_id = request.app.links.client_to_stop(request.token)
    if record_id is None:
        request.templates.join_limit.count(request.network_address, request.now)
        return request.wrong_link()
    return record_id


def _refusal(request: ClientRequest) -> Response | None:
    full = request.templates.join_limit.full(request.network_address, request.now)
    return request.problem(429, "too_often") if full else None


def _page(
    session: Session, request: ClientRequest, client: Client | None, *, done: bool
) -> Response:
    if client is None:  # a genuine link whose client is no longer stored
        return request.page("stop-texts.html", request.words(), done=True)
    clinic = people.clinic(session, client.clinic_id)
    words = request.words(client.language, clinic.country)
    return request.page("stop-texts.html", words, clinic=clinic_words(clinic), done=done)


ROUTES = [page_route("/s/{token}", show), page_route("/s/{token}", act, "POST", foreign=True)]
