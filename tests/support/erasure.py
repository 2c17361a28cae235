"""A client erased."""

from __future__ import annotations

from collections import Counter

from reminders.privacy import retention
from reminders.store.database import writing
from reminders.store.queries import people
from reminders.store.tables import Client
from tests.conftest import House


def client_of(session: object, client_id: int = 1) -> Client:
    found = people.client(session, client_id)  # type: ignore[arg-type]
    assert found is not None
    return found


def forget(house: House, client_id: int = 1) -> Counter[str]:
    with writing(house.engine) as session:
        return retention.forget(session, client_of(session, client_id), house.clock(), by="Mia")
