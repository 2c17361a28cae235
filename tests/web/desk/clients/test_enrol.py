"""The desk: enrolling, a client's page, one message held or sent, moving, and two people at once."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlmodel import col

from reminders.rules.roles import Role
from reminders.rules.terms import Channel, Reason, Status
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.tables import Attempt, Consent, Reminder, Treatment
from tests.conftest import House, ana
from tests.support.desk import Desk, signed_in

pytestmark = pytest.mark.portable

DANA = {
    "first_name": "Dana", "last_name": "Reed", "phone": "07700 900188", "email": "dana@mail.example",
    "when": "0", "at": "9:30", "yes_sms": "yes", "yes_email": "yes", "how": "She signed the consent form",
}  # fmt: skip


def enrolling(desk: Desk, **typed: str) -> Desk:
    desk.get("/enrol")
    desk.post("/enrol/check", **(DANA | typed))
    return desk


def enrolled(desk: Desk, **typed: str) -> Desk:
    enrolling(desk, **typed)
    desk.post("/enrol")
    return desk


def test_checking_shows_the_exact_messages_and_keeps_nothing(house: House) -> None:
    desk = enrolling(signed_in(house))
    assert "What Dana will get" in desk.text
    assert "Tomorrow, 10:30" in desk.text
    assert "Rosewood Skin: Dana" in desk.text
    assert "its moment had passed" in desk.text
    with reading(house.engine) as session:
        assert people.clients_of(session) == []


def test_enrolling_keeps_what_was_checked_with_her_consent_and_who_took_it_down(
    house: House,
) -> None:
    desk = enrolled(signed_in(house))
    assert desk.page is not None
    assert desk.page.url.path.endswith("/enrolled")
    assert "Day 1" in desk.text
    with reading(house.engine) as session:
        client = people.clients_of(session)[0]
        assert (client.phone, client.email) == ("+447700900188", "dana@mail.example")
        said = list(session.scalars(select(Consent)))
        assert {(s.channel, s.given, s.act, s.recorded_by) for s in said} == {
            (Channel.SMS, True, "desk", "sam@rosewood.example"),
            (Channel.EMAIL, True, "desk", "sam@rosewood.example"),
        }
    house.play(house.clock.now + timedelta(days=2))
    assert house.line("day-1").status is Status.ACCEPTED


def test_nothing_is_taken_for_a_yes_that_was_not_said(house: House) -> None:
    desk = enrolling(signed_in(house), yes_sms="", yes_email="")
    assert "She will get nothing" in desk.text
    assert "has not said yes" in desk.text


@pytest.mark.parametrize(
    "typed,field,words",
    [
        ({"first_name": ""}, "first_name", "first name is missing"),
        ({"phone": "077", "email": ""}, "phone", "wrong number of digits"),
        ({"phone": "", "email": ""}, "phone", "one is enough"),
        ({"email": "dana@"}, "email", "not an email address"),
        ({"when": "day", "day": "soon"}, "day", "not a date"),
        ({"when": "day", "day": ""}, "day", "Which day?"),
        ({"at": "half past"}, "at", "not a time"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_on_top_and_what_was_typed_stays(
    house: House, typed: dict[str, str], field: str, words: str
) -> None:
    desk = enrolling(signed_in(house), **typed)
    assert desk.page is not None
    assert desk.page.status_code == 422
    assert "There is a problem" in desk.text
    assert re.search(rf'<a href="#{field}">[^<]*{re.escape(words)}', desk.page.text)
    assert 'value="Reed"' in desk.page.text
    assert "<title>Error: " in desk.page.text


@pytest.mark.parametrize("day,expected", [("14 March", date(2026, 3, 14)), ("14/3", date(2026, 3, 14)), ("28 dec", date(2025, 12, 28)), ("1.2.2026", date(2026, 2, 1))])  # fmt: skip
def test_a_day_is_read_as_people_write_it(house: House, day: str, expected: date) -> None:
    enrolled(signed_in(house), when="day", day=day)
    with reading(house.engine) as session:
        assert session.scalars(select(Treatment)).one().treated_on == expected


def test_somebody_known_is_offered_not_entered_twice(house: House) -> None:
    house.enrol(ana(date(2026, 3, 12)))
    desk = enrolling(signed_in(house), phone="07700 900101", when="day", day="28 April")
    assert "Somebody is on this number or address already" in desk.text
    desk.post("/enrol/check", meant="1")
    assert "What Ana will get" in desk.text or "What Dana will get" in desk.text
    desk.post("/enrol")
    with reading(house.engine) as session:
        (client,) = people.clients_of(session)
        assert client.first_name == "Ana"
        assert len(list(people.treatments_of(session, [client.id]))) == 2


def test_somebody_who_shares_a_number_is_entered_as_herself(house: House) -> None:
    house.enrol(ana(date(2026, 3, 12)))
    desk = enrolling(signed_in(house), phone="07700 900101")
    desk.post("/enrol/check", meant="new")
    desk.post("/enrol")
    with reading(house.engine) as session:
        assert [c.first_name for c in people.clients_of(session)] == ["Ana", "Dana"]


def test_the_number_is_said_back_while_it_is_typed(house: House) -> None:
    desk = signed_in(house)
    said = desk.browser.get("/enrol/phone", params={"phone": "07911 123456"}).json()
    assert said == {"words": "We’ll text +44 7911 123456."}
    assert "problem" in desk.browser.get("/enrol/phone", params={"phone": "12"}).json()


def reminder(house: House, milestone: str, channel: Channel = Channel.SMS) -> Reminder:
    with reading(house.engine) as session:
        wanted = select(Reminder).where(
            col(Reminder.milestone) == milestone, col(Reminder.channel) == channel
        )
        return list(session.scalars(wanted.order_by(col(Reminder.id))))[-1]


def treated_today(house: House) -> Desk:
    house.enrol(ana(date(2026, 3, 2), time(9)))
    desk = signed_in(house)
    desk.get("/clients/1")
    return desk


def test_her_page_shows_past_and_future_with_words_and_why(house: House) -> None:
    house.enrol(ana(date(2026, 3, 2), time(9)))
    house.play(house.clock.now + timedelta(days=2))
    desk = signed_in(house)
    desk.get("/clients/1")
    for words in ("To come", "So far", "Day 3", "Rosewood Skin: Ana", "treatment on Mon 2 Mar 2026", "packaged wording", "Yes to texts", "Kept in: paper form", "Its moment had passed"):  # fmt: skip
        assert words in desk.text, words


def test_a_held_message_stays_until_it_is_let_go(house: House) -> None:
    desk = treated_today(house)
    day_one = reminder(house, "day-1")
    desk.post(f"/messages/{day_one.id}/hold")
    house.play(house.clock.now + timedelta(hours=30))
    assert house.line("day-1").status is Status.PLANNED
    assert house.line("day-1").reason is Reason.ON_HOLD
    desk = signed_in(house, email="kim@rosewood.example")
    desk.get("/clients/1")
    assert "on hold" in desk.text
    desk.post(f"/messages/{day_one.id}/let-go")
    house.tick()
    assert house.line("day-1").status is Status.ACCEPTED


def test_a_held_message_that_no_longer_helps_is_skipped_not_kept_for_ever(house: House) -> None:
    desk = treated_today(house)
    desk.post(f"/messages/{reminder(house, 'day-1').id}/hold")
    house.play(house.clock.now + timedelta(days=4))
    assert house.line("day-1").status is Status.SKIPPED


def test_one_message_is_skipped_and_the_others_go(house: House) -> None:
    desk = treated_today(house)
    desk.post(f"/messages/{reminder(house, 'day-1').id}/skip")
    house.play(house.clock.now + timedelta(days=2))
    assert house.line("day-1").reason is Reason.TAKEN_OUT
    assert house.line("day-1", Channel.EMAIL).status is Status.ACCEPTED


def test_what_is_sent_by_hand_can_be_called_back_for_ten_seconds(house: House) -> None:
    house.clock.now += timedelta(hours=2)
    desk = treated_today(house)
    day_three = reminder(house, "day-3")
    desk.post(f"/messages/{day_three.id}/send")
    assert "It leaves in ten seconds" in desk.text
    house.tick(house.clock.now + timedelta(seconds=9))
    assert house.line("day-3").status is Status.PLANNED
    desk.post(f"/messages/{day_three.id}/undo")
    house.tick(house.clock.now + timedelta(minutes=1))
    assert house.line("day-3").status is Status.PLANNED
    desk.post(f"/messages/{day_three.id}/send")
    house.tick(house.clock.now + timedelta(seconds=11))
    assert house.line("day-3").status is Status.ACCEPTED
    desk.post(f"/messages/{day_three.id}/undo")
    assert "has left already" in desk.text


def test_what_did_not_arrive_goes_again_to_the_mended_number(house: House) -> None:
    house.enrol(ana(date(2026, 3, 2), time(9)))
    house.play(house.clock.now + timedelta(hours=26))
    with writing(house.engine) as session:
        session.execute(update(Reminder).where(Reminder.milestone == "day-1", Reminder.channel == "sms").values(status=Status.UNDELIVERED, settled_at=house.clock.now))  # type: ignore[arg-type]  # fmt: skip
        session.execute(update(Attempt).values(code="30005"))
    desk = signed_in(house)
    desk.get("/")
    assert "Call Ana: her number is not in service" in desk.text
    desk.get("/clients/1/edit")
    desk.post("/clients/1/edit", first_name="Ana", phone="07700 900155", email="ana@mail.example")
    desk.post(f"/messages/{reminder(house, 'day-1').id}/again")
    house.tick(house.clock.now + timedelta(seconds=11))
    (again,) = [
        path
        for path in house.left()
        if path.suffix == ".txt" and "+447700900155" in path.read_text()
    ]
    assert "Rosewood Skin: Ana" in again.read_text()
    desk.get("/")
    assert "Call Ana" not in desk.text


def test_moving_shows_the_difference_first_and_a_correction_when_asked(house: House) -> None:
    house.enrol(ana(date(2026, 3, 10)))
    house.play(house.clock.now + timedelta(days=2))
    desk = signed_in(house)
    desk.get("/treatments/1/move")
    desk.post("/treatments/1/move/check", day="19 March", at="15:00")
    assert re.search(r"\d+ moves?, 2 already went for the old date, 0 are too late now", desk.text)
    with reading(house.engine) as session:
        assert session.scalars(select(Treatment)).one().treated_on == date(2026, 3, 10)
    desk.post("/treatments/1/move", correct="yes", correction="Rosewood Skin: now on 19 March.")
    with reading(house.engine) as session:
        assert session.scalars(select(Treatment)).one().treated_on == date(2026, 3, 19)
    house.tick(house.clock.now + timedelta(hours=3))
    assert any("now on 19 March" in path.read_text() for path in house.left())


def test_the_second_of_two_who_edit_is_told_and_overwrites_nothing(house: House) -> None:
    house.enrol(ana(date(2026, 3, 12)))
    one, two = signed_in(house), signed_in(house, email="kim@rosewood.example")
    one.get("/clients/1/edit")
    two.get("/clients/1/edit")
    fields = {"last_name": "Costa", "email": "ana@mail.example", "language": "en"}
    one.post("/clients/1/edit", first_name="Anna", phone="07700 900101", **fields)
    answer = two.post("/clients/1/edit", first_name="Ana", phone="07700 900177", **fields)
    assert answer.status_code == 409
    assert "Somebody else changed this meanwhile" in two.text
    with reading(house.engine) as session:
        client = people.clients_of(session)[0]
        assert (client.first_name, client.phone) == ("Anna", "+447700900101")


def test_a_form_typed_in_a_session_that_ended_is_handed_back(house: House) -> None:
    desk = signed_in(house)
    desk.get("/enrol")
    house.clock.now += timedelta(minutes=40)
    desk.post("/enrol/check", **DANA)
    assert "What you typed is kept" in desk.text
    desk.post("/sign-in", email="sam@rosewood.example", password="correct horse battery staple")
    assert "You are signed in again" in desk.text
    desk.post("/enrol/check")
    assert "What Dana will get" in desk.text


def test_what_was_typed_is_not_handed_to_somebody_else(house: House) -> None:
    signed_in(house, email="kim@rosewood.example")
    desk = signed_in(house)
    desk.get("/enrol")
    house.clock.now += timedelta(minutes=40)
    desk.post("/enrol/check", **DANA)
    desk.post("/sign-in", email="kim@rosewood.example", password="correct horse battery staple")
    assert desk.page is not None
    assert "Dana" not in desk.page.text


@pytest.mark.parametrize("typed", ["ana", "Cos", "costa ana", "07700 9001", "+447700900101", "ana@mail", "ÁNA"])  # fmt: skip
def test_she_is_found_by_name_number_or_address(house: House, typed: str) -> None:
    house.enrol(ana(date(2026, 3, 12), last_name="Costa"))
    desk = signed_in(house)
    desk.browser.get("/clients", params={"q": typed})
    desk.page = desk.browser.get("/clients", params={"q": typed})
    assert "Ana Costa" in desk.text


def test_clients_come_a_page_at_a_time(house: House) -> None:
    house.enrol(*(ana(date(2026, 3, 12), first_name=f"Ana{n:03}", phone=f"+447700900{n:03}", email=None) for n in range(120)))  # fmt: skip
    desk = signed_in(house)
    seen: list[str] = []
    path = "/clients"
    while path:
        page = desk.get(path).text
        seen += re.findall(r'class="name"[^>]*>(Ana\d+)', page)
        more = re.search(r'href="(/clients\?after[^"]*)"', page)
        path = more[1].replace("&amp;", "&") if more else ""
    assert seen == [f"Ana{n:03}" for n in range(120)]


def test_a_stop_told_at_the_desk_binds_and_only_she_takes_it_back(house: House) -> None:
    desk = treated_today(house)
    desk.get("/clients/1/choices")
    desk.post("/clients/1/stop", channel="sms")
    house.play(house.clock.now + timedelta(days=2))
    assert not [x for x in house.lines(Channel.SMS) if x.status is Status.ACCEPTED]
    desk = signed_in(house, email="kim@rosewood.example")
    desk.get("/clients/1/choices")
    desk.post("/clients/1/yes", channel="sms", how="She said so at the desk")
    assert "only she can take that back" in desk.text


def test_a_paused_client_gets_nothing_until_then(house: House) -> None:
    desk = treated_today(house)
    desk.get("/clients/1/choices")
    desk.post("/clients/1/pause", until="8 March", pause="yes")
    house.play(house.clock.now + timedelta(days=5))
    assert not [x for x in house.lines() if x.status is Status.ACCEPTED]
    house.play(house.clock.now + timedelta(days=5))
    assert house.line("week-1").status is Status.ACCEPTED


def test_a_treatment_of_today_waits_to_be_confirmed(house: House) -> None:
    desk = treated_today(house)
    house.clock.now += timedelta(hours=3)
    desk = signed_in(house, email="kim@rosewood.example")
    desk.get("/")
    assert "Did they come?" in desk.text
    desk.post("/treatments/1/treated")
    assert "Did they come?" not in desk.text


def test_a_viewer_sees_no_button_that_changes_anything(house: House) -> None:
    house.enrol(ana(date(2026, 3, 2), time(9)))
    desk = signed_in(house, Role.VIEWER)
    for path in ("/", "/clients", "/clients/1"):
        page = desk.get(path).text
        assert re.findall(r'<form[^>]*method="post"[^>]*action="([^"]*)"', page) == ["/sign-out"]


@pytest.mark.parametrize(
    "fault,status,words",
    [
        (OperationalError("SELECT", {}, Exception("locked")), 503, "What you typed is kept"),
        (ZeroDivisionError("Dana 07700 900188"), 500, "Something went wrong on our side"),
    ],
)
def test_a_fault_loses_nothing_typed_and_tells_nobody_its_insides(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    fault: Exception,
    status: int,
    words: str,
) -> None:
    desk = signed_in(house)
    desk.get("/enrol")
    with monkeypatch.context() as patch:
        patch.setattr(
            "reminders.web.desk.clients.enrol.read", lambda _: (_ for _ in ()).throw(fault)
        )
        answer = desk.post("/enrol/check", **DANA)
    assert answer.status_code == status
    assert words in desk.text
    assert "Traceback" not in answer.text
    assert "900188" not in capfd.readouterr().err
    if status == 503:
        desk.post("/enrol/check")
        assert "What Dana will get" in desk.text
