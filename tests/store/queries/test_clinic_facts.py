"""The facts of a reminder say as whom it leaves, on both databases and without another query."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, update

from reminders.rules.clinic_senders import pack
from reminders.rules.terms import Channel
from reminders.store.database import reading, writing
from reminders.store.queries import reminder_facts
from reminders.store.tables import Clinic, Reminder
from tests.conftest import House, ana

pytestmark = pytest.mark.portable

OURS, NUMBER = "+15005550006", "+447700900001"


@pytest.mark.parametrize(
    "by_country, account, leaves",
    [
        ({}, None, (OURS, None)),
        ({"": NUMBER}, None, (NUMBER, None)),
        pytest.param({"": NUMBER, "GB": "Rosewood"}, 7, ("Rosewood", 7), marks=pytest.mark.both),
        ({"": NUMBER, "US": "+12025550100"}, 7, (NUMBER, 7)),
        ({"US": "+12025550100"}, None, (OURS, None)),
    ],
)
def test_facts_say_as_whom_a_text_leaves(
    house: House, by_country: dict[str, str], account: int | None, leaves: tuple[str, int | None]
) -> None:
    house.enrol(ana(date(2026, 3, 2)))
    own = {"text_senders": pack(by_country), "account_id": account, "mail_from": "a@b.example"}
    with writing(house.engine) as session:
        session.execute(update(Clinic).values(own))
    with reading(house.engine.execution_options(text_sender=OURS)) as session:
        ids = session.scalars(select(Reminder.id)).all()  # type: ignore[call-overload]
        found = reminder_facts.facts(session, ids, house.clock())
    by_channel = {one.channel: (one.sender, one.account_id) for one in found}
    assert by_channel == {Channel.SMS: leaves, Channel.EMAIL: ("a@b.example", None)}
