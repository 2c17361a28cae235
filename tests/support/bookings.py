"""Booking systems at the door, for tests: what each sends, and signed as it signs."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from httpx2 import Response, post
from sqlalchemy import select
from starlette.testclient import TestClient

from reminders.intake import booking_sources
from reminders.rules.told_bookings import SourceKind
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.tables import BookingDelivery, BookingSource, Client, Treatment
from reminders.web import create_web
from tests.conftest import House

URL = "http://localhost:8000"
START, END = "2026-03-12T14:30:00Z", "2026-03-12T15:30:00Z"
LATER = "2026-03-14T10:00:00Z"
SIGNING = "a-secret-that-they-share"
API_KEY = {SourceKind.ACUITY: f"4711:{SIGNING}", SourceKind.SQUARE: "EAAA-access-token"}

ANA = {"name": "Ana Costa", "email": "ana@mail.example", "timeZone": "America/New_York"}


def calcom(event: str = "BOOKING_CREATED", at: str = "2026-03-02T08:00:00.000Z", **more: Any) -> dict[str, Any]:  # fmt: skip
    """Return what Cal.com posts of a booking of Ana's."""
    payload = {
        "type": "microneedling", "title": "Microneedling between Rosewood and Ana Costa", "eventTitle": "Microneedling",
        "startTime": START, "endTime": END, "uid": "u1", "bookingId": 91, "status": "ACCEPTED", "seatsPerTimeSlot": None,
        "organizer": {"name": "Sam", "email": "sam@rosewood.example", "timeZone": "Europe/London"},
        "responses": {
            "name": {"label": "your_name", "value": "Ana Costa"}, "email": {"label": "email_address", "value": "ana@mail.example"},
            "attendeePhoneNumber": {"label": "phone_number", "value": "+447700900101"}, "guests": {"label": "additional_guests", "value": []},
        },
        "attendees": [ANA],
    }  # fmt: skip
    return {"triggerEvent": event, "createdAt": at, "payload": payload | more}


def calendly(event: str = "invitee.created", at: str = "2026-03-02T08:00:00.000000Z", number: str = "e1", **more: Any) -> dict[str, Any]:  # fmt: skip
    """Return what Calendly posts of an invitee."""
    payload = {
        "uri": invitee(number), "name": "Ana Costa", "first_name": "Ana", "last_name": "Costa", "email": "ana@mail.example",
        "status": "active", "timezone": "America/New_York", "text_reminder_number": "+44 7700 900101", "rescheduled": False,
        "old_invitee": None, "new_invitee": None, "questions_and_answers": [],
        "scheduled_event": {
            "uri": f"https://api.calendly.com/scheduled_events/{number}", "name": "Microneedling",
            "start_time": "2026-03-12T14:30:00.000000Z", "end_time": "2026-03-12T15:30:00.000000Z",
            "invitees_counter": {"total": 1, "active": 1, "limit": 1},
        },
    }  # fmt: skip
    return {"event": event, "created_at": at, "payload": payload | more}


def invitee(event: str, number: str = "i1") -> str:
    return f"https://api.calendly.com/scheduled_events/{event}/invitees/{number}"


def square(status: str = "ACCEPTED", version: int = 1, event: str = "booking.updated", **more: Any) -> dict[str, Any]:  # fmt: skip
    """Return what Square posts of a booking."""
    booking = {
        "id": "zkras0xv0xwswx", "version": version, "status": status, "start_at": START, "customer_id": "C1",
        "appointment_segments": [{"duration_minutes": 60, "service_variation_id": "V1", "team_member_id": "T1"}],
    }  # fmt: skip
    return {
        "merchant_id": "M1", "type": event, "event_id": f"{status}-{version}", "created_at": START,
        "data": {"type": "booking", "id": "zkras0xv0xwswx:1", "object": {"booking": booking | more}},
    }  # fmt: skip


GENERIC = {
    "external_id": "b-1", "status": "booked", "first_name": "Ana", "last_name": "Costa", "phone": "07700 900101",
    "email": "ana@mail.example", "treatment": "Microneedling", "treated_at": START, "ended_at": END,
}  # fmt: skip


