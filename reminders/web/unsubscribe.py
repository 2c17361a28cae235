"""Unsubscribing from emails: looking changes nothing, pressing the button does (RFC 8058)."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, StrictUndefined, Template
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from reminders.app import App
from reminders.enrolling import consent
from reminders.rules.terms import Channel
from reminders.store.database import reading, writing
from reminders.store.queries import people


async def show(request: Request) -> Response:
    """Show a button; mail scanners that open links unsubscribe nobody."""
    app: App = request.app.state.app
    name = await run_in_threadpool(_clinic_name, app, request.path_params["token"])
    if name is None:
        return PlainTextResponse("This link is not complete. Please copy all of it.", 404)
    return HTMLResponse(_page(app).render(clinic=name, done=False))


async def act(request: Request) -> Response:
    """Stop emails to her, at once, however often it is asked; no cookie, no redirect."""
    app: App = request.app.state.app
    name = await run_in_threadpool(_stop, app, request.path_params["token"])
    if name is None:
        return PlainTextResponse("This link is not complete. Please copy all of it.", 404)
    return HTMLResponse(_page(app).render(clinic=name, done=True))


@cache
def _page(app: App) -> Template:
    source = app.library.page("pages/unsubscribe.html")
    return Environment(undefined=StrictUndefined, autoescape=True).from_string(source)


def _clinic_name(app: App, token: str) -> str | None:
    client_id = app.links.client_of(token)
    with reading(app.engine) as session:
        client = people.client(session, client_id) if client_id is not None else None
        return people.clinic(session, client.clinic_id).name if client else None


def _stop(app: App, token: str) -> str | None:
    client_id = app.links.client_of(token)
    with writing(app.engine) as session:
        client = people.client(session, client_id) if client_id is not None else None
        if client is None:
            return None
        consent.withdraw(session, client, Channel.EMAIL, source="unsubscribe link", now=app.clock())
        return people.clinic(session, client.clinic_id).name
