"""A system that is told of events: real HTTPS on this machine, and every way to answer."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from reminders.endpoints.posting import Poster
from reminders.internet import Internet
from tests.support.doubles.https import https_server

HANG = 0
ENDLESS = -200


@dataclass(frozen=True)
class Told:
    """One message as it came, taken or not."""

    path: str
    headers: dict[str, str]
    body: str

    @property
    def said(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.body)
        return said

    @property
    def about(self) -> tuple[int | None, str]:
        """Return of which client it is, and what happened."""
        return self.said["data"]["client"], self.said["type"]

    @property
    def number(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class WebhookServer:
    """``answer`` says the HTTP status for each message; ``got`` is what came."""

    port: int = 0
    got: list[Told] = field(default_factory=list)
    answer: Callable[[Told], int] = field(default=lambda _: 200)
    headers: dict[str, str] = field(default_factory=dict)
    trusted: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    written: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def address(self, path: str = "/a") -> str:
        return f"https://127.0.0.1:{self.port}{path}"

    def poster(self) -> Poster:
        """Return what reaches this server, and of private addresses no other."""
        return Poster(Internet(lambda host: host == "127.0.0.1", self.trusted))

    def at(self, path: str) -> list[Told]:
        return [one for one in self.got if one.path == path]


@contextmanager
def webhook_server() -> Iterator[WebhookServer]:
    """Serve until the context ends."""
    server = WebhookServer()
    with https_server(_handler(server), server.trusted) as server.port:
        try:
            yield server
        finally:
            server.over.set()


def _handler(server: WebhookServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            told = Told(self.path, headers, body)
            server.got.append(told)
            status = server.answer(told)
            if status == HANG:
                server.over.wait(20)
                self.close_connection = True
                return
            self.send_response(abs(status))
            for name, value in server.headers.items():
                self.send_header(name, value)
            words = b"" if status == 204 else b"ok"
            self.send_header("Content-Length", str(10**12 if status == ENDLESS else len(words)))
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(words)
                while status == ENDLESS and not server.over.is_set():
                    server.written += self.wfile.write(b"0" * 65536)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler
