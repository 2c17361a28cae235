"""What clients text back: stops, starts, calls for help, and words that a person must read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from reminders.consent import ledger
from reminders.rules.keywords import Kind
from reminders.rules.terms import Channel, Reason, Status
from reminders.store.database import reading, writing
from reminders.store.queries import consents, people, replies
from reminders.store.tables import Alert, Client, Clinic, Reply
from tests.conftest import BOTH, House, ana
from tests.support.inbound_texts import (
    ANAS,
    NOON,
    STRANGER,
    TREATED,
    Door,
    Doors,
    kept,
    second_clinic,
    stops,
    texts,
    told,
)

pytestmark = pytest.mark.portable

# --- stops ------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", ["STOP", "Please don't text me anymore", "OPT OUT", "no me escriban más"])  # fmt: skip
@pytest.mark.both
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
        "Rosewood Skin: you will get no more texts from us. Questions? Please call 020 7946 0018."
        " To get texts again, reply START."
    )
    assert door.text("STOP") == ""
    assert door.text("I said stop texting me") == ""


@pytest.mark.both
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


@pytest.mark.both
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
    assert told(house) == ["cancel"], "somebody asks what was meant"


def test_cancel_my_appointment_stops_nothing(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    assert "one of us will read this" in door.text("Cancel my appointment")
    assert stops(house) == {}


def test_a_wrong_number_is_stopped_and_known_not_to_be_the_client_s(
    house: House, door: Door
) -> None:
    house.enrol(ana(TREATED))
    assert "wrong number" in door.text("Wrong number, who is Ana?")
    assert stops(house) == {1: Reason.WRONG_NUMBER}
    assert told(house) == ["wrong-number"]
    assert texts(house) == {(Status.CANCELLED, Reason.OPTED_OUT)}
    assert door.text("STOP") == ""
    assert stops(house) == {1: Reason.WRONG_NUMBER}, "a stop does not make it the right one again"
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


@pytest.mark.both
def test_start_plans_again_what_still_helps(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    door.text("STOP")
    house.clock.now = datetime(2026, 3, 15, 10, tzinfo=UTC)
    said = door.text("START")
    assert "up to 4 a week" in said
    assert "Replies cost as usual" in said
    assert "STOP to end" in said
    assert stops(house) == {}
    house.play(house.clock.now + timedelta(days=60))
    left = {x.milestone for x in house.lines(Channel.SMS) if x.status is Status.ACCEPTED}
    assert {"week-1", "month-1"} <= left
    assert "week-before" not in left


@pytest.mark.parametrize("word", ["START", "Unstop", "YES", "yes!"])
def test_only_who_stopped_by_text_is_taken_back(house: House, door: Door, word: str) -> None:
    house.enrol(ana(TREATED))
    door.text(word)
    assert [reply.kind for reply in kept(house)] == [Kind.REPLY], "a yes to whatever was asked"
    door.text("stop")
    door.text(word)
    assert kept(house)[-1].kind is Kind.START
    assert stops(house) == {}


def test_start_gives_no_consent_that_never_was(house: House, door: Door) -> None:
    house.enrol(ana(TREATED, consents=()))
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


def test_a_start_by_one_does_not_take_back_what_another_on_the_number_said_at_the_desk(
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
    for part in ("Rosewood Skin", "020 7946 0018", "up to 4 a week", "cost as usual", "STOP"):
        assert part in said


# --- replies ----------------------------------------------------------------------------------


def test_anything_else_is_kept_for_a_person_and_staff_are_told(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    assert door.text("Can I swim tomorrow?") == (
        "Rosewood Skin: thank you, one of us will read this. If it is urgent, please call 020 7946 0018."
    )
    (reply,) = kept(house)
    assert (reply.clinic_id, reply.client_id, reply.kind) == (1, 1, Kind.REPLY)
    assert reply.body == "Can I swim tomorrow?"
    assert reply.received_at == NOON
    assert reply.done_at is None
    assert told(house) == ["reply"]
    house.tick()
    assert house.app.alert_sender().run() == 1
    mail = house.left()[-1].read_text()
    assert "To: desk@rosewood.example" in mail
    for secret in ("Ana", "swim", ANAS):
        assert secret not in mail


@pytest.mark.both
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


def test_the_answer_is_in_the_client_s_language(house: House, door: Door) -> None:
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


@pytest.mark.both
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


@pytest.mark.both
def test_the_tests_count_what_is_there(house: House, door: Door) -> None:
    """The helpers above would be of no use if they looked at nothing."""
    house.enrol(ana(TREATED, consents=BOTH))
    door.text("x")
    with reading(house.engine) as session:
        assert session.scalar(select(func.count()).select_from(Reply)) == 1
        assert session.scalar(select(func.count()).select_from(Client)) == 1
