"""The web application: health checks, provider webhooks, pages for clients and for staff."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from reminders.app import App
from reminders.web import client, desk, health, metrics
from reminders.web.client import unsubscribe
from reminders.web.hooks import mail_bounces, tick, twilio_inbound, twilio_status
from reminders.web.proxies import Proxies

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}


def create_web(
    app: App,
    alongside: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> Starlette:
    """Return the web application; ``alongside`` is kept open while it serves."""
    # A cached property has no lock: requests that come at once would make several of each.
    _ = app.engine, app.renderer, app.hearing, app.holding, app.pulse

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        with alongside():
            yield

    web = Starlette(
        routes=[
            Route("/healthz", health.alive),
            Route("/readyz", health.ready),
            *metrics.ROUTES,
            *tick.ROUTES,
            *mail_bounces.ROUTES,
            Route("/hooks/twilio/status", twilio_status.status, methods=["POST"]),
            Route("/hooks/twilio/inbound", twilio_inbound.inbound, methods=["POST"]),
            *unsubscribe.ROUTES,
            *client.ROUTES,
            *desk.ROUTES,
        ],
        middleware=[
            Middleware(Proxies, trusted=app.settings.trusted_proxies),
            Middleware(BaseHTTPMiddleware, dispatch=_with_headers),
        ],
        exception_handlers={404: _nowhere},
        lifespan=lifespan,
    )
    web.state.app = app
    return web


async def _nowhere(request: Request, _: Exception) -> Response:
    """Say in plain words that an address leads nowhere, whoever mistyped it."""
    return client.ClientRequest(request, {}).wrong_link()


async def _with_headers(request: Request, call_next: RequestResponseEndpoint) -> Response:
    response = await call_next(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
