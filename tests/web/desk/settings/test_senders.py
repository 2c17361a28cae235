"""Settings, Sender: an owner sets as whom the clinic's messages leave, and secrets are never shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reminders.app import build
from reminders.enrolment.clinic_senders import senders_of
from reminders.rules.clinic_senders import ClinicSenders
from reminders.rules.roles import Role
from reminders.store.database import reading
from reminders.store.queries import people, sender_accounts
from tests.conftest import House
from tests.support.desk import Desk, signed_in
from tests.support.doubles.process import Double, live_through, running
from tests.support.doubles.twilio import SECOND, SECOND_NUMBER, SECOND_TOKEN

PAGE = "/clinic/sender"
TEXTS = {"usual": SECOND_NUMBER, "account_sid": SECOND, "auth_token": SECOND_TOKEN}

pytestmark = pytest.mark.portable


@pytest.fixture
def owner(house: House) -> Desk:
    desk = signed_in(house, Role.OWNER)
    desk.get(PAGE)
    return desk


def now(house: House) -> ClinicSenders:
    with reading(house.engine) as session:
        return senders_of(session, people.clinics(session)[0])


def test_an_owner_sets_the_account_and_senders_of_texts(house: House, owner: Desk) -> None:
    owner.post(PAGE, **TEXTS, countries="DE Rosewood\nus: +1 202 555 0100\n")
    assert "Sender saved." in owner.text
    assert now(house).account_id == 1
    assert dict(now(house).by_country) == {
        "": SECOND_NUMBER,
        "DE": "Rosewood",
        "US": "+12025550100",
    }
    page = owner.get(PAGE).text
    assert SECOND in page
    assert SECOND_TOKEN not in page
    with reading(house.engine) as session:
        assert SECOND_TOKEN not in sender_accounts.every(session)[0].auth_token


def test_what_is_left_empty_keeps_the_token_and_an_empty_account_is_the_installations(
    house: House, owner: Desk
) -> None:
    owner.post(PAGE, **TEXTS)
    owner.post(PAGE, **TEXTS | {"auth_token": "", "usual": "80999"})
    assert (now(house).account_id, now(house).usual.sender) == (1, "80999")
    owner.post(PAGE, usual="", account_sid="", countries="")
    assert now(house) == ClinicSenders(now(house).installation)


def test_an_owner_sets_the_address_and_name_of_emails(house: House, owner: Desk) -> None:
    owner.post(f"{PAGE}/emails", mail_from="care@bay.example", mail_name="Bay Skin")
    assert (now(house).mail_from, now(house).mail_name) == ("care@bay.example", "Bay Skin")
    assert "care@bay.example" in owner.get(PAGE).text


@pytest.mark.parametrize(
    "typed, sentence",
    [
        ({"usual": "Rosewood Skin Clinic"}, "cannot send texts"),
        ({"countries": "Germany Rosewood"}, "not a country"),
        ({"countries": "DE"}, "names no sender"),
        ({"account_sid": SECOND}, "auth token is missing"),
        ({"account_sid": SECOND, "auth_token": SECOND_TOKEN}, "needs a sender in it"),
        ({"account_sid": "me", "auth_token": SECOND_TOKEN}, "not an Account SID"),
        ({"account_sid": SECOND, "auth_token": SECOND_TOKEN, "api_key": "SK1"}, "belong together"),
    ],
)
def test_what_cannot_be_used_is_shown_beside_its_field(
    house: House, owner: Desk, typed: dict[str, str], sentence: str
) -> None:
    page = owner.post(PAGE, **typed)
    assert page.status_code == 422
    assert sentence in owner.text
    assert SECOND_TOKEN not in page.text, "not even what was just typed"
    assert now(house) == ClinicSenders(now(house).installation)


def test_only_owners_see_it(house: House) -> None:
    assert signed_in(house).get(PAGE).status_code == 403


@pytest.fixture
def twilio(tmp_path: Path) -> Iterator[Double]:
    with running("twilio", tmp_path / "ledger") as double:
        yield double


def test_the_doctors_findings_stand_beside_it(house: House, twilio: Double) -> None:
    given = {name.lower(): value for name, value in live_through(twilio, twilio).items()}
    kept = house.app.settings.model_dump() | given | {"secret_key": "only"}
    kept["secret_key"] = house.app.settings.secret_key
    live = House(
        build(type(house.app.settings).model_validate(kept), house.clock), house.clock, house.outbox
    )
    owner = signed_in(live, Role.OWNER)
    owner.get(PAGE)
    owner.post(PAGE, **TEXTS)
    owner.post(f"{PAGE}/check")
    assert f"Twilio account: Rosewood Skin, {SECOND_NUMBER} OK" in owner.text
    assert "a STOP would not be received" in owner.text
    live.app.close()
