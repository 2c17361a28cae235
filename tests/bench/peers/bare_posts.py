"""The limit of taking posts: the signature is checked and the body kept, and nothing else done."""

from __future__ import annotations

import hmac
import os
import sqlite3
from collections.abc import Callable
from hashlib import sha256
from threading import local
from typing import Any

import psycopg
import uvicorn
from sqlalchemy.engine import make_url
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.booking_stream import SIGNING

TABLE = "CREATE TABLE IF NOT EXISTS kept (id INTEGER PRIMARY KEY {numbered}, body TEXT)"


class Keeper:
    """What inserts bodies by the driver alone, with a connection for each thread."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._own = local()

    def keep(self, body: str) -> None:
        """Commit one body."""
        if self._url.get_backend_name() == "sqlite":
            with self._connection(self._sqlite) as connection:
                connection.execute("INSERT INTO kept (body) VALUES (?)", (body,))
            return
        connection = self._connection(self._postgres)
        connection.execute("INSERT INTO kept (body) VALUES (%s)", (body,))
        connection.commit()

    def _connection(self, make: Callable[[], Any]) -> Any:
        if not hasattr(self._own, "connection"):
            self._own.connection = make()
        return self._own.connection

    def _sqlite(self) -> sqlite3.Connection:
        connection = sqlite3.connect(str(self._url.database), timeout=5)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(TABLE.format(numbered=""))
        return connection

    def _postgres(self) -> psycopg.Connection[Any]:
        address = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = psycopg.connect(address)
        connection.execute("SELECT pg_advisory_xact_lock(1)")
        connection.execute(TABLE.format(numbered="GENERATED ALWAYS AS IDENTITY"))
        connection.commit()
        return connection


KEEPER = Keeper(os.environ["DATABASE_URL"])


async def take(request: Request) -> Response:
    raw = await request.body()
    signed = hmac.digest(SIGNING.encode(), raw, sha256).hex()
    if not hmac.compare_digest(signed, request.headers["X-Cal-Signature-256"]):
        return JSONResponse({}, 401)
    await run_in_threadpool(KEEPER.keep, raw.decode())
    return JSONResponse({"outcome": "kept"})


async def alive(_: Request) -> Response:
    return JSONResponse({})


def main() -> None:
    web = Starlette(routes=[Route("/", take, methods=["POST"]), Route("/healthz", alive)])
    uvicorn.run(web, port=int(os.environ["PORT"]), access_log=False, log_level="error")


if __name__ == "__main__":
    main()
