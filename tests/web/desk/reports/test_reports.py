"""A clinic's numbers agree with what left, and leave its house without a formula."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from io import StringIO

import pytest

from reminders.consent import ledger
from reminders.monitoring import monthly_report
from reminders.rules.keywords import Kind
from reminders.rules.roles import Role
from reminders.rules.statistics import MonthFigures
from reminders.rules.terms import Act, Channel
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.tables import Client, Reply
from tests.conftest import MONDAY, House, ana
from tests.support.desk import signed_in

pytestmark = pytest.mark.portable


def march(house: House) -> MonthFigures:
    with reading(house.engine) as session:
        return monthly_report.month(session, people.clinics(session)[0], date(2026, 3, 1))


def test_the_month_counts_what_left_and_no_other_month_does(house: House) -> None:
    house.enrol(ana(date(2026, 3, 1)))
    house.play(MONDAY + timedelta(days=20))
    left = house.left()
    texts = [path for path in left if path.suffix == ".txt"]
    found = march(house)
    assert (found.sent(Channel.SMS), found.sent(Channel.EMAIL)) == (
        len(texts),
        len(left) - len(texts),
    )
    assert found.segments == sum(line.segments or 0 for line in house.lines(Channel.SMS))
    with reading(house.engine) as session:
        february = monthly_report.month(session, people.clinics(session)[0], date(2026, 2, 1))
    assert february.sent(Channel.SMS) == 0


def test_a_stop_is_counted_once_for_a_client_and_channel(house: House) -> None:
    house.enrol(ana(date(2026, 3, 1)))
    for _ in range(2):
        with writing(house.engine) as session:
            client = session.query(Client).one()
            ledger.withdraw(
                session, client, Channel.SMS, act=Act.DESK, source="said so", now=MONDAY
            )
    assert march(house).opt_outs == {Channel.SMS: 1}


def test_replies_are_counted_with_how_long_they_waited_and_stops_are_none(house: House) -> None:
    with writing(house.engine) as session:
        for number, (kind, minutes) in enumerate(
            [(Kind.REPLY, 10), (Kind.REPLY, None), (Kind.STOP, None)]
        ):
            session.add(
                Reply(
                    provider_id=f"SM{number}", clinic_id=1, contact="+447700900101", body="?",
                    kind=kind, received_at=MONDAY,
                    answered_at=MONDAY + timedelta(minutes=minutes) if minutes else None,
                )
            )  # fmt: skip
    found = march(house)
    assert (found.replies, found.median_wait) == (2, timedelta(minutes=10))


def test_the_page_shows_cost_where_a_price_is_set(house: House) -> None:
    house.enrol(ana(date(2026, 3, 1)))
    house.play(MONDAY + timedelta(days=1))
    with writing(house.engine) as session:
        clinic = people.clinics(session)[0]
        clinic.segment_price, clinic.currency = 43_700, "GBP"
    desk = signed_in(house, Role.VIEWER)
    desk.get("/numbers")
    assert "March 2026" in desk.text
    assert "£0.04" in desk.text


def test_the_file_adds_up_to_the_page_and_holds_no_formula(house: House) -> None:
    house.enrol(ana(date(2026, 3, 1)))
    house.play(MONDAY + timedelta(days=20))
    desk = signed_in(house, Role.VIEWER)
    content = desk.get("/numbers.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(content)))
    left = {"accepted", "delivered", "undelivered", "handoff", "unknown"}
    assert sum(int(r["Messages"]) for r in rows if r["Outcome"] in left) == len(house.left())
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_an_empty_clinic_has_numbers_too(house: House) -> None:
    desk = signed_in(house, Role.VIEWER)
    assert desk.get("/numbers").status_code == 200
    assert desk.get("/numbers?month=nonsense").status_code == 200
