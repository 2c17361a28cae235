"""The door for mail that came back: whoever takes in bounces posts them here, as they arrived."""

from __future__ import annotations

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from reminders.app import App
from reminders.web.metrics import REJECTED, may

log = structlog.get_logger()

LARGEST = 1024 * 1024
"""Bytes; a report that sends all of a message back takes some tens of thousands."""


async def take(request: Request) -> Response:
    """Take one mail as it arrived (message/rfc822) and say what it was taken for. Without a token
    set there is no such hook.
    """
    app: App = request.app.state.app
    token = app.settings.bounce_token.get_secret_value()
    if not token:
        return Response(status_code=404)
    if not may(request, token):
        REJECTED.labels("bounce").inc()
        return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
    raw = b""
    async for part in request.stream():
        raw += part
        if len(raw) > LARGEST:
            return Response(status_code=413)
    try:
        meaning = await run_in_threadpool(app.take_bounce, raw)
    except SQLAlchemyError:
        log.exception("bounce not taken")
        return Response(status_code=503, headers={"Retry-After": "60"})
    return JSONResponse({"taken_for": meaning})


ROUTES = [Route("/hooks/mail/bounce", take, methods=["POST"])]
