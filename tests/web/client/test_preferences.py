"""What clients choose on their page: channel, hour, language, discretion, a pause, an end."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from reminders.rules.terms import Channel, Discretion, Reason, Status
from reminders.store.database import reading
from reminders.store.queries import consents
from reminders.store.tables import Alert
from tests.conftest import House, ana
from tests.support.aftercare_page import TREATED, address, client_of, statuses

pytestmark = pytest.mark.portable

BOTH_ON = {"texts": "yes", "emails": "yes", "language": "en", "hour": "", "discretion": "plain"}


def test_a_client_chooses_channel_hour_language_and_discretion(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED))
    chosen = {"emails": "yes", "language": "es", "hour": "18", "discretion": "discreet"}
    page = browser.post(address(house) + "/choices", data=chosen)
    assert page.status_code == 200
    client = client_of(house)
    assert (client.language, client.preferred_hour) == ("es", 18)
    assert client.discretion is Discretion.DISCREET
    at = house.line("week-1", Channel.EMAIL).at
    assert (at.hour, at.minute) == (18, 0)
    house.play(datetime(2026, 5, 1, tzinfo=UTC))
    assert not [x for x in house.lines(Channel.SMS) if x.handoff_at]
    assert house.line("week-1", Channel.EMAIL).status is Status.ACCEPTED


def test_what_is_ticked_again_is_a_consent_with_its_exact_words(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED))
    browser.post(address(house) + "/choices", data=BOTH_ON | {"texts": ""} | {"x": "y"})
    form = {k: v for k, v in BOTH_ON.items() if k != "texts"}
    browser.post(address(house) + "/choices", data=form)
    browser.post(address(house) + "/choices", data=BOTH_ON, headers={"User-Agent": "phone"})
    with reading(house.engine) as session:
        last = [x for x in consents.ledger(session, 1) if x.channel is Channel.SMS][-1]
    assert last.given
    assert last.act == "page"
    assert last.wording is not None
    for needed in (
        "Rosewood Skin",
        "up to 4 a week",
        "Msg & data rates",
        "STOP",
        "HELP",
        "condition",
    ):
        assert needed in last.wording
    assert last.wording_version
    assert last.network_address == "testclient"
    assert house.line("day-1", Channel.SMS).status is Status.PLANNED


def test_an_unticked_box_is_for_one_client_while_a_stop_binds_the_number(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED), ana(TREATED, first_name="Eva"))
    browser.post(
        address(house) + "/choices", data={k: v for k, v in BOTH_ON.items() if k != "texts"}
    )
    theirs = {x.status for x in house.lines(Channel.SMS) if x.client_id == 2}
    assert theirs == {Status.PLANNED, Status.SKIPPED}
    browser.post(address(house) + "/stop")
    assert statuses(house) == {Status.CANCELLED}


def test_with_both_boxes_empty_the_page_tells_how_to_stop(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED))
    page = browser.post(address(house) + "/choices", data={"language": "en"})
    assert page.status_code == 422
    assert "Stop all messages" in page.text
    assert statuses(house) == {Status.PLANNED}


def test_a_text_that_was_stopped_cannot_be_switched_on_here(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED))
    browser.post(address(house) + "/stop")
    page = browser.get(address(house) + "/choices").text
    assert "text START" in page
    assert re.search(r'name="texts"[^>]*disabled', page)
    browser.post(address(house) + "/choices", data=BOTH_ON)
    house.play(datetime(2026, 5, 1, tzinfo=UTC))
    assert not [x for x in house.lines(Channel.SMS) if x.handoff_at]
    assert house.line("week-1", Channel.EMAIL).status is Status.ACCEPTED


def test_hours_to_choose_from_are_sending_hours(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    page = browser.get(address(house) + "/choices").text
    offered = [int(hour) for hour in re.findall(r'<option value="(\d+)"', page)]
    assert offered == list(range(9, 20))
    browser.post(address(house) + "/choices", data=BOTH_ON | {"hour": "3"})
    assert client_of(house).preferred_hour is None


def test_a_pause_of_a_week_skips_what_it_outlasts_and_lets_the_rest_come_later(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED))
    house.clock.now = datetime(2026, 3, 6, 9, tzinfo=UTC)
    page = browser.post(address(house) + "/pause")
    assert "Nothing is sent until Fri 13 Mar, 09:00" in page.text
    house.play(datetime(2026, 3, 13, 12, tzinfo=UTC))
    assert house.line("day-1").status is Status.SKIPPED
    assert house.line("day-1").reason is Reason.PAUSED
    assert house.line("week-1").status is Status.ACCEPTED
    assert house.line("week-1").at.date() == date(2026, 3, 13)


def test_a_pause_can_be_ended(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    house.clock.now = datetime(2026, 3, 11, 9, tzinfo=UTC)
    browser.post(address(house) + "/pause")
    house.tick(datetime(2026, 3, 12, 10, 30, tzinfo=UTC))
    assert house.line("week-1").reason is Reason.PAUSED
    browser.post(address(house) + "/resume")
    house.tick(datetime(2026, 3, 12, 10, 31, tzinfo=UTC))
    assert house.line("week-1").status is Status.ACCEPTED


def test_stop_ends_everything_at_once_and_keeps_the_page(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    page = browser.post(address(house) + "/stop")
    assert "We will not text or email you any more" in page.text
    assert statuses(house) == {Status.CANCELLED}
    assert house.line("day-1").reason is Reason.OPTED_OUT
    assert browser.get(address(house)).status_code == 200


def test_not_me_stops_everything_closes_the_page_and_tells_the_clinic(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED))
    before = address(house)
    page = browser.post(before + "/wrong")
    assert "Thank you, and sorry" in page.text
    assert browser.get(before).status_code == 404
    assert statuses(house) == {Status.CANCELLED}
    with reading(house.engine) as session:
        alerts = list(session.scalars(select(Alert)))
    assert [alert.kind for alert in alerts] == ["wrong-number"]
    assert "Ana" not in alerts[0].subject + alerts[0].body


def test_a_client_with_both_channels_chooses_whether_everything_comes_by_both(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED))
    planned = {x.milestone for x in house.lines(Channel.EMAIL) if x.status is Status.PLANNED}
    assert "day-3" not in planned
    browser.post(address(house) + "/choices", data=BOTH_ON | {"both": "yes"})
    assert client_of(house).both_channels is True
    assert house.line("day-3", Channel.EMAIL).status is Status.PLANNED
    browser.post(address(house) + "/choices", data=BOTH_ON | {"both": "no"})
    assert house.line("day-3", Channel.EMAIL).status is Status.CANCELLED
    assert house.line("day-3", Channel.SMS).status is Status.PLANNED
