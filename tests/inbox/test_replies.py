"""What clients text back: stops, starts, calls for help, and words that a person must read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col
from starlette.testclient import TestClient
from typer.testing import CliRunner

from reminders.app import App, build
from reminders.cli import commands
from reminders.consent import ledger
from reminders.enrolment import clinics, treatments
from reminders.inbox.missed_texts import Hearing
from reminders.rules.keywords import Kind
from reminders.rules.segments import Encoding, size
from reminders.rules.terms import Channel, Reason, Status
from reminders.settings import Settings
from reminders.store.database import reading, writing
from reminders.store.queries import clinic_facts as found
from reminders.store.queries import consents, people, replies
from reminders.store.tables import Alert, Client, Clinic, Reply
from reminders.web import create_web
from reminders.wording.fixed_replies import Answers
from reminders.wording.library import packaged
from tests.conftest import BOTH, House, ana
from tests.delivery.test_receipts import ACCOUNT, TOKEN, URL, sign
from tests.support.samples import CLINIC

ANAS = "+447700900101"
STRANGER = "+447700900555"
TREATED = date(2026, 3, 12)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


class Door:
    """Twilio, posting texts that come in to our door, each with an id of its own."""

    def __init__(self, app: App) -> None:
        self.web = TestClient(create_web(app), base_url="http://10.0.0.7:8000")
        self.number = 0

    def post(self, **fields: str) -> Any:
        fields = {"AccountSid": ACCOUNT} | fields
        path = "/hooks/twilio/inbound"
        return self.web.post(
            path, data=fields, headers={"X-Twilio-Signature": sign(URL + path, fields)}
        )

    def text(self, body: str, sender: str = ANAS, sid: str = "", **more: str) -> str:
        """Return what the sender is told, after looking at the form in which it is."""
        self.number += not sid
        fields = {"MessageSid": sid or f"SM{self.number:032}", "From": sender, "Body": body}
        answer = self.post(**(fields | more))
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/xml")
        said = ET.fromstring(answer.text)
        assert said.tag == "Response"
        assert len(said) <= 1
        return "".join(message.text or "" for message in said)


def settings_of(house: House, **more: str) -> Settings:
    return Settings.model_validate(
        {
            "database_url": house.app.settings.database_url,
            "delivery": "live",
            "public_url": URL,
            "twilio_account_sid": ACCOUNT,
            "twilio_auth_token": TOKEN,
            "opt_out_replies": "app",
            **more,
        }
    )


Doors = Callable[..., Door]


@pytest.fixture
def door_of(house: House) -> Iterator[Doors]:
    """Return what opens a door of a house with these settings."""
    house.clock.now = NOON
    apps: list[App] = []

    def opened(**more: str) -> Door:
        apps.append(build(settings_of(house, **more), house.clock))
        return Door(apps[-1])

    yield opened
    for app in apps:
        app.close()


@pytest.fixture
def door(door_of: Doors) -> Door:
    return door_of()


def kept(house: House) -> list[Reply]:
    with reading(house.engine) as session:
        return list(session.scalars(select(Reply).order_by(col(Reply.id))))


def told(house: House) -> list[str]:
    with reading(house.engine) as session:
        return list(session.scalars(select(col(Alert.kind)).order_by(col(Alert.id))))


def stops(house: House, contact: str = ANAS) -> dict[int, Reason]:
    with reading(house.engine) as session:
        found = consents.suppressions_of(session, {contact})
        return {clinic: reason for (clinic, _), reason in found.items()}


def texts(house: House) -> set[tuple[Status, Reason | None]]:
    return {(line.status, line.reason) for line in house.lines(Channel.SMS)}


def second_clinic(house: House, **more: Any) -> Clinic:
    with writing(house.engine) as session:
        told = CLINIC | {"name": "Bay Skin", "phone": "020 7946 0099"}
        clinic = clinics.add(session, told, house.clock(), live=True)
        if more:
            treatments.enrol(
                session, house.app.library, clinic, [ana(TREATED, **more)], house.clock()
            )
        return clinic


# --- stops ------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", ["STOP", "Please don't text me anymore", "OPT OUT", "no me escriban más"])  # fmt: skip
def test_a_stop_takes_effect_in_the_same_second(house: House, door: Door, body: str) -> None:
    house.enrol(ana(TREATED))
    assert door.text(body)
    assert texts(house) == {(Status.CANCELLED, Reason.OPTED_OUT)}, "at once, not when due"
    assert stops(house) == {1: Reason.OPTED_OUT}
    with reading(house.engine) as session:
        said = consents.consents_of(session, [1])
    assert said == {(1, Channel.SMS): False, (1, Channel.EMAIL): True}
    house.play(NOON + timedelta(days=60))
    assert texts(house) == {(Status.CANCELLED, Reason.OPTED_OUT)}
    assert house.line("day-1", Channel.EMAIL).status is Status.ACCEPTED, "emails were not stopped"


def test_a_stop_is_confirmed_once_by_the_clinic_s_name(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    said = door.text("STOP")
    assert said == (
        "Rosewood Skin: you will get no more texts from us. Questions? Call 020 7946 0018."
        " To get texts again, reply START."
    )
    assert door.text("STOP") == ""
    assert door.text("I said stop texting me") == ""


def test_a_stop_binds_everyone_on_that_number_at_every_clinic(house: House, door: Door) -> None:
    house.enrol(ana(TREATED), ana(TREATED, first_name="Bea", email="bea@mail.example"))
    second_clinic(house, first_name="Ana", email="ana@mail.example")
    said = door.text("stop")
    assert "Rosewood Skin" in said
    assert "Bay Skin" in said
    assert stops(house) == {1: Reason.OPTED_OUT, 2: Reason.OPTED_OUT}
    assert texts(house) == {(Status.CANCELLED, Reason.OPTED_OUT)}


def test_a_clinic_that_does_not_know_the_number_is_not_bound(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    second_clinic(house)
    door.text("stop")
    assert stops(house) == {1: Reason.OPTED_OUT}


def test_a_stranger_s_stop_binds_every_clinic_there_is(house: House, door: Door) -> None:
    second_clinic(house)
    assert door.text("STOP", STRANGER) == "You will get no more texts from this number."
    assert stops(house, STRANGER) == {1: Reason.OPTED_OUT, 2: Reason.OPTED_OUT}
    house.enrol(ana(TREATED, phone=STRANGER))
    house.play(NOON + timedelta(days=60))
    assert not [line for line in house.lines(Channel.SMS) if line.status is Status.ACCEPTED]


def test_a_list_cannot_undo_a_stop(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    door.text("STOP")
    house.enrol(ana(TREATED), ana(date(2026, 5, 12)))
    house.play(NOON + timedelta(days=90))
    assert not [line for line in house.lines(Channel.SMS) if line.status is Status.ACCEPTED]


def test_a_bare_cancel_stops_and_says_how_to_cancel_a_visit(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    said = door.text("Cancel")
    assert "visit is NOT cancelled" in said
    assert "020 7946 0018" in said
    assert stops(house) == {1: Reason.OPTED_OUT}
    assert told(house) == ["cancel"], "somebody asks her what she meant"


def test_cancel_my_appointment_stops_nothing(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    assert "a person here will read this" in door.text("Cancel my appointment")
    assert stops(house) == {}


def test_a_wrong_number_is_stopped_and_known_not_to_be_hers(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    assert "wrong number" in door.text("Wrong number, who is Ana?")
    assert stops(house) == {1: Reason.WRONG_NUMBER}
    assert told(house) == ["wrong-number"]
    assert texts(house) == {(Status.CANCELLED, Reason.OPTED_OUT)}
    assert door.text("STOP") == ""
    assert stops(house) == {1: Reason.WRONG_NUMBER}, "a stop does not make it hers again"
    door.text("START")
    assert stops(house) == {1: Reason.WRONG_NUMBER}, "nor does a start by whoever has it"


def test_a_stop_outranks_a_number_that_was_only_unreachable(house: House, door: Door) -> None:
    from reminders.store.queries import consents

    house.enrol(ana(TREATED))
    with writing(house.engine) as session:
        consents.suppress(session, 1, ANAS, Reason.UNREACHABLE, source="provider", now=NOON)
    assert door.text("STOP")
    assert stops(house) == {1: Reason.OPTED_OUT}


def test_a_stop_with_alarm_in_it_is_a_stop_and_alarms_the_staff(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    door.text("Stop texting me, my face is swollen!")
    assert stops(house) == {1: Reason.OPTED_OUT}
    assert told(house) == ["alarm"]
    with reading(house.engine) as session:
        assert [reply.alarm for reply in replies.waiting(session)] == ["swelling"]


# --- who owns the answers ---------------------------------------------------------------------


@pytest.mark.parametrize("opt_out_replies", ["app", "twilio"])
@pytest.mark.parametrize("word,kind", [("STOP", Kind.STOP), ("START", Kind.START), ("HELP", Kind.HELP)])  # fmt: skip
def test_what_twilio_has_answered_is_kept_and_not_answered_again(
    house: House, door_of: Doors, opt_out_replies: str, word: str, kind: Kind
) -> None:
    house.enrol(ana(TREATED))
    door = door_of(opt_out_replies=opt_out_replies)
    assert door.text("palabra", OptOutType=word) == ""
    assert [reply.kind for reply in kept(house)] == [kind]
    assert stops(house) == ({1: Reason.OPTED_OUT} if word == "STOP" else {})


@pytest.mark.parametrize("word", ["STOP", "stop ", "Unsubscribe", "CANCEL", "HELP", "info"])
def test_twilio_s_own_words_are_left_to_twilio_where_it_owns_them(
    house: House, door_of: Doors, word: str
) -> None:
    house.enrol(ana(TREATED))
    assert door_of(opt_out_replies="twilio").text(word) == ""
    assert bool(stops(house)) is (word not in {"HELP", "info"})


@pytest.mark.parametrize("words", ["stop please", "OPT OUT", "Arrêt", "no more texts", "BAJA"])
def test_what_twilio_does_not_catch_we_confirm(house: House, door_of: Doors, words: str) -> None:
    house.enrol(ana(TREATED))
    door = door_of(opt_out_replies="twilio")
    assert "no more texts from us" in door.text(words)
    assert "care texts again" in door.text("START"), "whoever confirmed the stop confirms the start"


# --- starts -----------------------------------------------------------------------------------


def test_start_plans_again_what_still_helps(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    door.text("STOP")
    house.clock.now = datetime(2026, 3, 15, 10, tzinfo=UTC)
    said = door.text("START")
    assert "up to 3 a week" in said
    assert "Msg & data rates may apply" in said
    assert "STOP to stop" in said
    assert stops(house) == {}
    house.play(house.clock.now + timedelta(days=60))
    left = {x.milestone for x in house.lines(Channel.SMS) if x.status is Status.ACCEPTED}
    assert {"week-1", "month-1"} <= left
    assert "week-before" not in left


@pytest.mark.parametrize("word", ["START", "Unstop", "YES", "yes!"])
def test_only_who_stopped_by_text_is_taken_back(house: House, door: Door, word: str) -> None:
    house.enrol(ana(TREATED))
    door.text(word)
    assert [reply.kind for reply in kept(house)] == [Kind.REPLY], "a yes to whatever she was asked"
    door.text("stop")
    door.text(word)
    assert kept(house)[-1].kind is Kind.START
    assert stops(house) == {}


def test_start_gives_no_consent_that_never_was(house: House, door: Door) -> None:
    house.enrol(ana(TREATED, said=()))
    door.text("STOP")
    assert "person" not in door.text("START")
    assert stops(house) == {1: Reason.OPTED_OUT}
    house.play(NOON + timedelta(days=60))
    assert not [line for line in house.lines(Channel.SMS) if line.status is Status.ACCEPTED]


def test_start_does_not_take_back_what_was_said_at_the_desk(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    with writing(house.engine) as session:
        client = people.clients_of(session)[0]
        ledger.withdraw(session, client, Channel.SMS, source="telephone", now=NOON)
    door.text("START")
    assert stops(house) == {1: Reason.OPTED_OUT}


def test_a_start_by_one_does_not_take_back_what_another_on_her_number_said_at_the_desk(
    house: House, door: Door
) -> None:
    house.enrol(ana(TREATED), ana(TREATED, first_name="Bea", email="bea@mail.example"))
    with writing(house.engine) as session:
        bea = next(c for c in people.clients_of(session) if c.first_name == "Bea")
        ledger.withdraw(session, bea, Channel.SMS, source="telephone", now=NOON)
    door.text("START")
    assert stops(house) == {1: Reason.OPTED_OUT}


def test_start_takes_back_a_stop_that_only_twilio_told_us_of(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    with writing(house.engine) as session:
        consents.suppress(session, 1, ANAS, Reason.OPTED_OUT, source="provider", now=NOON)
    door.text("START")
    assert stops(house) == {}


def test_a_start_posted_again_after_a_stop_changes_nothing(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    door.text("STOP")
    first = door.text("START", sid="SMstart")
    door.text("STOP")
    assert door.text("START", sid="SMstart") == first
    assert stops(house) == {1: Reason.OPTED_OUT}
    assert (Status.PLANNED, None) not in texts(house)


# --- help -------------------------------------------------------------------------------------


@pytest.mark.parametrize("stopped", [False, True])
def test_help_names_clinic_contact_frequency_rates_and_stop(
    house: House, door: Door, stopped: bool
) -> None:
    house.enrol(ana(TREATED))
    if stopped:
        door.text("STOP")
    said = door.text("HELP")
    for part in ("Rosewood Skin", "020 7946 0018", "up to 3 a week", "Msg & data rates", "STOP"):
        assert part in said


# --- replies ----------------------------------------------------------------------------------


def test_anything_else_is_kept_for_a_person_and_staff_are_told(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    assert door.text("Can I swim tomorrow?") == (
        "Rosewood Skin: a person here will read this. For urgent help call 020 7946 0018."
    )
    (reply,) = kept(house)
    assert (reply.clinic_id, reply.client_id, reply.kind) == (1, 1, Kind.REPLY)
    assert reply.body == "Can I swim tomorrow?"
    assert reply.received_at == NOON
    assert reply.done_at is None
    assert told(house) == ["reply"]
    house.tick()
    assert house.app.alerting().run() == 1
    mail = house.left()[-1].read_text()
    assert "To: desk@rosewood.example" in mail
    for secret in ("Ana", "swim", ANAS):
        assert secret not in mail


def test_the_sender_is_told_so_at_most_once_a_day(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    answers = []
    for hours in (0, 1, 22, 2, 1, 23):
        house.clock.now += timedelta(hours=hours)
        answers.append(bool(door.text(f"and another thing {hours}")))
    assert answers == [True, False, False, True, False, True]
    assert told(house) == ["reply"] * 6, "staff hear of each"


def test_a_burst_of_texts_is_told_once(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    for body in ("hello", "me again", "one more"):
        door.text(body)
    assert told(house) == ["reply"]
    assert len(kept(house)) == 3


def test_an_alarm_brings_a_person_sooner_and_changes_nothing_else(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    door.text("thanks")
    assert door.text("I have a fever and pus") == ""
    assert told(house) == ["reply", "alarm"]
    with reading(house.engine) as session:
        assert [reply.alarm for reply in replies.waiting(session)] == ["infection", None]
    assert (Status.PLANNED, None) in texts(house)


def test_who_stopped_is_told_nothing_more(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    door.text("STOP")
    assert door.text("by the way, is itching normal?") == ""
    assert told(house) == ["reply"]


def test_the_answer_is_in_her_language(house: House, door: Door) -> None:
    house.enrol(ana(TREATED, language="es"))
    assert "una persona del equipo" in door.text("¿puedo nadar?")
    assert "ya no le enviaremos" in door.text("ALTO")


def test_pictures_are_kept_as_links_and_not_fetched(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    media = {"NumMedia": "3", "MediaUrl0": "https://api.twilio.com/m/0", "MediaContentType0": "image/jpeg",
             "MediaUrl1": "https://api.twilio.com/m/1", "MediaUrl2": "javascript:alert(1)"}  # fmt: skip
    door.text("", **media)
    (reply,) = kept(house)
    assert reply.media == [
        {"url": "https://api.twilio.com/m/0", "type": "image/jpeg"},
        {"url": "https://api.twilio.com/m/1", "type": ""},
    ]


def test_a_reply_belongs_to_the_clinic_that_texted_last(house: House, door: Door) -> None:
    house.enrol(ana(date(2026, 3, 3)))
    second_clinic(house)
    assert house.clinic().name == "Bay Skin", "where clients are taken in from now on"
    house.enrol(ana(date(2026, 4, 20)))
    house.tick(datetime(2026, 3, 4, 17, tzinfo=UTC))
    assert "Rosewood Skin" in door.text("thanks for the text")
    assert kept(house)[0].clinic_id == 1


def test_of_several_on_one_number_nobody_is_named(house: House, door: Door) -> None:
    house.enrol(ana(TREATED), ana(TREATED, first_name="Bea", email="bea@mail.example"))
    door.text("who was that for?")
    (reply,) = kept(house)
    assert (reply.clinic_id, reply.client_id) == (1, None)


def test_a_stranger_s_words_reach_the_only_clinic_or_else_the_operator(
    house: House, door: Door
) -> None:
    assert "Rosewood Skin" in door.text("Hi it's Ana from my work phone", STRANGER)
    second_clinic(house)
    assert door.text("hello?", STRANGER) == ""
    assert [reply.clinic_id for reply in kept(house)] == [1, None]
    with reading(house.engine) as session:
        assert list(session.scalars(select(col(Alert.clinic_id)))) == [1, None]


def test_a_clinic_in_practice_and_a_house_in_practice_answer_nothing(
    house: House, door_of: Doors
) -> None:
    house.enrol(ana(TREATED))
    assert door_of(delivery="outbox").text("hello") == ""
    with writing(house.engine) as session:
        session.execute(update(Clinic).values(live=False))
    assert door_of().text("stop", sid="SMother") == ""
    assert stops(house) == {1: Reason.OPTED_OUT}


def asked_of(house: House, *words: str) -> Any:
    told = CliRunner().invoke(
        commands, words, env={"DATABASE_URL": house.app.settings.database_url}
    )
    assert told.exit_code == 0, told.output
    return told


def test_the_command_line_shows_what_waits_alarms_first(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    assert "Nobody waits" in asked_of(house, "replies").output
    for body in ("[thanks]", "I have a fever", "STOP", "HELP"):
        door.text(body)
    found = json.loads(asked_of(house, "replies", "--json").stdout)
    assert [(row["body"], row["alarm"], row["first_name"]) for row in found] == [
        ("I have a fever", "infection", "Ana"),
        ("[thanks]", None, "Ana"),
    ]
    assert "I have a fever" in asked_of(house, "replies", "--clinic", "Rosewood Skin").output
    assert json.loads(asked_of(house, "status", "--json").stdout)["replies"] == 2


def test_a_stop_is_shown_where_the_number_is(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    door.text("STOP")
    (row,) = json.loads(asked_of(house, "client", "list", "--json").stdout)
    assert [(stop["contact"], stop["reason"]) for stop in row["stops"]] == [(ANAS, "opted-out")]
    assert "asked us to stop" in " ".join(asked_of(house, "client", "list").output.split())


# --- the door ---------------------------------------------------------------------------------


def test_the_same_text_posted_again_gets_the_same_answer_and_changes_nothing(
    house: House, door: Door
) -> None:
    house.enrol(ana(TREATED))
    first = door.text("hello", sid="SMa")
    house.clock.now += timedelta(days=2)
    assert [door.text("hello", sid="SMa") for _ in range(3)] == [first] * 3
    assert len(kept(house)) == 1
    assert told(house) == ["reply"]


def test_one_text_posted_many_times_at_once_is_taken_once(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda _: door.text("STOP", sid="SMa"), range(8)))
    assert len(set(said)) == 1
    assert said[0]
    assert len(kept(house)) == 1


def test_many_texts_of_one_number_at_once_are_told_once(house: House, door: Door) -> None:
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda n: door.text("hello", STRANGER, sid=f"SM{n}"), range(8)))
    assert len([answer for answer in said if answer]) == 1


@pytest.mark.parametrize(
    "fields,headers",
    [
        ({}, {}),
        ({}, {"X-Twilio-Signature": ""}),
        ({}, {"X-Twilio-Signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="}),
        ({"AccountSid": "AC" + "9" * 32}, {}),
    ],
)
def test_whatever_is_not_proven_is_refused(
    house: House, door: Door, fields: dict[str, str], headers: dict[str, str]
) -> None:
    house.enrol(ana(TREATED))
    sent = {"AccountSid": ACCOUNT, "MessageSid": "SMa", "From": ANAS, "Body": "STOP"} | fields
    if fields:  # another account of the same owner's may sign with a token that we know
        headers = {"X-Twilio-Signature": sign(f"{URL}/hooks/twilio/inbound", sent)}
    answer = door.web.post("/hooks/twilio/inbound", data=sent, headers=headers)
    assert answer.status_code == 403
    assert kept(house) == []
    assert stops(house) == {}


def test_a_house_without_a_token_believes_nobody(house: House, door_of: Doors) -> None:
    door = door_of(twilio_auth_token="")
    assert door.post(MessageSid="SMa", From=ANAS, Body="STOP").status_code == 403


def test_the_token_before_is_believed_while_it_is_set(house: House, door_of: Doors) -> None:
    new = {"twilio_auth_token": "another-token-altogether-0000000"}
    assert door_of(**new).post(MessageSid="SMa", From=ANAS).status_code == 403
    old = new | {"twilio_auth_token_old": TOKEN}
    assert door_of(**old).post(MessageSid="SMa", From=ANAS).status_code == 200


def test_looking_is_not_posting(door: Door) -> None:
    assert door.web.get("/hooks/twilio/inbound").status_code == 405
    assert door.web.put("/hooks/twilio/inbound").status_code == 405


def post_json(door: Door, body: str, query: str) -> int:
    path = f"/hooks/twilio/inbound{query}"
    signature = sign(URL + path, {})
    return door.web.post(
        path,
        content=body,
        headers={"Content-Type": "application/json", "X-Twilio-Signature": signature},
    ).status_code


def test_json_counts_with_its_hash_alone(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    sent = {"AccountSid": ACCOUNT, "MessageSid": "SMa", "From": ANAS, "Body": "STOP"}
    body = json.dumps(sent)
    hashed = f"?bodySHA256={sha256(body.encode()).hexdigest()}"
    assert post_json(door, body, "") == 403
    assert post_json(door, body + " ", hashed) == 403
    assert kept(house) == []
    assert post_json(door, body, hashed) == 200
    assert stops(house) == {1: Reason.OPTED_OUT}


@pytest.mark.parametrize("body", ["[]", "1", "{", "null", "[" * 5000, '"' + "x" * 70_000 + '"'])
def test_json_that_is_no_object_is_refused_quietly(door: Door, body: str) -> None:
    assert post_json(door, body, f"?bodySHA256={sha256(body.encode()).hexdigest()}") == 403


@pytest.mark.parametrize("body", [b"x" * 100_000, b"\xff\xfe", b"a=1&b", b"{}", b""])
def test_nonsense_is_refused_quietly(door: Door, body: bytes) -> None:
    assert door.web.post("/hooks/twilio/inbound", content=body).status_code == 403


@pytest.mark.parametrize("missing", ["MessageSid", "From"])
def test_a_text_without_an_id_or_a_number_is_let_go(house: House, door: Door, missing: str) -> None:
    fields = {"MessageSid": "SMa", "From": ANAS, "Body": "STOP"}
    del fields[missing]
    assert door.post(**fields).status_code == 200
    assert kept(house) == []


@pytest.mark.parametrize("body", ["a\x00b", "🙂" * 700, "=1+1", "<Response><Message>x", "\u202e"])
def test_whatever_is_written_is_kept(house: House, door: Door, body: str) -> None:
    house.enrol(ana(TREATED))
    door.text(body)
    assert kept(house)[0].body == body.replace("\x00", "")


def test_a_database_that_is_away_is_a_503_so_that_twilio_comes_again(
    house: House, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    def away(*_: object) -> str:
        raise OperationalError("x", {}, Exception())

    monkeypatch.setattr(Hearing, "take", away)
    assert door.post(MessageSid="SMa", From=ANAS, Body="STOP").status_code == 503


# --- wording ----------------------------------------------------------------------------------

LANGUAGES = ("en", "es", "fr", "de", "pl", "pt-BR")


@pytest.mark.portable
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("which", ["stopped", "stopped_cancel", "stopped_nobody", "wrong_number", "started", "help", "reply"])  # fmt: skip
def test_every_answer_is_one_segment_in_every_language(
    house: House, language: str, which: str
) -> None:
    with reading(house.engine) as session:
        facts = found.clinics_of(session, {1}, NOON)[1]
    said = Answers(packaged()).write(which, language, facts)
    assert size(said).encoding is Encoding.GSM_7
    assert size(said).segments == 1, size(said).units
    assert which == "stopped_nobody" or said.startswith("Rosewood Skin")
    assert which not in {"reply", "stopped", "stopped_cancel", "help"} or "020 7946 0018" in said


def test_a_language_s_parent_and_its_child_serve_each_other(house: House) -> None:
    answers = Answers(packaged())
    for asked, same in (("pt", "pt-BR"), ("es-MX", "es"), ("xx", "en"), ("de-AT", "de")):
        written = [answers.write("stopped_nobody", language, None) for language in (asked, same)]
        assert written[0] == written[1]


def test_the_tests_count_what_is_there(house: House, door: Door) -> None:
    """The helpers above would be of no use if they looked at nothing."""
    house.enrol(ana(TREATED, said=BOTH))
    door.text("x")
    with reading(house.engine) as session:
        assert session.scalar(select(func.count()).select_from(Reply)) == 1
        assert session.scalar(select(func.count()).select_from(Client)) == 1
