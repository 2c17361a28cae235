"""Ask Square for a booking, its customer and its service (developer.squareup.com/reference)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from reminders.booking_systems import Connection, FetchError
from reminders.rules.payloads import part, square, text
from reminders.rules.told_bookings import ToldBooking

if TYPE_CHECKING:
    from aiohttp import ClientSession

VERSION = "2026-01-22"
"""Of Square's API, whose shapes these are."""


async def fetch(session: ClientSession, url: str, api_key: str, number: str) -> ToldBooking:
    """Return a booking; ``api_key`` is an access token. Raises ``FetchError``, ``InputError``."""
    headers = {"Authorization": f"Bearer {api_key}", "Square-Version": VERSION}
    square_api = Connection(session, url, headers, "Square")
    booking = part(await square_api.get(f"/v2/bookings/{_named(number)}"), "booking")
    customer = await _customer(square_api, text(booking, "customer_id"))
    service = await _service(square_api, square.service_of(booking))
    return square.read(booking, customer, service)


def _named(number: str) -> str:
    return quote(number, safe="")


async def _customer(square_api: Connection, number: str) -> dict[str, object]:
    """Return a customer; nobody where they were deleted."""
    try:
        found = await square_api.get(f"/v2/customers/{_named(number)}") if number else {}
    except FetchError as error:
        if not error.gone:
            raise
        return {}
    return part(found, "customer")


async def _service(square_api: Connection, number: str) -> str:
    """Return a service's name; nothing where it was deleted."""
    path = f"/v2/catalog/object/{_named(number)}"
    try:
        found = await square_api.get(path, include_related_objects="true") if number else {}
    except FetchError as error:
        if not error.gone:
            raise
        return ""
    return square.service_name(found)
