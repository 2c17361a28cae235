"""Answers about skin by the API: a client's and the clinic's, and what a worry's event names."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from reminders.inbox import skin_answers, written_messages
from reminders.rules.roles import Role
from reminders.rules.skin_answers import Outcome, Said
from reminders.store.database import writing
from reminders.store.queries import people
from reminders.store.tables import SkinAnswer
from reminders.web.api import skin_answers as room
from tests.conftest import House, ana
from tests.support.api import Program

pytestmark = pytest.mark.portable
DAY = timedelta(days=1)


def tell(house: House, said: Said, day: int, words: str = "") -> int:
    now = house.clock() + day * DAY
    with writing(house.engine) as session:
        (client,) = people.lock(session, [1])
        treatment = next(people.treatments_of(session, [1]))
        answer = skin_answers.tell(
            session, house.app.answers, client, treatment, said, now.date(), now
        )
        written_messages.take_message(
            session, house.app.answers, client, words, now, skin_answer_id=answer.id
        )
        return answer.id


@pytest.fixture
def program(house: House) -> Program:
    house.enrol(ana(date(2026, 3, 2)))
    return Program(house, Role.VIEWER)


def test_a_client_s_answers_are_read_with_what_they_wrote(house: House, program: Program) -> None:
    tell(house, Said.DESCRIBED, 1)
    tell(house, Said.UNSURE, 3, "Is this red normal?")
    tell(house, Said.WORRIED, 5)
    told = program.get("/clients/1/skin-answers").json()
    assert told["next"] is None
    first, second, third = told["skin_answers"]
    assert [(one["moment"], one["day"], one["said"]) for one in (first, second, third)] == [
        ("day-1", 1, "described"), ("day-3", 3, "unsure"), ("own-5", 5, "worried"),
    ]  # fmt: skip
    assert (first["worried_at"], first["replies"], first["treatment"]) == (None, [], 1)
    (reply,) = second["replies"]
    assert program.get(f"/replies/{reply}").json()["body"] == "Is this red normal?"
    assert third["worried_at"] == third["answered_at"]


def test_who_waits_is_listed_until_it_is_closed(house: House, program: Program) -> None:
    tell(house, Said.UNSURE, 1)
    waits = tell(house, Said.WORRIED, 3)
    (one,) = program.get("/skin-answers").json()["skin_answers"]
    assert (one["id"], one["closed_at"]) == (waits, None)
    with writing(house.engine) as session:
        answer = session.get_one(SkinAnswer, waits)
        skin_answers.close(
            session, answer, Outcome.CALLED, "sleeps on it", 1, house.clock() + 4 * DAY
        )
    assert program.get("/skin-answers").json() == {"skin_answers": [], "next": None}
    one = program.get(f"/skin-answers/{waits}").json()
    assert (one["outcome"], one["note"], one["taken_by"]) == ("called", "sleeps on it", 1)
    assert len(program.get("/skin-answers", state="all").json()["skin_answers"]) == 2


def test_the_event_of_a_worry_names_the_answer(house: House, program: Program) -> None:
    waits = tell(house, Said.WORRIED, 3)
    events = program.get("/events").json()["events"]
    (event,) = [one for one in events if one["kind"] == "client.worried"]
    assert program.get(f"/skin-answers/{event['id']}").json()["id"] == waits
    assert event["client"] == 1


def test_pages_follow_each_other(
    house: House, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "PAGE", 2)
    known = [tell(house, Said.DESCRIBED, day) for day in range(10, 60, 10)]
    for path, query in (("/clients/1/skin-answers", {}), ("/skin-answers", {"state": "all"})):
        found: list[int] = []
        after: int | None = 0
        while after is not None:
            page = program.get(path, after=after, **query).json()
            found += [one["id"] for one in page["skin_answers"]]
            after = page["next"]
        assert found == known
