"""Two accounts at Twilio: each signs with its own token, and speaks only of its own clinic's texts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from reminders.delivery import clinic_accounts
from reminders.enrolment import treatments
from reminders.enrolment.clinic_senders import TypedAccount
from reminders.rules.terms import Reason
from reminders.store.database import writing
from tests.conftest import House, ana
from tests.support.doubles.twilio import SECOND, SECOND_NUMBER, SECOND_TOKEN
from tests.support.inbound_texts import (
    ANAS,
    NOON,
    STRANGER,
    TREATED,
    Door,
    Doors,
    door,
    door_of,
    kept,
    stops,
)
from tests.support.twilio_posts import ACCOUNT, TOKEN, URL, sign
from tests.support.two_accounts import add_bay, bring

__all__ = ["door", "door_of"]

pytestmark = pytest.mark.portable

OURS = "+447700900000"
INBOUND, STATUS = "/hooks/twilio/inbound", "/hooks/twilio/status"
NEW = "v" * 32


@pytest.fixture(autouse=True)
def _always_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clinic_accounts, "FRESH", 0.0)


@pytest.fixture
def two(house: House, door_of: Doors) -> Door:
    """Rosewood Skin uses the installation's account, Bay Skin its own; Ana goes to both."""
    house.enrol(ana(TREATED))
    bay = add_bay(house.app, NOON)
    with writing(house.engine) as session:
        treatments.enrol(session, house.app.library, bay, [ana(TREATED)], NOON)
    return door_of(twilio_from=OURS, opt_out_scope="number")


def post(door: Door, path: str, token: str, **fields: str) -> int:
    head = {"X-Twilio-Signature": sign(URL + path, fields, token)}
    return int(door.web.post(path, data=fields, headers=head).status_code)


def say(door: Door, words: str, to: str, token: str, account: str, sid: str = "SM1") -> int:
    fields = {"AccountSid": account, "MessageSid": sid, "From": ANAS, "To": to, "Body": words}
    return post(door, INBOUND, token, **fields)


@pytest.mark.parametrize("path", [INBOUND, STATUS])
@pytest.mark.parametrize(
    "account, token, status",
    [
        (ACCOUNT, TOKEN, 200),
        (SECOND, SECOND_TOKEN, 200),
        (ACCOUNT, SECOND_TOKEN, 403),
        (SECOND, TOKEN, 403),
        (SECOND, NEW, 403),
        ("AC" + "9" * 32, TOKEN, 403),
        ("AC" + "9" * 32, SECOND_TOKEN, 403),
        ("", TOKEN, 403),
        ("", SECOND_TOKEN, 403),
    ],
)
def test_only_the_token_of_the_account_named_opens_a_hook(
    two: Door, path: str, account: str, token: str, status: int
) -> None:
    given = {"MessageSid": "SM7", "From": ANAS, "To": OURS, "Body": "hi", "MessageStatus": "sent"}
    came = post(two, path, token, AccountSid=account, **given)
    assert (came if came == 403 else 200) == status or came == status + 4


def test_a_token_that_was_changed_signs_for_a_while_and_one_before_it_no_more(
    house: House, two: Door
) -> None:
    bring(house.app, 2, NOON, {"": SECOND_NUMBER}, TypedAccount(SECOND, NEW))
    assert say(two, "hi", SECOND_NUMBER, NEW, SECOND) == 200
    assert say(two, "hi", SECOND_NUMBER, SECOND_TOKEN, SECOND) == 200, (
        "Twilio is still changing over"
    )
    bring(house.app, 2, NOON, {"": SECOND_NUMBER}, TypedAccount(SECOND, "w" * 32))
    assert say(two, "hi", SECOND_NUMBER, "w" * 32, SECOND) == 200
    assert say(two, "hi", SECOND_NUMBER, SECOND_TOKEN, SECOND) == 403


def attempt(house: House, clinic: int, account: int | None) -> str:
    """Let a text of a clinic have left by an account, and return how Twilio calls the attempt."""
    with house.engine.begin() as connection:
        of = {"clinic": clinic, "account": account}
        number = connection.execute(
            text("SELECT min(id) FROM reminder WHERE clinic_id = :clinic AND channel = 'sms'"), of
        ).scalar_one()
        at = house.clock() if house.engine.dialect.name == "postgresql" else int(NOON.timestamp()) * 1_000_000  # fmt: skip
        connection.execute(
            text("UPDATE reminder SET status = 'accepted', claim = 'abc', handoff_at = :at WHERE id = :id"),
            {"id": number, "at": at},
        )  # fmt: skip
        connection.execute(
            text(
                "INSERT INTO attempt (reminder_id, claim, handoff_at, contact, subject, body, segments,"
                " outcome, account_id, sender) VALUES (:id, 'abc', :at, :to, '', 'x', 1, 'accepted', :account, 's')"
            ),
            of | {"id": number, "at": at, "to": ANAS},
        )
    return f"{number}.abc"


def state(house: House, named: str) -> str:
    with house.engine.connect() as connection:
        of = {"id": int(named.partition(".")[0])}
        return str(connection.execute(text("SELECT status FROM reminder WHERE id = :id"), of).scalar_one())  # fmt: skip


