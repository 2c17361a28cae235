"""The webhook that makes one pass, for hosts that sleep or have only an outside cron."""

from __future__ import annotations

from threading import Lock

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from reminders.app import App
from reminders.delivery.holds import Hold
from reminders.senders import SendError
from reminders.store.connections import AWAY, reason
from reminders.web.metrics import refused

log = structlog.get_logger()

_ONE_AT_A_TIME = Lock()


async def run_pass(request: Request) -> Response:
    """Make one pass and say what it did; a second call meanwhile finds it under way. Without a
    token set there is no such hook.
    """
    app: App = request.app.state.app
    if refusal := refused(request, app.settings.tick_token, "tick"):
        return refusal
    return await run_in_threadpool(_tick, app)


def _tick(app: App) -> Response:
    if not _ONE_AT_A_TIME.acquire(blocking=False):
        return JSONResponse({"under_way": True}, 202)
    try:
        result = app.tick()
    except SendError as error:
        return JSONResponse({"waiting_for": str(error)}, 503, {"Retry-After": "60"})
    except AWAY as error:
        log.warning("no pass, the database is away", why=reason(error))
        return JSONResponse({"waiting_for": "the database"}, 503, {"Retry-After": "60"})
    finally:
        _ONE_AT_A_TIME.release()
    if isinstance(result, Hold):
        return JSONResponse({"held": result.suspicion}, 409)
    return JSONResponse(
        {"sent": result.sent, "skipped": result.skipped, "in_doubt": result.in_doubt}
    )


ROUTES = [Route("/hooks/tick", run_pass, methods=["POST"])]