@dataclass
class Vendor:
    """A booking system with an address at the first clinic."""

    house: House
    kind: SourceKind
    secret: str = SIGNING
    source_id: int = 0
    path: str = ""
    url: str = URL

    def __post_init__(self) -> None:
        sealing = self.house.app.deliveries.sealing
        with writing(self.house.engine) as session:
            clinic = people.clinics(session)[0]
            now = self.house.clock()
            made = booking_sources.add(session, clinic, self.kind, "", sealing, "Mia", now)
            key = API_KEY.get(self.kind, "")
            if self.secret:
                booking_sources.keep_secrets(
                    session, made.source, self.secret, key, sealing, "Mia", now
                )
            self.source_id = made.source.id
            address = booking_sources.address(URL, made.source, sealing)
            assert address
        self.path = address.removeprefix(URL)
        self.web = TestClient(create_web(self.house.app), base_url=URL, raise_server_exceptions=False)  # fmt: skip

    def post(self, body: Any, headers: dict[str, str] | None = None) -> Response:
        """Post a body, signed unless headers are given."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        signed = self.signed(raw) if headers is None else headers
        return self.web.post(self.path, content=raw, headers=signed)

    def told(self, body: Any) -> dict[str, Any]:
        """Post a body that is taken, and return the answer."""
        answer = self.post(body)
        assert answer.status_code in {200, 202}, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def signed(self, raw: bytes) -> dict[str, str]:
        """Return the headers of a body, signed as this system signs."""
        if not self.secret:
            return {}
        key, now = self.secret.encode(), str(int(self.house.clock().timestamp()))
        if self.kind is SourceKind.CALCOM:
            return {"X-Cal-Signature-256": _hex(key, raw)}
        if self.kind is SourceKind.CALENDLY:
            signature = _hex(key, now.encode() + b"." + raw)
            return {"Calendly-Webhook-Signature": f"t={now},v1={signature}"}
        if self.kind is SourceKind.ACUITY:
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            return form | {"X-Acuity-Signature": _base64(key, raw)}
        if self.kind is SourceKind.SQUARE:
            return {
                "x-square-hmacsha256-signature": _base64(key, (self.url + self.path).encode() + raw)
            }
        number = sha256(raw).hexdigest()[:8]
        words = f"{number}.{now}.".encode() + raw
        return {
            "webhook-id": number, "webhook-timestamp": now, "webhook-signature": f"v1,{_base64(key, words)}",
        }  # fmt: skip

    def source(self) -> BookingSource:
        with reading(self.house.engine) as session:
            return session.get_one(BookingSource, self.source_id)


@dataclass
class FollowedVendor(Vendor):
    """A booking system that somebody set up by its page: it has the address and secret from there."""

    def __post_init__(self) -> None:
        """Add nothing: the page did."""

    def post(self, body: Any, headers: dict[str, str] | None = None) -> Response:
        """Post a body, signed unless headers are given."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        signed = self.signed(raw) if headers is None else headers
        return post(self.url + self.path, content=raw, headers=signed)


def _hex(key: bytes, words: bytes) -> str:
    return hmac.digest(key, words, sha256).hex()


def _base64(key: bytes, words: bytes) -> str:
    return b64encode(hmac.digest(key, words, sha256)).decode()


def treatments(house: House) -> Sequence[Treatment]:
    with reading(house.engine) as session:
        return session.scalars(select(Treatment).order_by(Treatment.id)).all()  # type: ignore[arg-type]


def clients(house: House) -> Sequence[Client]:
    with reading(house.engine) as session:
        return session.scalars(select(Client).order_by(Client.id)).all()  # type: ignore[arg-type]


def deliveries(house: House) -> Sequence[BookingDelivery]:
    with reading(house.engine) as session:
        return session.scalars(select(BookingDelivery).order_by(BookingDelivery.id)).all()  # type: ignore[arg-type]


def standing(house: House) -> list[tuple[str, str]]:
    """Return number and start of every treatment that stands."""
    return [
        (str(one.external_id), f"{one.treated_on:%d} {one.starts:%H:%M}")
        for one in treatments(house)
        if one.cancelled_at is None
    ]


def pass_hours(house: House, hours: int) -> None:
    house.clock.now += timedelta(hours=hours)
