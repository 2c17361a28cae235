"""The web application: health checks, provider webhooks, pages for clients and for staff."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from reminders.app import App
from reminders.store.connections import AWAY, reason
from reminders.web import client, desk, health, metrics
from reminders.web.api import PREFIX, Api
from reminders.web.browser_language import BrowserLanguage
from reminders.web.client import stop_texts, unsubscribe
from reminders.web.hooks import bookings, mail_bounces, tick, twilio_inbound, twilio_status
from reminders.web.proxies import Proxies
from reminders.web.security_headers import SecurityHeaders
from reminders.web.warm_up import warming_up

log = structlog.get_logger()


def create_web(
    app: App,
    alongside: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> Starlette:
    """Return the web application; ``alongside`` is kept open while it serves."""
    # A cached property has no lock: requests that come at once would make several of each.
    _ = app.engine, app.renderer, app.inbound_texts, app.restore_guard, app.heartbeat_ping

    api = Api(app)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        api.prepare()
        with alongside(), warming_up(app):
            yield
            app.deliveries.line.stop()

    web = Starlette(
        routes=[
            Route("/healthz", health.alive),
            Route("/readyz", health.ready),
            *metrics.ROUTES,
            *tick.ROUTES,
            *mail_bounces.ROUTES,
            *bookings.ROUTES,
            Route("/hooks/twilio/status", twilio_status.status, methods=["POST"]),
            Route("/hooks/twilio/inbound", twilio_inbound.inbound, methods=["POST"]),
            Mount(PREFIX, api),
            *unsubscribe.ROUTES,
            *stop_texts.ROUTES,
            *client.ROUTES,
            *desk.ROUTES,
        ],
        exception_handlers={404: _nowhere, **dict.fromkeys(AWAY, _come_again)},
        lifespan=lifespan,
    )
    web.state.app = app
    # Around everything, so that the answer to what nobody expected has its headers too.
    translated = BrowserLanguage(web.build_middleware_stack(), app.library)
    secured = SecurityHeaders(translated, https=app.settings.public_url.startswith("https://"))
    web.middleware_stack = Proxies(secured, trusted=app.settings.trusted_proxies)
    return web


async def _come_again(_: Request, error: Exception) -> Response:
    """Let a program or a person try again while the database is away."""
    log.warning("database away", why=reason(error))
    return PlainTextResponse("Please try again in a minute.\n", 503, {"Retry-After": "60"})


async def _nowhere(request: Request, _: Exception) -> Response:
    """Return the page for an unknown address; a program is told as the API tells it."""
    if request.url.path.startswith(f"{PREFIX}/"):
        from reminders.web.api import problems  # noqa: PLC0415 (large; see there)

        return problems.answer(request, "not-found", 404, problems.WORDS["not-found"])
    return client.ClientRequest(request, {}).wrong_link()
