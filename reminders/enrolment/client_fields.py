"""What an enrolment tells of a client or treatment, and what of it is news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from reminders.enrolment.terms import Enrolment
from reminders.store.tables import Client, Treatment

Fields = dict[str, Any]
"""Columns of a client or treatment."""

BLANK: Fields = {
    "last_name": "",
    **dict.fromkeys(("phone", "email", "time_zone", "external_id")),
}
"""Every row made together has the same columns."""


def without_spelling(given: Fields, known: Client) -> Fields:
    """Leave a known name as it is spelled, but for a family name that was missing."""
    names = {"first_name"} | ({"last_name"} if known.last_name else set())
    return {name: value for name, value in given.items() if name not in names}


def given_fields(enrolment: Enrolment) -> Fields:
    """Return the client fields that an enrolment gives; missing ones stay as they are."""
    given = {
        "first_name": enrolment.first_name,
        "last_name": enrolment.last_name,
        "phone": enrolment.phone,
        "email": enrolment.email,
        "language": enrolment.language,
        "time_zone": enrolment.time_zone,
        "external_id": enrolment.client_id,
    }
    return {name: value for name, value in given.items() if value}


def without(given: Fields, records: Sequence[Client]) -> Fields:
    """Return the news without what only repeats a record that was merged into the client's: staff
    have chosen what is kept."""
    return {
        name: value
        for name, value in given.items()
        if all(getattr(one, name) != value for one in records)
    }


def update(row: Client | Treatment, wanted: Fields) -> bool:
    """Change what differs, and say whether anything did."""
    changes = differences(row, wanted)
    for name, value in changes.items():
        setattr(row, name, value)
    return bool(changes)


def differences(row: Client | Treatment, wanted: Fields) -> Fields:
    """Return what is wanted otherwise than it is."""
    return {name: value for name, value in wanted.items() if getattr(row, name) != value}


def naming_client(enrolment: Enrolment, client: Client, *, respelled: bool) -> Enrolment:
    """Return an enrolment that means this client by itself; one that only spells the name in another
    way spells it as it is known.
    """
    named = replace(enrolment, meant=client.id)
    if not respelled:
        return named
    family = client.last_name or enrolment.last_name
    return replace(named, first_name=client.first_name, last_name=family)
