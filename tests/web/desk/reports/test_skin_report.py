"""The month's figures of what clients told: counts with what they are counts of, nothing small."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest

from reminders.consent import ledger
from reminders.inbox import skin_answers
from reminders.rules.roles import Role
from reminders.rules.skin_answers import Outcome, Said
from reminders.rules.terms import Channel
from reminders.store.database import writing
from reminders.store.queries import people
from reminders.store.queries import skin_answers as queries
from reminders.store.tables import Treatment
from tests.conftest import House, ana
from tests.support.desk import Desk, signed_in

pytestmark = pytest.mark.portable

TREATED = date(2026, 3, 3)
DAY_3 = datetime(2026, 3, 6, 11, tzinfo=UTC)
CLIENTS = 12


def tell(house: House, client_id: int, said: Said, now: datetime) -> None:
    with writing(house.engine) as session:
        (client,) = people.lock(session, [client_id])
        treatment = next(people.treatments_of(session, [client_id]))
        queries.note_opening(session, treatment.id, "day-3")
        answer = skin_answers.tell(
            session, house.app.answers, client, treatment, said, now.date(), now
        )
        if said is Said.WORRIED and client_id != 7:
            called = now + timedelta(minutes=client_id)
            skin_answers.close(session, answer, Outcome.CALLED, "", 1, called)


@pytest.fixture
def march(house: House) -> House:
    """Let twelve clients be treated; seven are worried on the third day, of whom six are called, and
    two are in doubt; three do not answer."""
    house.enrol(*(
        ana(TREATED, first_name="Ana", last_name=f"No{n}", phone=f"+4477009001{n:02}", email=None)
        for n in range(1, CLIENTS + 1)
    ))  # fmt: skip
    house.play(DAY_3)
    for client in range(1, 10):
        tell(house, client, Said.WORRIED if client < 8 else Said.UNSURE, DAY_3)
    with writing(house.engine) as session:
        for number in range(1, 7):
            session.get_one(Treatment, number).complication_at = DAY_3
        for stopping in people.lock(session, range(1, 6)):
            ledger.withdraw(session, stopping, Channel.SMS, source="STOP", now=DAY_3)
    house.clock.now = DAY_3 + timedelta(days=3)
    return house


def table(desk: Desk) -> dict[str, list[str]]:
    desk.get("/numbers/skin?month=2026-03")
    assert desk.page is not None
    found = re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", desk.page.text, re.DOTALL)
    return {name: re.findall(r"<td>(.*?)</td>", cells) for name, cells in found}


def test_a_month_is_counted_by_milestone_and_answer(march: House) -> None:
    desk = signed_in(march, Role.VIEWER)
    lines = table(desk)
    few = "fewer than 5 of 12"
    assert lines["Day 3"] == ["12", "9 of 12", few, few, "7 of 12"]
    assert lines["Day 1"] == ["12", *[few] * 4]
    assert lines["Week 1"] == ["fewer than 5"] * 5
    for words in (
        "Worried clients who were called 6 of 7, half within 4 minutes",
        "Treatments with a complication marked by staff 6 of 12",
        "Clients who opted out 5 of 12",
        "Clients who wrote fewer than 5 of 12",
        "They do not say that care worked",
    ):
        assert words in desk.text
    assert "No1" not in desk.text


def test_the_spreadsheet_says_the_same(march: House) -> None:
    desk = signed_in(march, Role.VIEWER)
    answer = desk.get("/numbers/skin.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="skin.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    found = {
        (row["Figure"], row["Milestone"], row["Answer"]): (
            row["Count"],
            row["Of"],
            row["Median minutes"],
        )
        for row in rows
        if row["Month"] == "2026-03"
    }
    assert found["opened", "day-3", ""] == ("9", "12", "")
    assert found["answered", "day-3", "worried"] == ("7", "12", "")
    assert found["answered", "day-3", "unsure"] == ("fewer than 5", "12", "")
    assert found["called", "", "worried"] == ("6", "7", "4")
    assert found["complications", "", ""] == ("6", "12", "")
    counted = [int(n) for row in rows for n in (row["Count"], row["Of"]) if n.isdecimal()]
    assert all(number >= 5 for number in counted)


def test_a_month_without_anything_says_so(house: House) -> None:
    desk = signed_in(house, Role.VIEWER)
    desk.get("/numbers/skin?month=1999-01")
    assert "No treatments and no messages in this month." in desk.text
