"""Health checks: whether the process is alive, and whether it is ready."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse

from reminders.app import App
from reminders.monitoring.status import SILENCE
from reminders.store import migrations
from reminders.store.database import reading
from reminders.store.queries import delivery


async def alive(_: Request) -> JSONResponse:
    """Answer that the process is alive, without asking the database."""
    return JSONResponse({"ok": True})


async def ready(request: Request) -> JSONResponse:
    """Say whether database, tables and heartbeat are as they should be; 503 where not."""
    found = await run_in_threadpool(_look, request.app.state.app)
    return JSONResponse(found, 200 if all(found.values()) else 503)


def _look(app: App) -> dict[str, bool]:
    try:
        if migrations.is_behind(migrations.current(app.engine)):
            return {"database": True, "tables": False, "heartbeat": False}
        with reading(app.engine) as session:
            beat = delivery.last_beat(session)
    except (SQLAlchemyError, OSError):
        return {"database": False, "tables": False, "heartbeat": False}
    beating = beat is not None and app.clock() - beat < SILENCE
    return {"database": True, "tables": True, "heartbeat": beating}
