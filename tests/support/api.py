"""Another program with a key, for tests of the API."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Thread
from typing import Any

from anyio.from_thread import start_blocking_portal
from httpx2 import Response
from starlette.testclient import TestClient

from reminders.rules.roles import Role
from reminders.staff import api_keys
from reminders.store.database import writing
from reminders.store.queries import people
from reminders.web import create_web
from tests.conftest import House

ANA = {
    "first_name": "Ana", "last_name": "Costa", "phone": "07700 900101", "email": "ana@mail.example",
}  # fmt: skip
AHEAD = "2026-03-12T14:30:00+00:00"
BOOKING = {"client": {"own_id": "c-77"}, "service": "Microneedling", "starts_at": AHEAD}


class Program:
    """A program that calls the API with one key."""

    def __init__(self, house: House, role: Role = Role.OWNER, clinic: int = 0) -> None:
        self.house = house
        with writing(house.engine) as session:
            found = people.clinics(session)[clinic]
            key, self.token = api_keys.create(
                session, found, "Booking system", role, "sam@rosewood.example", house.clock()
            )
            self.key_id = key.id
        self.browser = TestClient(
            create_web(house.app),
            base_url="http://localhost:8000/api/v1",
            headers={"Authorization": f"Bearer {self.token}"},
            raise_server_exceptions=False,
        )

    def at_once(self, threads: Iterable[Thread]) -> None:
        """Let calls come at once, to one server: its places are of one loop, as in a process."""
        started = list(threads)
        with start_blocking_portal() as self.browser.portal:
            for thread in started:
                thread.start()
            for thread in started:
                thread.join()
        self.browser.portal = None

    def get(self, path: str, **query: Any) -> Response:
        return self.browser.get(path, params=query)

    def put(self, path: str, repeat: str = "", **body: Any) -> Response:
        return self.browser.put(path, json=body, headers=_repeat(repeat))

    def post(self, path: str, repeat: str = "", **body: Any) -> Response:
        return self.browser.post(path, json=body, headers=_repeat(repeat))

    def delete(self, path: str, repeat: str = "") -> Response:
        return self.browser.delete(path, headers=_repeat(repeat))

    def ana(self, **more: Any) -> int:
        """Add Ana under the clinic's own number c-77, and return their number here."""
        answer = self.put("/clients/own/c-77", **(ANA | more))
        assert answer.status_code == 200, answer.text
        return int(answer.json()["client"]["id"])

    def booked(self, number: str = "b-1", **more: Any) -> dict[str, Any]:
        """Put a booking of Ana's and return the answer."""
        answer = self.put(f"/treatments/cliniko/{number}", **(BOOKING | more))
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def agreed(self, client: int, channel: str = "sms", **more: Any) -> Response:
        """Tell a client's yes, with its proof."""
        contact = ANA["phone"] if channel == "sms" else ANA["email"]
        told: dict[str, Any] = {
            "channel": channel, "given": True, "contact": contact, "given_at": "2026-03-01T10:00",
            "how": "ticked the box", "where": "booking form 4711", "wording": "Send me care advice.",
        }  # fmt: skip
        return self.post(f"/clients/{client}/consents", **(told | more))


def _repeat(name: str) -> dict[str, str]:
    return {"Idempotency-Key": name} if name else {}
