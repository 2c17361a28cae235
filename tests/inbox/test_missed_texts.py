"""What clients text while nobody is there to be told is heard before anything goes out to them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reminders.app import App, build
from reminders.cli.common import settings
from reminders.inbox.replies import InboundText
from reminders.rehearsal.simulation import SetClock
from reminders.senders import SendError
from tests.support.doubles.twilio import SERVICE
from tests.support.operations import Backup, Operator, operating

pytestmark = pytest.mark.portable

ANA, BEA = "+447700900000", "+447700900001"
OURS = "+447700900999"
REPLIES = "SELECT contact, body, kind, answer FROM reply ORDER BY id"


@pytest.fixture
def operator(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Operator]:
    with operating(database_url, tmp_path, monkeypatch) as found:
        monkeypatch.setenv("TWILIO_FROM", OURS)
        found.tell_twilio("/_become", {"number": {"phone_number": OURS}})
        yield found


@pytest.fixture
def app(operator: Operator) -> Iterator[App]:
    """Return the house as a worker has it, whose clock stands still."""
    found = build(settings(), SetClock(datetime.now(UTC)))
    yield found
    found.close()


def texts(operator: Operator, who: str, words: str, **more: object) -> None:
    operator.tell_twilio("/_hear", {"from": who, "body": words, **more})


def test_a_stop_texted_in_an_outage_is_honoured_before_anything_goes_out(
    operator: Operator,
) -> None:
    operator.run("tick")
    operator.take_in(0, 2)
    texts(operator, ANA, "STOP", ago=1800)
    operator.age_heartbeat()
    operator.run("tick")
    assert operator.sent()[ANA] == 0
    assert operator.sent()[BEA] == 1
    assert operator.sent()["ana0@mail.example"] == 1, "a stop by text concerns texts"
    assert operator.ask(REPLIES) == [(ANA, "STOP", "stop", "")]


def test_nothing_goes_out_after_an_outage_while_twilio_does_not_tell_what_was_said(
    operator: Operator,
) -> None:
    operator.run("tick")
    operator.take_in(0, 1)
    operator.age_heartbeat()
    operator.tell_twilio("/_become", {"unlisted": {"status": 503, "body": {}}})
    assert "Try again" in operator.run("tick", code=2)
    assert not operator.sent()
    texts(operator, ANA, "STOP", ago=60)
    operator.tell_twilio("/_become", {"unlisted": {}})
    operator.run("tick")
    assert operator.sent()[ANA] == 0


def test_a_new_installation_beats_before_twilio_has_told_anything(operator: Operator) -> None:
    operator.tell_twilio("/_become", {"unlisted": {"status": 503, "body": {}}})
    operator.take_in(0, 1)
    operator.run("tick")
    assert operator.sent()[ANA] == 1


def test_where_twilio_lets_us_not_in_emails_still_leave(operator: Operator) -> None:
    operator.run("tick")
    operator.take_in(0, 1)
    operator.age_heartbeat()
    refused = {"code": 20003, "message": "Authenticate", "status": 401}
    operator.tell_twilio("/_become", {"unlisted": {"status": 401, "body": refused}})
    operator.run("tick")
    assert operator.sent()["ana0@mail.example"] == 1


def test_after_a_restored_backup_what_was_said_since_is_heard_by_reconcile_and_by_adopt(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = Backup(operator, monkeypatch)
    operator.run("tick")
    operator.take_in(0, 2)
    backup.make()
    texts(operator, ANA, "STOP")
    operator.age_heartbeat()
    operator.run("tick")
    backup.restore()
    operator.run("tick", code=2)
    assert operator.ask(REPLIES) == []
    operator.run("adopt")
    assert [row[:2] for row in operator.ask(REPLIES)] == [(ANA, "STOP")]
    operator.run("tick")
    assert operator.sent()[ANA] == 0
    backup.restore()
    operator.run("tick", code=2)
    operator.run("reconcile")
    operator.run("tick")
    assert operator.sent()[ANA] == 0


def test_what_never_came_to_the_door_is_found_within_minutes_and_taken_once(
    operator: Operator, app: App
) -> None:
    """The door may be shut for Twilio alone: a wrong address, a proxy that is away."""
    operator.take_in(0, 2)
    operator.run("tick")
    clock = app.clock
    assert isinstance(clock, SetClock)
    texts(operator, ANA, "How long will it sting?", media=["ME1"])
    known = texts_by_the_door(operator, app)
    clock.now += timedelta(minutes=4)
    assert app.inbound_texts.check_list() == 0, "the list is not asked for every minute"
    beat(operator, app, timedelta(minutes=7))
    assert app.inbound_texts.check_list() == 2
    beat(operator, app, timedelta(minutes=11))
    app.inbound_texts.check_list()
    assert [row[:2] for row in operator.ask(REPLIES)] == [
        (BEA, known),
        (ANA, "How long will it sting?"),
    ]
    ((media,),) = operator.ask(f"SELECT media FROM reply WHERE contact = '{ANA}'")
    assert "/Media/ME1" in str(media)
    assert operator.ask("SELECT count(*) FROM alert WHERE kind = 'reply'")[0][0] == 2


def texts_by_the_door(operator: Operator, app: App) -> str:
    """Text something that comes to the door as usual, and stands in the list too."""
    sid = operator.tell_twilio("/_hear", {"from": BEA, "body": "Thanks"})["sid"]
    app.inbound_texts.receive(InboundText(sid, BEA, "Thanks"))
    return "Thanks"


def beat(operator: Operator, app: App, later: timedelta) -> None:
    """Let time pass while a worker beats."""
    app.clock.now += later  # type: ignore[attr-defined]
    app.dispatcher("beating").run()


def test_what_is_heard_late_is_not_answered_and_what_has_just_come_is_left_to_the_door(
    operator: Operator, app: App
) -> None:
    operator.take_in(0, 2)
    operator.run("tick")
    texts(operator, ANA, "What is this?")
    beat(operator, app, timedelta(seconds=30))
    assert app.inbound_texts.catch_up() == 1
    assert operator.ask(REPLIES) == [(ANA, "What is this?", "reply", "")]


def test_of_a_service_what_came_to_its_numbers_is_heard_and_nothing_else(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_MESSAGING_SERVICE_SID", SERVICE)
    monkeypatch.delenv("TWILIO_FROM")
    app = build(settings())
    texts(operator, ANA, "STOP", to="80999")
    texts(operator, BEA, "STOP", to="+15005550006")
    app.inbound_texts.catch_up()
    assert [row[0] for row in operator.ask(REPLIES)] == [ANA]
    app.close()


def test_a_list_that_cannot_be_read_does_not_stop_a_worker_that_beats(
    operator: Operator, app: App
) -> None:
    operator.run("tick")
    operator.tell_twilio("/_become", {"unlisted": {"status": 200, "body": {"messages": [{}]}}})
    beat(operator, app, timedelta(minutes=11))
    assert app.inbound_texts.check_list() == 0
    with pytest.raises(SendError):
        app.inbound_texts.catch_up()
