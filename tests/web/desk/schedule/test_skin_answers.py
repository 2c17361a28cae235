"""A worried client on Today: on top, with a clock, until somebody says what was done."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from reminders.inbox import skin_answers, written_messages
from reminders.monitoring import alert_checks
from reminders.rules.roles import Role
from reminders.rules.skin_answers import Outcome, Said
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.tables import Alert, Clinic, SkinAnswer, Treatment
from tests.conftest import House, ana
from tests.support.desk import Desk, signed_in

pytestmark = pytest.mark.portable

DAY_3 = datetime(2026, 3, 5, 22, tzinfo=UTC)
MORNING = datetime(2026, 3, 6, 9, tzinfo=UTC)


def tell(house: House, said: Said, words: str = "") -> int:
    with writing(house.engine) as session:
        (client,) = people.lock(session, [1])
        treatment = next(people.treatments_of(session, [1]))
        now = house.clock()
        answer = skin_answers.tell(
            session, house.app.answers, client, treatment, said, now.date(), now
        )
        written_messages.take_message(
            session, house.app.answers, client, words, now, skin_answer_id=answer.id
        )
        return answer.id


def answer_of(house: House) -> SkinAnswer:
    with reading(house.engine) as session:
        return session.scalars(select(SkinAnswer)).one()


@pytest.fixture
def worried(house: House) -> House:
    house.enrol(ana(date(2026, 3, 2), last_name="Okafor"))
    house.clock.now = DAY_3
    tell(house, Said.WORRIED, "there is pus")
    house.clock.now = MORNING
    return house


def items(desk: Desk) -> list[str]:
    desk.get("/")
    found = re.findall(r'<li class="(?:grave)?">(.*?)</li>', desk.page.text, re.DOTALL)  # type: ignore[union-attr]
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", one)).strip() for one in found]


def test_a_worry_stands_on_top_of_today_with_a_clock(worried: House) -> None:
    first, second, *_ = items(signed_in(worried))
    assert first.startswith("Ana is worried (Day 3)")
    assert "nobody has taken it, not called yet, 11 h ago" in first
    assert "Ana may need help: “there is pus”" in second


def test_who_takes_it_is_seen_by_all(worried: House) -> None:
    sam = signed_in(worried)
    sam.get("/skin/1")
    assert "Nobody has taken it." in sam.text
    assert "there is pus" in sam.text
    assert "Call 07700 900101" in sam.text
    sam.post("/skin/1/take")
    assert answer_of(worried).taken_at == MORNING
    worried.clock.now += timedelta(minutes=3)
    other = signed_in(worried, email="olga@rosewood.example")
    assert "taken by Sam Field, not called yet" in items(other)[0]
    other.get("/skin/1")
    assert "Taken by Sam Field 3 min ago." in other.text
    assert "Take over" in other.text


@pytest.mark.parametrize(
    "outcome,closed,called",
    [("fine", True, False), ("called", True, True), ("not-reached", False, False)],
)
def test_what_was_done_is_noted_in_one_line(
    worried: House, outcome: str, *, closed: bool, called: bool
) -> None:
    desk = signed_in(worried)
    desk.get("/skin/1")
    desk.post("/skin/1/done", outcome=outcome, note="Looks \n well")
    answer = answer_of(worried)
    assert (answer.closed_at is not None, answer.called_at is not None) == (closed, called)
    assert answer.note == "Looks well"
    assert answer.taken_at == MORNING
    assert any("is worried" in item for item in items(desk)) is not closed
    desk.get("/clients/1")
    assert ("Client called about the answer" in desk.text) is called
    assert ("Note: Looks well" in desk.text) is closed
    desk.get("/skin/1")
    assert "Looks well" in desk.text


@pytest.mark.parametrize("outcome,open_replies", [("called", 0), ("fine", 1)])
def test_a_call_settles_what_was_written_about_it_too(
    house: House, outcome: str, open_replies: int
) -> None:
    house.enrol(ana(date(2026, 3, 2), last_name="Okafor"))
    house.clock.now = DAY_3
    answer_id = tell(house, Said.WORRIED, "There is pus.")
    desk = signed_in(house)
    desk.get("/replies")
    assert "Own page, Day 3: Worried" in desk.text
    desk.get(f"/skin/{answer_id}")
    desk.post(f"/skin/{answer_id}/done", outcome=outcome)
    desk.get("/replies")
    assert desk.text.count("There is pus.") == open_replies


def test_an_outcome_has_to_be_chosen(worried: House) -> None:
    desk = signed_in(worried)
    desk.get("/skin/1")
    answer = desk.post("/skin/1/done", note="x")
    assert answer.status_code == 422
    assert "Choose what you did." in desk.text
    assert answer_of(worried).note == ""


def test_a_viewer_looks_and_another_clinic_does_not(worried: House) -> None:
    viewer = signed_in(worried, Role.VIEWER)
    viewer.get("/skin/1")
    assert "Take it" not in viewer.text
    assert viewer.post("/skin/1/take").status_code == 403
    with writing(worried.engine) as session:
        first = session.get_one(Clinic, 1)
        names = {c.name: getattr(first, c.name) for c in Clinic.__table__.columns}  # type: ignore[attr-defined]
        names |= {"id": 2, "name": "Zinnia", "name_key": "zinnia", "slug": "zinnia"}
        session.add(Clinic(**names))
    other = signed_in(worried, clinic=1, email="zoe@other.example")
    assert other.get("/skin/1").status_code == 404
    other.get("/skin")
    assert "Okafor" not in other.text


def test_answers_of_all_kinds_are_listed_and_a_doubt_can_be_closed(house: House) -> None:
    house.enrol(ana(date(2026, 3, 2), last_name="Okafor"))
    house.clock.now = DAY_3
    tell(house, Said.UNSURE)
    desk = signed_in(house)
    assert not any("worried" in item for item in items(desk))
    desk.get("/skin")
    assert "Ana Okafor Not sure" in desk.text
    desk.get("/skin/1")
    desk.post("/skin/1/done", outcome="fine")
    assert answer_of(house).outcome is Outcome.FINE
    desk.get("/skin")
    assert "Seen" in desk.text


def test_a_complication_is_marked_and_taken_back(worried: House) -> None:
    desk = signed_in(worried)
    for back, marked in (("/skin/1", True), ("/clients/1", False)):
        desk.get(back)
        desk.post("/treatments/1/complication", marked="yes" if marked else "no")
        with reading(worried.engine) as session:
            assert (session.get_one(Treatment, 1).complication_at is not None) is marked


def test_the_answer_says_who_was_told_second_and_who_could_not_be(worried: House) -> None:
    with writing(worried.engine) as session:
        clinic = session.get_one(Clinic, 1)
        clinic.second_contact, clinic.second_phone = "lead@rosewood.example", "+447700900150"
        alert_checks.raise_all(session, worried.app.library, worried.clock() + timedelta(days=1))
        mailed = session.scalars(select(Alert).where(col(Alert.address) == "lead@rosewood.example"))
        mailed.one().sent_at = worried.clock()
    desk = signed_in(worried)
    page = " ".join(desk.get("/skin/1").text.split())
    assert "lead@rosewood.example" in page.split("emailed today")[1][:60]
    assert "not texted yet, 07700 900150" in page
    assert "not emailed yet" not in page


def test_an_owner_sets_hours_limit_and_contacts(worried: House) -> None:
    owner = signed_in(worried, Role.OWNER)
    owner.get("/clinic")
    owner.post(
        "/clinic/worries",
        opening_hours="Mon-Sat 08:30-18:00", worried_minutes="15",
        second_contact="lead@rosewood.example", after_hours_phone="020 7946 0999",
        second_phone="07700 900150",
    )  # fmt: skip
    clinic = worried.clinic()
    assert (clinic.opening_hours, clinic.worried_minutes) == ("Mon-Sat 08:30-18:00", 15)
    assert (clinic.second_contact, clinic.second_phone, clinic.after_hours_phone) == (
        "lead@rosewood.example", "+447700900150", "+442079460999",
    )  # fmt: skip
    owner.get("/clinic")
    owner.post("/clinic/worries", opening_hours="always", worried_minutes="900", second_contact="x")
    assert "Write sending hours like" in owner.text
    assert "This is not a number from 1 to 240." in owner.text
    owner.get("/clinic")
    owner.post("/clinic/worries", opening_hours="Mon-Fri 09:00-17:00", worried_minutes="30",
               second_contact="", after_hours_phone="")  # fmt: skip
    assert worried.clinic().second_contact is None
    assert worried.clinic().after_hours_phone is None
