"""A client's page in a test: its address, its client and the reminders behind it."""

from __future__ import annotations

from datetime import date

from reminders.rules.terms import Channel, Reason, Status
from reminders.store.database import reading
from reminders.store.queries import people
from reminders.store.tables import Client
from tests.conftest import House

TREATED = date(2026, 3, 5)
"""The visit ends at half past three that day; the clock stands three days before it."""


def address(house: House, client_id: int = 1) -> str:
    return f"/a/{house.app.links.page_token(client_id, client_of(house, client_id).page_edition)}"


def client_of(house: House, client_id: int = 1) -> Client:
    with reading(house.engine) as session:
        found = people.client(session, client_id)
        assert found is not None
        return found


def reminders(
    house: House, channel: Channel | None = None
) -> set[tuple[str, Status, Reason | None]]:
    """Return how they stand, but for the one whose moment had passed at enrolment."""
    return {
        (x.milestone, x.status, x.reason)
        for x in house.lines(channel)
        if x.milestone != "week-before"
    }


def statuses(house: House, channel: Channel | None = None) -> set[Status]:
    return {status for _, status, _ in reminders(house, channel)}
