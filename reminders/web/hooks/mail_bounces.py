"""The webhook for returned mail, posted as it arrived."""

from __future__ import annotations

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from reminders.app import App
from reminders.consent import bounces
from reminders.web.metrics import refused

log = structlog.get_logger()

LARGEST = 1024 * 1024
"""Bytes; a report that sends all of a message back takes some tens of thousands."""


async def receive_bounce(request: Request) -> Response:
    """Take one mail as it arrived (message/rfc822) and say what it was taken for. Without a token
    set there is no such hook.
    """
    app: App = request.app.state.app
    if refusal := refused(request, app.settings.bounce_token, "bounce"):
        return refusal
    raw = b""
    async for part in request.stream():
        raw += part
        if len(raw) > LARGEST:
            return Response(status_code=413)
    try:
        meaning = await run_in_threadpool(bounces.receive, app.engine, app.links, raw, app.clock())
    except SQLAlchemyError:
        log.exception("bounce not taken")
        return Response(status_code=503, headers={"Retry-After": "60"})
    return JSONResponse({"taken_for": meaning})


ROUTES = [Route("/hooks/mail/bounce", receive_bounce, methods=["POST"])]
