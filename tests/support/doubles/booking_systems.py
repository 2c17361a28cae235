"""Acuity and Square for tests: they hold what they are given, and may be away, refuse or talk nonsense."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest


@dataclass
class VendorDouble:
    """What is at each path; ``status`` is answered instead where it is set."""

    url: str = ""
    at: dict[str, Any] = field(default_factory=dict)
    status: int = 0
    raw: bytes = b""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def hold_appointment(self, number: int = 4711, **more: Any) -> None:
        self.at[f"/appointments/{number}"] = {
            "id": number, "firstName": "Ana", "lastName": "Costa", "phone": "07700 900101", "email": "ana@mail.example",
            "date": "March 12, 2026", "time": "2:30pm", "endTime": "3:30pm", "datetime": "2026-03-12T14:30:00+0000", "duration": "60",
            "type": "Microneedling", "appointmentTypeID": 1, "calendar": "Sam", "calendarID": 27, "timezone": "Europe/London",
            "canceled": False, "noShow": False, "labels": [], "forms": [{"id": 1, "name": "Intake", "values": [{"name": "Texts?", "value": "yes"}]}],
        } | more  # fmt: skip

    def hold_booking(self, **more: Any) -> None:
        booking = {
            "id": "zkras0xv0xwswx", "version": 1, "status": "ACCEPTED", "start_at": "2026-03-12T14:30:00Z", "customer_id": "C1",
            "appointment_segments": [{"duration_minutes": 60, "service_variation_id": "V1"}],
        } | more  # fmt: skip
        customer = {"id": "C1", "given_name": "Ana", "family_name": "Costa", "email_address": "ana@mail.example", "phone_number": "+447700900101"}  # fmt: skip
        self.at["/v2/bookings/zkras0xv0xwswx"] = {"booking": booking}
        self.at["/v2/customers/C1"] = {"customer": customer}
        self.at["/v2/catalog/object/V1"] = {
            "object": {"type": "ITEM_VARIATION", "id": "V1", "item_variation_data": {"item_id": "I1", "name": "60 min"}},
            "related_objects": [{"type": "ITEM", "id": "I1", "item_data": {"name": "Microneedling"}}],
        }  # fmt: skip


@contextmanager
def serving() -> Iterator[VendorDouble]:
    double = VendorDouble()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            double.asked.append((path, dict(self.headers)))
            found = double.at.get(path)
            status = double.status or (200 if found is not None else 404)
            body = double.raw or json.dumps(found if status == 200 else {"error": "x"}).encode()
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    double.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def vendor_double() -> Iterator[VendorDouble]:
    with serving() as double:
        yield double
