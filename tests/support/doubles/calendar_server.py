"""A server of calendars: real HTTPS on this machine, and every way in which one may misbehave."""

from __future__ import annotations

import gzip
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from reminders.feeds.fetching import Fetcher
from tests.support.doubles.https import https_server

Headers = dict[str, str]


@dataclass
class CalendarServer:
    """What is served at each path: status, headers and body; ``asked`` is what came."""

    port: int = 0
    files: dict[str, tuple[int, Headers, bytes]] = field(default_factory=dict)
    asked: list[tuple[str, Headers]] = field(default_factory=list)
    trusted: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    silent: threading.Event = field(default_factory=threading.Event)

    def address(self, path: str = "/a.ics") -> str:
        return f"https://127.0.0.1:{self.port}{path}"

    def serve(self, body: bytes, path: str = "/a.ics", status: int = 200, **headers: str) -> None:
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        self.files[path] = (status, told, body)

    def serve_packed(self, body: bytes, path: str = "/a.ics") -> None:
        self.serve(gzip.compress(body), path, Content_Encoding="gzip")

    def fetcher(self) -> Fetcher:
        """Return what reaches this server, and of private addresses no other."""
        return Fetcher(lambda host: host == "127.0.0.1", self.trusted)


@contextmanager
def calendar_server() -> Iterator[CalendarServer]:
    """Serve until the context ends."""
    server = CalendarServer()
    with https_server(_handler(server), server.trusted) as server.port:
        try:
            yield server
        finally:
            server.silent.set()


def _handler(server: CalendarServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            server.asked.append((self.path, dict(self.headers)))
            status, headers, body = server.files.get(self.path, (404, {}, b""))
            etag = headers.get("ETag")
            if etag and self.headers.get("If-None-Match") == etag:
                status, body = 304, b""
            if "X-Silent" in headers:
                server.silent.wait(20)
            self.send_response(status)
            length = headers.get("Content-Length", str(len(body)))
            for name, value in (headers | {"Content-Length": length}).items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(body)
            if length != str(len(body)):
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler
