"""Cal.com's posts as they pour in, signed, for measurements and proofs."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Engine

from reminders.intake import booking_sources
from reminders.rules.told_bookings import SourceKind
from reminders.sealing import Sealing
from reminders.store.database import writing
from reminders.store.queries import people

SECRET_KEY = "s" * 40
"""The operator's, as installations that send through doubles have it."""

SIGNING = "a-secret-that-they-share"
ASKED = "May we text and email you about your skin?"
VISIT = timedelta(minutes=30)


def add_source(engine: Engine, clinic_id: int) -> str:
    """Give a clinic a source of Cal.com's whose form asks for consent, and return where it posts."""
    sealing, now = Sealing(SECRET_KEY, "secrets").within("booking source"), datetime.now(UTC)
    with writing(engine) as session:
        clinic = people.clinic(session, clinic_id)
        source = booking_sources.add(session, clinic, SourceKind.CALCOM, "", sealing, "Mia", now).source  # fmt: skip
        booking_sources.keep_secrets(session, source, SIGNING, "", sealing, "Mia", now)
        booking_sources.choose_consent(session, source, ASKED, ASKED, ["sms", "email"], "Mia", now)
        return booking_sources.address("", source, sealing) or ""


@dataclass(frozen=True)
class Told:
    """One word on a booking: what happened, when it was said, and when the visit is."""

    event: str
    uid: str
    person: int
    starts: datetime
    said_at: datetime
    replaces: str = ""

    @property
    def body(self) -> bytes:
        """Return what Cal.com posts of it."""
        return json.dumps({"triggerEvent": self.event, "createdAt": self.said_at.isoformat(), "payload": self._payload()}).encode()  # fmt: skip

    def _payload(self) -> dict[str, Any]:
        name, email = f"Ana {spelled(self.person)}", email_of(self.person)
        moved = {"rescheduleUid": self.replaces} if self.replaces else {}
        return {
            "type": "microneedling", "title": f"Microneedling between Rosewood and {name}", "eventTitle": "Microneedling",
            "startTime": self.starts.isoformat(), "endTime": (self.starts + VISIT).isoformat(),
            "uid": self.uid, "bookingId": self.person, "status": "ACCEPTED", "seatsPerTimeSlot": None,
            "organizer": {"name": "Sam", "email": "sam@rosewood.example", "timeZone": "Europe/London"},
            "responses": {
                "name": {"label": "your_name", "value": name}, "email": {"label": "email_address", "value": email},
                "attendeePhoneNumber": {"label": "phone_number", "value": phone_of(self.person)},
                "guests": {"label": "additional_guests", "value": []}, "consent": {"label": ASKED, "value": "Yes"},
            },
            "attendees": [{"name": name, "email": email, "timeZone": "Europe/London"}],
        } | moved  # fmt: skip


def signature(body: bytes) -> dict[str, str]:
    """Return the headers of a body as Cal.com signs it."""
    return {"X-Cal-Signature-256": hmac.digest(SIGNING.encode(), body, sha256).hex()}


def phone_of(person: int) -> str:
    return f"+4479{person:08}"


def email_of(person: int) -> str:
    return f"booked{person}@mail.example"


def spelled(number: int) -> str:
    """Return a family name that no other number has."""
    return "".join("BCDFGHKLMN"[int(digit)] + "aeiou"[int(digit) % 5] for digit in f"{number:05}").capitalize()  # fmt: skip