@pytest.mark.parametrize(
    "clinic, account, signs, status, stands",
    [
        (1, None, (ACCOUNT, TOKEN), 204, "delivered"),
        (2, 1, (SECOND, SECOND_TOKEN), 204, "delivered"),
        (1, None, (SECOND, SECOND_TOKEN), 403, "accepted"),
        (2, 1, (ACCOUNT, TOKEN), 403, "accepted"),
    ],
)
def test_a_report_moves_only_what_left_by_the_account_that_signs(
    house: House,
    two: Door,
    clinic: int,
    account: int | None,
    signs: tuple[str, str],
    status: int,
    stands: str,
) -> None:
    named = attempt(house, clinic, account)
    path = f"{STATUS}?attempt={named}"
    fields = {"AccountSid": signs[0], "MessageSid": "SM" + "5" * 32, "MessageStatus": "delivered"}
    assert post(two, path, signs[1], **fields) == status
    assert state(house, named) == stands
    with house.engine.connect() as connection:
        noted = connection.execute(text("SELECT count(*) FROM receipt")).scalar_one()
    assert noted == (status == 204)


def test_a_text_belongs_to_the_clinic_whose_number_it_was_written_to(
    house: House, two: Door
) -> None:
    assert say(two, "When is my visit?", SECOND_NUMBER, SECOND_TOKEN, SECOND, "SM2") == 200
    assert say(two, "And mine?", OURS, TOKEN, ACCOUNT, "SM3") == 200
    assert [(one.clinic_id, one.sender, one.account_id) for one in kept(house)] == [
        (2, SECOND_NUMBER, 1),
        (1, OURS, None),
    ]


def test_a_stranger_writes_to_the_clinic_that_has_the_number(house: House, two: Door) -> None:
    fields = {"AccountSid": SECOND, "MessageSid": "SM4", "From": STRANGER, "To": SECOND_NUMBER}
    assert post(two, INBOUND, SECOND_TOKEN, **fields, Body="Hello") == 200
    assert [one.clinic_id for one in kept(house)] == [2]


def test_a_stop_to_one_clinics_number_stops_that_clinic(house: House, two: Door) -> None:
    say(two, "STOP", SECOND_NUMBER, SECOND_TOKEN, SECOND)
    assert stops(house) == {2: Reason.OPTED_OUT}
    say(two, "STOP", OURS, TOKEN, ACCOUNT, "SM2")
    assert set(stops(house)) == {1, 2}


def test_a_stop_ends_texts_of_every_clinic_that_knows_the_number_unless_told_otherwise(
    house: House, two: Door, door_of: Doors
) -> None:
    say(door_of(twilio_from=OURS), "STOP", SECOND_NUMBER, SECOND_TOKEN, SECOND)
    assert set(stops(house)) == {1, 2}


def test_a_stop_ends_texts_of_all_who_share_the_number(house: House, two: Door) -> None:
    bring(house.app, 2, NOON, {})
    say(two, "STOP", OURS, TOKEN, ACCOUNT)
    assert set(stops(house)) == {1, 2}


def test_a_stop_to_the_number_a_clinic_had_before_still_stops_it(house: House, two: Door) -> None:
    """Its client answers the last text they have of it."""
    attempt(house, 2, None)
    with house.engine.begin() as connection:
        connection.execute(text("UPDATE attempt SET sender = :was"), {"was": OURS})
    say(two, "STOP", OURS, TOKEN, ACCOUNT)
    assert set(stops(house)) == {1, 2}


def test_a_start_lifts_the_stop_of_the_number_it_was_written_to_alone(
    house: House, two: Door
) -> None:
    say(two, "STOP", SECOND_NUMBER, SECOND_TOKEN, SECOND)
    say(two, "STOP", OURS, TOKEN, ACCOUNT, "SM2")
    house.clock.now = NOON + timedelta(minutes=1)
    say(two, "START", SECOND_NUMBER, SECOND_TOKEN, SECOND, "SM3")
    assert set(stops(house)) == {1}


def test_an_account_that_was_left_is_still_heard(house: House, two: Door) -> None:
    """Reports of what left by it still come, and so do clients' texts."""
    bring(house.app, 2, NOON, {})
    assert say(two, "STOP", SECOND_NUMBER, SECOND_TOKEN, SECOND) == 200
    assert stops(house) == {2: Reason.OPTED_OUT}


def test_another_clinic_cannot_sign_for_an_account_by_bringing_its_name(
    house: House, two: Door
) -> None:
    """Rosewood enters Bay's account with a token of its own: that speaks of none of Bay's texts."""
    bring(house.app, 1, NOON, {"": "+447700900333"}, TypedAccount(SECOND, NEW))
    named = attempt(house, 2, 1)
    fields: dict[str, Any] = {
        "AccountSid": SECOND,
        "MessageSid": "SM9",
        "MessageStatus": "delivered",
    }
    assert post(two, f"{STATUS}?attempt={named}", NEW, **fields) == 403
    assert say(two, "STOP", SECOND_NUMBER, NEW, SECOND) == 200
    assert stops(house) == {1: Reason.OPTED_OUT}
