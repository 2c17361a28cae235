"""Twilio's reports: verified, in any order, any number of times, even before the SID is known."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from reminders.app import build
from reminders.rules.terms import Channel, Reason, Status
from reminders.senders import SendError
from reminders.settings import Settings
from reminders.store.database import reading, writing
from reminders.store.queries import consents
from reminders.store.tables import Attempt, Receipt
from reminders.web import create_web
from tests.conftest import House, ana
from tests.support.lossy_provider import LOST, Provider, texting
from tests.support.twilio_posts import ACCOUNT, TOKEN, URL, sign

pytestmark = pytest.mark.portable

DAY_1 = datetime(2026, 3, 3, 15, 30, tzinfo=UTC)
SID = "SM" + "5" * 32


@pytest.fixture
def door(house: House) -> Iterator[TestClient]:
    settings = Settings.model_validate(
        {
            "database_url": house.app.settings.database_url,
            "public_url": URL,
            "twilio_account_sid": ACCOUNT,
            "twilio_auth_token": TOKEN,
        }
    )
    app = build(settings, house.clock)
    with TestClient(create_web(app), base_url="http://10.0.0.7:8000") as client:
        yield client
    app.close()


def report(
    door: TestClient, status: str, attempt: str = "", sid: str = SID, code: str = "", **more: str
) -> int:
    query = "?" + urlencode({"attempt": attempt}) if attempt else ""
    fields = {"AccountSid": ACCOUNT, "MessageSid": sid, "MessageStatus": status, **more}
    if code:
        fields["ErrorCode"] = code
    path = f"/hooks/twilio/status{query}"
    signature = sign(URL + path, fields)
    return door.post(path, data=fields, headers={"X-Twilio-Signature": signature}).status_code


def in_doubt(house: House, *, took: bool = True) -> str:
    """Leave a text in handoff, and return the token of its attempt."""
    house.enrol(ana(date(2026, 3, 2), email=None))
    provider = Provider()
    provider.errors = [(took, LOST)]
    house.clock.now = DAY_1
    texting(house, provider).run()
    assert house.line("day-1").status is Status.HANDOFF
    with reading(house.engine) as session:
        attempt = session.scalars(select(Attempt)).one()
        return f"{attempt.reminder_id}.{attempt.claim}"


def latest_sid(house: House) -> str:
    with reading(house.engine) as session:
        return str(session.scalars(select(Attempt).order_by(Attempt.id.desc())).first().provider_id)  # type: ignore[attr-defined,union-attr]


def kept(house: House) -> int:
    with reading(house.engine) as session:
        return session.scalar(select(func.count()).select_from(Receipt)) or 0


@pytest.mark.both
def test_a_report_settles_what_was_in_doubt_before_its_sid_is_known(
    house: House, door: TestClient
) -> None:
    attempt = in_doubt(house)
    assert report(door, "sent", attempt) == 204
    assert house.line("day-1").status is Status.ACCEPTED
    assert report(door, "delivered") == 204, "from now on the SID is enough"
    assert house.line("day-1").status is Status.DELIVERED


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(n, marks=pytest.mark.slow) for n in range(2, 6))]
)
@pytest.mark.both
def test_any_order_and_any_number_of_times_ends_the_same(
    house: House, door: TestClient, seed: int
) -> None:
    attempt = in_doubt(house)
    chance = random.Random(seed)
    orders = list(permutations(("queued", "sending", "sent", "undelivered", "delivered")))
    for status in chance.choice(orders):
        for _ in range(chance.randint(1, 5)):
            assert report(door, status, attempt) == 204
    assert house.line("day-1").status is Status.DELIVERED
    assert kept(house) == 5


def test_a_report_that_comes_after_we_gave_up_stops_the_resend(
    house: House, door: TestClient
) -> None:
    """Three healthy misses, and still it left: the report is believed, the plan is not."""
    attempt = in_doubt(house)
    provider = Provider()
    for minutes in (2, 5, 15):
        house.clock.now = DAY_1.replace(minute=30 + minutes)
        texting(house, provider).run()
    line = house.line("day-1")
    assert line.status in {Status.PLANNED, Status.ACCEPTED}
    if line.status is Status.PLANNED:
        assert report(door, "delivered", attempt) == 204
        texting(house, provider).run()
        assert provider.listed == []
        assert house.line("day-1").status is Status.DELIVERED


def test_a_dead_number_is_left_alone_from_then_on(house: House, door: TestClient) -> None:
    attempt = in_doubt(house)
    assert report(door, "undelivered", attempt, code="30006") == 204
    assert house.line("day-1").status is Status.UNDELIVERED
    with writing(house.engine) as session:
        noted = consents.suppressions_of(session, {"+447700900101"})
    assert noted == {(1, "+447700900101"): Reason.UNREACHABLE}


@pytest.mark.parametrize("code", ["30003", "30008"])
def test_a_phone_that_was_off_is_tried_once_more_an_hour_later(
    house: House, door: TestClient, code: str
) -> None:
    attempt = in_doubt(house)
    for status in ("sent", "undelivered", "undelivered", "sent"):
        assert report(door, status, attempt, code=code if status == "undelivered" else "") == 204
    line = house.line("day-1")
    assert (line.status, line.reason) == (Status.PLANNED, Reason.UNREACHED)
    assert line.due_at - DAY_1 == timedelta(hours=1)
    house.clock.now = DAY_1 + timedelta(hours=1)
    texting(house, Provider()).run()
    assert house.line("day-1").status is Status.ACCEPTED
    again = latest_sid(house)
    assert report(door, "undelivered", sid=again, code=code) == 204
    assert house.line("day-1").status is Status.UNDELIVERED, "twice is enough"


def test_the_news_that_it_arrived_after_all_stops_the_second_try(
    house: House, door: TestClient
) -> None:
    attempt = in_doubt(house)
    report(door, "undelivered", attempt, code="30003")
    report(door, "delivered", attempt)
    assert house.line("day-1").status is Status.DELIVERED


def test_nothing_is_tried_once_more_that_would_be_stale(house: House, door: TestClient) -> None:
    attempt = in_doubt(house)
    house.clock.now = DAY_1 + timedelta(days=5)
    report(door, "undelivered", attempt, code="30003")
    assert house.line("day-1").status is Status.UNDELIVERED


@pytest.mark.parametrize(
    "headers,fields",
    [
        ({}, {}),
        ({"X-Twilio-Signature": "bm90IHRoaXM="}, {}),
        ({"X-Twilio-Signature": ""}, {"AccountSid": ACCOUNT}),
    ],
)
def test_nothing_unsigned_changes_anything(
    house: House, door: TestClient, headers: dict[str, str], fields: dict[str, str]
) -> None:
    attempt = in_doubt(house)
    told = {"AccountSid": ACCOUNT, "MessageSid": SID, "MessageStatus": "delivered"} | fields
    answer = door.post(f"/hooks/twilio/status?attempt={attempt}", data=told, headers=headers)
    assert answer.status_code == 403
    assert house.line("day-1").status is Status.HANDOFF
    assert kept(house) == 0


def test_a_signature_for_another_attempt_or_account_is_refused(
    house: House, door: TestClient
) -> None:
    attempt = in_doubt(house)
    fields = {"AccountSid": ACCOUNT, "MessageSid": SID, "MessageStatus": "delivered"}
    other = sign(f"{URL}/hooks/twilio/status?attempt=1.aa", fields)
    path = f"/hooks/twilio/status?attempt={attempt}"
    assert door.post(path, data=fields, headers={"X-Twilio-Signature": other}).status_code == 403
    assert report(door, "delivered", attempt, AccountSid="AC" + "9" * 32) == 403
    assert kept(house) == 0


@pytest.mark.parametrize("body", [b"x" * 100_000, b"\xff\xfe", b"a=1&b", b"{}"])
def test_nonsense_is_refused_quietly(house: House, door: TestClient, body: bytes) -> None:
    answer = door.post("/hooks/twilio/status", content=body)
    assert answer.status_code == 403
    assert kept(house) == 0


def test_a_report_about_nobody_s_message_is_kept_and_harms_nothing(
    house: House, door: TestClient
) -> None:
    in_doubt(house)
    assert report(door, "delivered", sid="SM" + "7" * 32) == 204
    assert report(door, "delivered", "999999.abcdef", sid="SM" + "8" * 32) == 204
    assert report(door, "delivered", "1' OR 1=1", sid="SM" + "6" * 32) == 204
    assert kept(house) == 3
    assert house.line("day-1").status is Status.HANDOFF


def test_without_the_auth_token_nobody_is_believed(house: House) -> None:
    attempt = in_doubt(house)
    with TestClient(create_web(house.app)) as door:
        assert report(door, "delivered", attempt) == 403


@pytest.mark.both
def test_a_lost_answer_and_its_report_meet(house: House, door: TestClient) -> None:
    """The report comes while the conversation still hangs; the late answer changes nothing."""
    house.enrol(ana(date(2026, 3, 2), email=None))

    class Slow(Provider):
        async def send(self, message: object, hand_off: object) -> str:
            try:
                return await super().send(message, hand_off)  # type: ignore[arg-type]
            finally:
                assert report(door, "delivered", message.attempt) == 204  # type: ignore[attr-defined]

    provider = Slow()
    provider.errors = [(True, SendError(LOST.outcome, "late"))]
    house.clock.now = DAY_1
    texting(house, provider).run()
    assert house.line("day-1", Channel.SMS).status is Status.DELIVERED
