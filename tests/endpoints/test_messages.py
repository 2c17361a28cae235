"""Messages: by numbers alone unless ticked, signed as the standard's own library reads them."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from standardwebhooks import Webhook, WebhookVerificationError

from reminders.endpoints.endpoints import TEST
from reminders.rules.endpoints import WAITS
from reminders.rules.events import EventKind
from reminders.rules.keywords import Kind
from reminders.shapes.endpoints import EventMessage
from reminders.store.database import writing
from reminders.store.tables import Event, Reply
from reminders.wording.library import packaged
from tests.conftest import MONDAY, House, ana
from tests.support.endpoints import Listener
from tests.support.erasure import forget

pytestmark = pytest.mark.portable

WORDS = "It hurts, <!channel> & there is pus"


def writes(house: House, **more: Any) -> None:
    """Let a client write what alarms."""
    row: dict[str, Any] = {
        "provider_id": "SM1", "clinic_id": 1, "client_id": 1, "contact": "+447700900101", "body": WORDS,
        "kind": Kind.REPLY, "alarm": "pus", "received_at": house.clock(),
    }  # fmt: skip
    with writing(house.engine) as session:
        session.add(Reply(**(row | more)))


def test_by_default_a_reply_is_told_by_its_numbers_alone(listener: Listener) -> None:
    listener.house.enrol(ana(date(2026, 3, 12)))
    listener.add()
    writes(listener.house)
    listener.tell()
    alarm, received = (one.said for one in listener.heard())
    assert received == {
        "type": "reply.received",
        "timestamp": "2026-03-02T08:00:00+00:00",
        "text": "Rosewood Skin: a client has replied. https://desk.example/replies",
        "data": {"place": 5, "client": 1, "id": 1, "words": None},
    }
    assert alarm["type"] == "reply.alarm"
    assert "pus" not in json.dumps([received, alarm])
    assert "Ana" not in json.dumps([received, alarm])


def test_where_the_clinic_ticks_it_the_words_are_told_and_never_in_the_sentence(
    listener: Listener,
) -> None:
    listener.house.enrol(ana(date(2026, 3, 12)))
    listener.add(words=True)
    writes(listener.house)
    listener.tell()
    for told in listener.heard():
        assert told.said["data"]["words"] == WORDS
        assert "pus" not in told.said["text"]
        assert "channel" not in told.said["text"], "it would wake a whole chat"


@pytest.mark.both
def test_words_of_somebody_erased_meanwhile_are_not_told(listener: Listener) -> None:
    house = listener.house
    house.enrol(ana(date(2026, 3, 12)))
    listener.add(words=True)
    writes(house)
    forget(house)
    listener.tell()
    came = listener.heard()
    assert {EventKind.REPLY_RECEIVED, EventKind.CLIENT_ERASED} <= {one.about[1] for one in came}
    assert {one.said["data"]["words"] for one in came} == {None}


def test_the_standard_s_own_library_believes_it_and_nothing_that_was_changed(
    listener: Listener,
) -> None:
    listener.add()
    listener.happens(EventKind.CONSENT_GIVEN, 1)
    listener.tell()
    (told,) = listener.heard()
    with time_machine.travel(MONDAY, tick=False):
        read = Webhook(listener.secret).verify(told.body, told.headers)
        assert EventMessage.model_validate(read).data.client == 1
        for body, headers in (
            (told.body.replace(":1,", ":2,"), told.headers),
            (told.body, told.headers | {"webhook-id": "evt_other"}),
        ):
            with pytest.raises(WebhookVerificationError):
                Webhook(listener.secret).verify(body, headers)
    with (
        time_machine.travel(MONDAY + timedelta(minutes=6), tick=False),
        pytest.raises(WebhookVerificationError, match="too old"),
    ):
        Webhook(listener.secret).verify(told.body, told.headers)


def test_told_again_it_is_signed_anew_and_has_its_number(listener: Listener) -> None:
    listener.add()
    listener.happens(EventKind.CONSENT_GIVEN, 1)
    listener.server.answer = lambda _: 500
    listener.tell()
    listener.server.answer = lambda _: 200
    later = MONDAY + timedelta(hours=1)
    listener.tell(later)
    first, again = listener.heard()
    assert first.number == again.number
    with time_machine.travel(later, tick=False):
        Webhook(listener.secret).verify(again.body, again.headers)


def test_two_systems_hear_of_one_event_under_one_number_and_of_others_under_others(
    listener: Listener,
) -> None:
    listener.add(path="/a")
    listener.add(path="/b")
    listener.happens(EventKind.CONSENT_GIVEN, 1)
    listener.happens(EventKind.CONSENT_GIVEN, 1)
    listener.tell()
    numbers = [one.number for one in listener.heard("/a")]
    assert numbers == [one.number for one in listener.heard("/b")]
    assert len(set(numbers)) == 2


def test_every_kind_has_its_sentence() -> None:
    sentences = tomllib.loads(packaged().page("events.toml"))
    assert set(sentences) == {*EventKind, TEST}
    for sentence in sentences.values():
        assert sentence.format(clinic="Rosewood", desk="https://x", client=7)


@pytest.mark.both
def test_every_kind_that_happens_can_be_told(listener: Listener) -> None:
    listener.add()
    for kind in EventKind:
        listener.happens(kind, 1)
    assert listener.tell() == len(EventKind)
    with writing(listener.house.engine) as session:
        assert len(session.scalars(select(Event)).all()) == len(EventKind)


def blocks(kind: str) -> list[str]:
    page = packaged().page("manual/events.md")
    return re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL)


def test_the_manual_shows_a_message_as_it_is(listener: Listener) -> None:
    (shown,) = blocks("json")
    told = EventMessage.model_validate_json(shown)
    assert told.model_dump_json() == json.dumps(json.loads(shown), separators=(",", ":"))
    assert told.text == tomllib.loads(packaged().page("events.toml"))[told.type].format(
        clinic="Rosewood Skin", desk="https://desk.example"
    )


def test_the_manual_s_lines_for_one_s_own_system_work(listener: Listener) -> None:
    (lines,) = blocks("python")
    own: dict[str, Any] = {}
    exec(lines, own)
    listener.add()
    listener.happens(EventKind.CONSENT_GIVEN, 7)
    listener.tell()
    (told,) = listener.heard()
    with time_machine.travel(MONDAY, tick=False):
        assert own["hear"](listener.secret, told.body, told.headers) == ("consent.given", 7)


def test_the_manual_tells_the_waits_as_they_are() -> None:
    minutes = [wait.total_seconds() / 60 for wait in WAITS]
    assert minutes == [1 / 6, 1, 5, 15, 40, 60, 120, *[240] * 5]
    assert "after 10 seconds, 1, 5, 15 and 40 minutes, 1 and 2 hours" in re.sub(
        r"\s+", " ", packaged().page("manual/events.md")
    )
