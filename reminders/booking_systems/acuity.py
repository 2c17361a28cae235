"""Ask Acuity for an appointment (developers.acuityscheduling.com/reference/get-appointments-id)."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from reminders.booking_systems import Connection
from reminders.rules.payloads import acuity
from reminders.rules.told_bookings import ToldBooking

if TYPE_CHECKING:
    from aiohttp import ClientSession


async def fetch(session: ClientSession, url: str, api_key: str, number: str) -> ToldBooking:
    """Return an appointment; ``api_key`` is “user id:key”. Raises ``FetchError``, ``InputError``."""
    entry = "Basic " + b64encode(api_key.encode()).decode()
    acuity_api = Connection(session, url, {"Authorization": entry}, "Acuity")
    return acuity.read(await acuity_api.get(f"/appointments/{int(number)}"))
