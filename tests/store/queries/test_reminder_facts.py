"""What counts against a number or address is what this clinic sent there, whoever it was for."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from reminders.enrolment import clinics, treatments
from reminders.enrolment.terms import Enrolment
from reminders.rules.terms import Channel, Reason, Status
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.tables import Attempt, Client, Reminder
from tests.conftest import House, ana
from tests.support.samples import CLINIC

pytestmark = pytest.mark.portable

TREATED = date(2026, 3, 2)
DAY_1 = datetime(2026, 3, 3, 15, 30, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
EVA: dict[str, Any] = {"first_name": "Eva"}


def on(house: House, milestone: str, channel: Channel = Channel.SMS) -> list[tuple[str, str, str]]:
    """Return to whom a milestone went, or why not, and when, as London's clocks show it."""
    return [
        (x.first_name, x.reason or x.status, f"{x.at.astimezone(LONDON):%a %H:%M}")
        for x in house.lines(channel)
        if x.milestone == milestone
    ]


def at_birch(house: House, *told: Enrolment) -> None:
    """Enrol at another clinic of the same installation."""
    with writing(house.engine) as session:
        clinics.add(session, CLINIC | {"name": "Birch Clinic"}, house.clock(), live=True)
    with writing(house.engine) as session:
        birch = people.clinic_named(session, "Birch Clinic")
        assert birch is not None
        treatments.enrol(session, house.app.library, birch, told, house.clock())


def test_of_two_on_one_number_the_second_is_texted_the_next_morning(house: House) -> None:
    house.enrol(ana(TREATED, email=None), ana(TREATED, email=None, **EVA))
    house.tick(DAY_1)
    assert on(house, "day-1")[0] == ("Ana", Status.ACCEPTED, "Tue 15:30")
    assert on(house, "day-1")[1] == ("Eva", Reason.CAP, "Wed 09:00")
    house.play(DAY_1 + timedelta(days=2))
    assert on(house, "day-1")[1] == ("Eva", Status.ACCEPTED, "Wed 09:00")


def test_what_no_longer_helps_by_then_is_left_out_and_says_why(house: House) -> None:
    house.enrol(ana(TREATED, email=None), ana(TREATED, email=None, **EVA))
    with writing(house.engine) as session:
        soon = DAY_1 + timedelta(hours=4)
        session.execute(update(Reminder).values(stale_at=soon))
    house.tick(DAY_1)
    assert [x.status for x in house.lines() if x.milestone == "day-1"] == ["accepted", "skipped"]
    assert on(house, "day-1")[1][:2] == ("Eva", Reason.CAP)


def test_two_at_one_address_are_written_to_five_minutes_apart(house: House) -> None:
    house.enrol(ana(TREATED, phone=None), ana(TREATED, phone=None, **EVA))
    house.play(DAY_1 + timedelta(hours=2))
    found = on(house, "day-1", Channel.EMAIL)
    assert found == [("Ana", Status.ACCEPTED, "Tue 15:30"), ("Eva", Status.ACCEPTED, "Tue 15:35")]


def test_each_clinic_counts_its_own(house: House) -> None:
    house.enrol(ana(TREATED))
    at_birch(house, ana(TREATED, **EVA))
    house.play(DAY_1 + timedelta(hours=2))
    for channel in Channel:
        found = on(house, "day-1", channel)
        assert {line[1] for line in found} == {Status.ACCEPTED}
        assert len({line[2] for line in found}) == 1, "at the same moment"


def test_a_text_counts_where_it_went_also_after_the_client_changed_number(house: House) -> None:
    house.enrol(ana(TREATED, email=None), ana(TREATED, email=None, phone="+447700900102", **EVA))
    house.tick(DAY_1)
    house.enrol(ana(TREATED, email=None, first_name="Ida"))
    with writing(house.engine) as session:
        moved = col(Client.first_name) == "Ana"
        session.execute(update(Client).where(moved).values(phone="+447700900103"))
    house.tick(DAY_1 + timedelta(hours=1))
    assert on(house, "day-1")[-1][:2] == ("Ida", Reason.CAP)


NUMBERS = ("+447700900101", "+447700900102", None)
ADDRESSES = ("one@mail.example", "two@mail.example", None)
PROTOCOLS = ("skin-needling", "skin-needling-rf", "skin-needling-prp")


def somebody(chance: random.Random) -> Enrolment:
    return ana(
        TREATED + timedelta(days=chance.randrange(40)),
        time(chance.randrange(9, 18)),
        first_name=chance.choice(("Ana", "Eva", "Ida", "Uma", "Leo")),
        protocol=chance.choice(PROTOCOLS),
        phone=chance.choice(NUMBERS),
        email=chance.choice(ADDRESSES),
    )


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(1, 25))]
)
def test_whoever_shares_them_numbers_and_addresses_have_no_more_than_they_may(
    house: House, seed: int
) -> None:
    chance = random.Random(seed)
    house.enrol(*(somebody(chance) for _ in range(8)), welcomed=False)
    at_birch(house, *(somebody(chance) for _ in range(4)))
    for day in (9, 20, 31, 75):
        house.play(house.clock() + timedelta(days=day - (house.clock().date() - TREATED).days))
        house.enrol(somebody(chance), welcomed=False)
        with writing(house.engine) as session:
            client = chance.choice(people.clients_of(session))
            client.phone, client.email = chance.choice(NUMBERS), chance.choice(ADDRESSES)
    with reading(house.engine) as session:
        left = session.execute(
            select(Attempt, col(Reminder.clinic_id), col(Reminder.channel), col(Reminder.one_off_id))
            .join(Reminder, col(Reminder.id) == col(Attempt.reminder_id))
        ).all()  # fmt: skip
    texts, emails = defaultdict(list), defaultdict(list)
    for attempt, clinic_id, channel, one_off in left:
        if channel is Channel.EMAIL:
            emails[clinic_id, attempt.contact].append(attempt.handoff_at)
        elif one_off is None:
            texts[clinic_id, attempt.contact].append(attempt.handoff_at.astimezone(LONDON).date())
    assert len({clinic_id for clinic_id, _ in (*texts, *emails)}) == 2, (
        "both clinics sent something"
    )
    for days in texts.values():
        assert len(days) == len(set(days)), "two texts on one day"
        assert not list(_within_a_week(days)), "five texts in a week"
    for moments in emails.values():
        apart = [abs(a - b) for a, b in combinations(moments, 2)]
        assert not apart or min(apart) >= timedelta(minutes=1)


def _within_a_week(days: Iterable[date]) -> Iterable[tuple[date, ...]]:
    """Yield every five of these days that lie in seven days."""
    ordered = sorted(days)
    fives = zip(*(ordered[n:] for n in range(5)), strict=False)
    return (five for five in fives if five[-1] - five[0] < timedelta(days=7))
