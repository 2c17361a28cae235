"""The API for other programs, under /api/v1, which is loaded where there are any."""

from __future__ import annotations

from contextlib import suppress
from threading import Lock

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from reminders.app import App
from reminders.store.connections import AWAY
from reminders.store.database import reading
from reminders.store.queries import api_keys

PREFIX = "/api/v1"


class Api:
    """The API to be mounted at ``PREFIX``. It is a sixth of what there is to load, so where no
    program has a key it is loaded with the first request.
    """

    def __init__(self, app: App) -> None:
        """Take the parts of the program."""
        self._app = app
        self._loading = Lock()
        self._served: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        served = self._served
        if served is None:
            served = await run_in_threadpool(self._load)
        await served(scope, receive, send)

    def prepare(self) -> None:
        """Load it now where a program has a key, so that its first request need not wait."""
        with suppress(*AWAY), reading(self._app.engine) as session:
            if api_keys.is_any_valid(session):
                self._load()

    def _load(self) -> ASGIApp:
        with self._loading:
            if self._served is None:
                from reminders.web.api.application import create_api  # noqa: PLC0415 (see above)
                from reminders.web.api.problems import TooLargeAsProblem  # noqa: PLC0415 (as above)

                self._served = TooLargeAsProblem(create_api(self._app))
            return self._served
