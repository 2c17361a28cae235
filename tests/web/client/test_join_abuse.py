"""Whoever wants to earn by codes at a clinic's form gets next to none, and everybody else gets in."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response
from sqlmodel import col, select
from starlette.testclient import TestClient

from reminders.app import App, build
from reminders.consent import code_limits as checked
from reminders.rules.terms import Channel, OneOffKind
from reminders.settings import Settings
from reminders.store import database
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.tables import Alert, Attempt, OneOffMessage, Reminder, VerificationCode
from reminders.web import create_web
from tests.conftest import House
from tests.support.join_form import JOIN, TEXTS_ONLY, code_in, told

pytestmark = pytest.mark.portable

CLOSED = "We send no codes by text at the moment"
DICE = random.Random(18)


def mobile() -> str:
    return f"+4474{DICE.randrange(10**8):08}"


@pytest.fixture
def browser(house: House) -> Iterator[TestClient]:
    with TestClient(create_web(house.app), follow_redirects=True) as client:
        yield client


def ask(app: App, address: str, phone: str, **typed: str) -> Response:
    """Send the form in from a network address."""
    web = TestClient(create_web(app), follow_redirects=True, client=(address, 4711))
    return web.post(JOIN, data=TEXTS_ONLY | {"phone": phone} | typed)


def segments(house: House) -> int:
    """Count the segments of codes that left or are to leave."""
    with reading(house.engine) as session:
        waiting = select(OneOffMessage.words).join(Reminder, col(Reminder.one_off_id) == OneOffMessage.id).where(
            col(OneOffMessage.kind) == OneOffKind.CODE, col(Reminder.channel) == Channel.SMS
        )  # fmt: skip
        texts = list(session.scalars(waiting))
        sizes = list(session.scalars(select(Attempt.segments).join(Reminder, col(Reminder.id) == Attempt.reminder_id).where(col(Reminder.channel) == Channel.SMS)))  # fmt: skip
    assert len(sizes) <= len(texts)
    return max(len(texts), sum(sizes))


def alerts(house: House) -> list[str]:
    with reading(house.engine) as session:
        return list(session.scalars(select(Alert.kind).where(Alert.kind == "join-closed")))


@pytest.mark.slow
@pytest.mark.timeout(900)  # 5,000 forms: on PostgreSQL most of a minute of work
@pytest.mark.parametrize("hours", [1, 24, 72])
def test_five_thousand_attempts_cost_no_more_than_forty_segments(house: House, hours: int) -> None:
    """From 500 addresses in 200 networks, at numbers in rows, at random and abroad."""
    addresses = [f"203.{DICE.randrange(200)}.113.{DICE.randrange(256)}" for _ in range(500)]
    rows = [mobile()[:-2] for _ in range(20)]
    began = house.clock.now
    with TestClient(create_web(house.app), follow_redirects=True) as web:
        for number in range(5000):
            house.clock.now = began + timedelta(hours=hours) * number / 5000
            row = f"{DICE.choice(rows)}{DICE.randrange(100):02}"
            phone = DICE.choice([row, mobile(), "+99365123456", "+449098790000", "+881612345678"])
            web._transport.client = (DICE.choice(addresses), 4711)  # type: ignore[attr-defined]
            assert web.post(JOIN, data=TEXTS_ONLY | {"phone": phone}).status_code in {200, 422, 429}
            if number % 500 == 0:
                house.tick()
    house.tick()
    assert 0 < segments(house) <= 40
    assert len(alerts(house)) == 1
    email = {"name": "Eve", "email": "eve@mail.example", "emails": "yes", "language": "en"}
    with TestClient(create_web(house.app), follow_redirects=True) as web:
        assert web.post(JOIN, data=email).status_code == 200


def test_thirty_people_on_a_clinics_wifi_join_within_an_hour(house: House) -> None:
    began = house.clock.now
    for number in range(30):
        house.clock.now = began + timedelta(minutes=2) * number
        page = ask(house.app, "198.51.100.7", mobile(), name="Bea")
        assert page.status_code == 200, (number, page.text)
        if number % 6:  # one in six never types the code in
            web = TestClient(create_web(house.app), client=("198.51.100.7", 4711))
            code = code_in(told(house, Channel.SMS))
            assert web.post(str(page.url), data={"code": code}).status_code == 200
    assert not alerts(house)


def test_a_form_that_closed_opens_by_itself_and_emails_go_on(
    house: House, browser: TestClient
) -> None:
    for number in range(15):
        assert ask(house.app, f"198.51.{number}.7", mobile()).status_code == 200
    shut = ask(house.app, "203.0.113.9", mobile())
    assert (shut.status_code, CLOSED in shut.text) == (422, True)
    by_email = {"email": "eve@mail.example", "emails": "yes"}
    both = ask(house.app, "203.0.113.9", mobile(), **by_email)
    assert (both.status_code, CLOSED in both.text) == (422, True)
    assert (
        ask(house.app, "203.0.113.9", "", texts="", **by_email).status_code == 422
    )  # texts ticked
    form = {"name": "Eve", "language": "en", **by_email}
    assert browser.post(JOIN, data=form).status_code == 200
    assert alerts(house) == ["join-closed"]
    house.clock.now += timedelta(hours=24)
    assert ask(house.app, "203.0.113.9", mobile()).status_code == 200


@pytest.mark.parametrize(
    "phone, why",
    [
        ("+33612345678", "We do not text numbers of this country"),
        ("+881612345678", "We do not text numbers of this country"),
        ("+449098790000", "We cannot text this number"),
        ("+448431234567", "We cannot text this number"),
        ("+447012345678", "We cannot text this number"),
        ("+447000000000", "We cannot text this number"),
        ("+442079460018", "We cannot text this number"),
    ],
)
def test_codes_go_only_where_the_clinic_texts_and_nobody_earns(
    house: House, phone: str, why: str
) -> None:
    page = ask(house.app, "198.51.100.7", phone)
    assert (page.status_code, why in page.text) == (422, True)
    assert not segments(house)


@pytest.mark.parametrize(
    "asked",
    [
        [(f"198.51.100.{n}", "") for n in range(15)],  # one network
        [(f"2001:db8:1:2::{n}", "") for n in range(1, 16)],
        [("198.51.100.7", "") for _ in range(10)],  # one address
        [(f"198.51.{n}.7", f"+4474001234{n:02}") for n in range(2)],  # a row
        [(f"198.51.{n}.7", f"+3538{n}1234567") for n in (3, 5, 6, 7, 9)] * 2,  # abroad
    ],
    ids=["network", "network-6", "address", "row", "abroad"],
)
def test_limits_hold_and_the_next_is_told_to_wait(
    house: House, asked: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(house.engine) as session:
        people.clinics(session)[0].other_countries = "IE"
    monkeypatch.setattr("reminders.web.client.join.texts_closed", lambda *_: False)
    for address, phone in asked:
        assert ask(house.app, address, phone or mobile()).status_code == 200
    address, phone = asked[-1]
    following = {"+44": f"{phone[:-2]}99", "+35": "+353861234599"}.get(phone[:3], mobile())
    assert ask(house.app, address, following).status_code == 429
    house.clock.now += timedelta(hours=1)
    assert ask(house.app, address, following).status_code == 200


@pytest.mark.slow
def test_many_processes_at_once_and_restarts_keep_the_limits(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each request is answered by an app of its own, as after a restart or by another process."""
    monkeypatch.setattr("reminders.app.open_engine", database.open_engine)
    url = house.engine.url.render_as_string(hide_password=False)
    settings = Settings(database_url=url, outbox_dir=house.outbox)
    phones = [mobile() for _ in range(40)]

    def once(number: int) -> int:
        app = build(settings, house.clock)
        try:
            return ask(app, f"198.{number}.100.7", phones[number]).status_code
        finally:
            app.close()

    with ThreadPoolExecutor(8) as several:
        answers = list(several.map(once, range(40)))
    assert sorted(set(answers)) == [200, 422]
    assert answers.count(200) == 15
    assert segments(house) == 15


def test_an_older_version_beside_writes_codes_that_count_as_before(house: House) -> None:
    ask(house.app, "198.51.100.7", mobile())
    with reading(house.engine) as session:
        kept: dict[str, Any] = session.scalars(select(VerificationCode)).one().model_dump()
    assert (kept["network"], kept["country"]) == ("198.51.100.0/24", "GB")
    assert kept["number_block"] == kept["contact"][:-2]
    with writing(house.engine) as session:
        full = checked.is_full(session, 1, Channel.SMS, mobile(), "198.51.100.7", house.clock())
    assert not full
