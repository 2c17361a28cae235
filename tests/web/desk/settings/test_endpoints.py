"""The pages of events out: added with its secret shown once, tried, paused, told again, removed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from reminders.endpoints.posting import Answer
from reminders.rules.endpoints import Outcome
from reminders.rules.events import EventKind
from reminders.rules.roles import Role
from reminders.store.database import reading, writing
from reminders.store.queries import audit
from reminders.store.tables import Event
from tests.conftest import House
from tests.support.desk import Desk, signed_in
from tests.support.endpoints import CannedPoster, told_by
from tests.web.desk.test_routes import filled_house

pytestmark = pytest.mark.portable
ADDRESS = "https://hooks.example/T0k3n"
LIST = "/clinic/endpoints"


def opened(house: House, *, live: bool = True) -> tuple[Desk, CannedPoster]:
    poster = CannedPoster()
    told_by(house.app, poster, live=live)
    desk = signed_in(house, Role.OWNER)
    desk.get(LIST)
    return desk, poster


def added(house: House, *kinds: str) -> tuple[Desk, CannedPoster]:
    desk, poster = opened(house)
    desk.post(LIST, address=ADDRESS, kinds=kinds or ["reply.received", "reply.alarm"])
    return desk, poster


def happens(house: House, kind: EventKind = EventKind.REPLY_ALARM) -> None:
    with writing(house.engine) as session:
        session.add(Event(clinic_id=1, kind=kind, client_id=1, row_id=1, happened_at=house.clock()))
    house.app.event_sender.run()


def raw(desk: Desk) -> str:
    assert desk.page is not None
    return desk.page.text


def test_an_address_is_added_and_its_secret_shown_once(house: House) -> None:
    desk, _ = added(house)
    (secret,) = re.findall(r"whsec_[\w+/=]{40,}", raw(desk))
    for path in (LIST, f"{LIST}/1"):
        desk.get(path)
        assert "hooks.example" in desk.text
        assert "T0k3n" not in raw(desk)
        assert secret not in raw(desk)
    with reading(house.engine) as session:
        assert audit.happened(session, 1, "added a webhook")


def test_a_test_event_shows_at_once_whether_it_arrives(house: House) -> None:
    desk, poster = added(house)
    desk.post(f"{LIST}/1/test")
    assert "Test event" in desk.text
    assert " Delivered " in desk.text
    poster.answers.append(Answer(Outcome.REFUSED, 404))
    desk.post(f"{LIST}/1/test")
    assert "Rejected (404)" in desk.text
    assert [post.address for post in poster.posts] == [ADDRESS, ADDRESS]


def test_an_event_that_was_not_taken_is_sent_again_as_the_same(house: House) -> None:
    desk, poster = added(house)
    poster.answers.append(Answer(Outcome.REFUSED, 500))
    happens(house)
    desk.get(f"{LIST}/1")
    assert "Rejected (500)" in desk.text
    assert "Deliveries have failed since" in desk.text
    poster.answers.append(Answer(Outcome.TAKEN, 200))
    desk.post(f"{LIST}/deliveries/1/again")
    assert "Event sent again" in desk.text
    assert "Rejected" not in desk.text
    first, again = (post.headers["webhook-id"] for post in poster.posts)
    assert first == again


def test_while_it_is_paused_nothing_is_told_and_then_all_of_it(house: House) -> None:
    desk, poster = added(house)
    desk.post(f"{LIST}/1/pause")
    happens(house)
    assert poster.posts == []
    assert "No events are sent until you resume" in desk.text
    desk.post(f"{LIST}/1/resume")
    house.app.event_sender.run()
    assert len(poster.posts) == 1


def test_what_it_is_told_can_be_changed_but_not_to_nothing(house: House) -> None:
    desk, poster = added(house)
    desk.post(f"{LIST}/1", kinds=["client.stopped"], words="yes")
    assert "Saved" in desk.text
    happens(house)
    assert poster.posts == []
    house.clock.now += timedelta(seconds=10)
    happens(house, EventKind.CLIENT_STOPPED)
    assert len(poster.posts) == 1
    page = desk.post(f"{LIST}/1")
    assert page.status_code == 422
    assert "Choose at least one" in desk.text


@pytest.mark.parametrize(
    "address, problem",
    [("", "not an https address"), ("http://hooks.example", "not an https address"), ("https://10.0.0.1/T0k3n", "private network")],
)  # fmt: skip
def test_an_address_that_may_not_be_told_is_not_kept(
    house: House, address: str, problem: str
) -> None:
    desk, _ = opened(house)
    page = desk.post(LIST, address=address, kinds=["reply.alarm"])
    assert page.status_code == 422
    assert problem in desk.text
    assert "T0k3n" not in page.text
    assert re.findall(r'value="([\w.]+)"[^>]* checked', page.text) == ["reply.alarm"]
    with house.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM endpoint").scalar() == 0


def test_removed_it_is_told_nothing_that_waited_either(house: House) -> None:
    desk, poster = added(house)
    poster.answers.append(Answer(Outcome.AWAY))
    happens(house)
    desk.post(f"{LIST}/1/remove")
    assert "No more events are sent to it" in desk.text
    house.app.event_sender.run()
    assert len(poster.posts) == 1
    with house.engine.connect() as connection:
        for table in ("endpoint", "event_delivery"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0


def test_the_page_says_that_in_practice_only_tests_leave(house: House) -> None:
    desk, _ = opened(house, live=False)
    assert "only test events are sent" in desk.text


def test_no_clinic_sees_or_uses_another_s(house: House) -> None:
    filled_house(house)
    _, poster = added(house, *EventKind)
    happens(house)
    told = len(poster.posts)
    other = signed_in(house, Role.OWNER, 1, "olive1@rosewood.example")
    assert "hooks.example" not in other.get(LIST).text
    csrf = other.hidden("/sign-out")
    assert other.get(f"{LIST}/1").status_code == 404
    for path in ("1", "1/test", "1/pause", "1/resume", "1/remove", "deliveries/1/again"):
        answer = other.browser.post(f"{LIST}/{path}", data=csrf | {"kinds": "reply.alarm"})
        assert answer.status_code == 404, path
    with writing(house.engine) as session:
        session.add(Event(clinic_id=2, kind=EventKind.REPLY_ALARM, row_id=1))
    house.app.event_sender.run()
    assert len(poster.posts) == told, "and hears of nothing that happens there"
