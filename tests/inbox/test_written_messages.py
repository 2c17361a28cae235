"""What is written on a client's page is taken as a text would be: keywords, alarms, and the rest."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from reminders.inbox import written_messages
from reminders.rules.keywords import LONGEST, Kind
from reminders.store.database import reading, writing
from reminders.store.queries import consents, people
from reminders.store.tables import Alert, Client, Reply
from tests.conftest import House, ana

pytestmark = pytest.mark.portable

TREATED = date(2026, 3, 2)


def write(house: House, words: str) -> Kind | None:
    with writing(house.engine) as session:
        (client,) = people.lock(session, [1])
        return written_messages.take_message(
            session, house.app.answers, client, words, house.clock(), network_address="203.0.113.9"
        )


def kept(house: House) -> tuple[list[Reply], list[str]]:
    with reading(house.engine) as session:
        kinds = sorted(alert.kind for alert in session.scalars(select(Alert)))
        return list(session.scalars(select(Reply).order_by(Reply.id))), kinds  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "words,kind,alarm,alerts",
    [
        ("Is it normal that it itches?", Kind.REPLY, None, ["written"]),
        ("There is pus", Kind.REPLY, "infection", ["alarm"]),
        ("STOP", Kind.STOP, None, []),
        ("stop, there is pus", Kind.STOP, "infection", ["alarm"]),
        ("CANCEL", Kind.STOP, None, ["cancel"]),
        ("Wrong number", Kind.WRONG_NUMBER, None, ["wrong-number"]),
        ("HELP", Kind.REPLY, None, ["written"]),
        ("START", Kind.REPLY, None, ["written"]),
    ],
)
def test_words_act_as_in_a_text(
    house: House, words: str, kind: Kind, alarm: str | None, alerts: list[str]
) -> None:
    house.enrol(ana(TREATED))
    assert write(house, words) is kind
    (reply,), kinds = kept(house)
    assert (reply.kind, reply.alarm, kinds) == (kind, alarm, alerts)
    assert (reply.clinic_id, reply.client_id, reply.contact) == (1, 1, "+447700900101")
    assert reply.provider_id.startswith("page.")
    with reading(house.engine) as session:
        said = consents.consents_of(session, [1]).values()
        client = session.get_one(Client, 1)
    assert any(said) is (kind is Kind.REPLY)
    assert (client.page_edition > 1) is (kind is Kind.WRONG_NUMBER)


@pytest.mark.parametrize("words", ["", "  \n", "\x00\x00"])
def test_nothing_written_is_nothing_taken(house: House, words: str) -> None:
    house.enrol(ana(TREATED))
    assert write(house, words) is None
    assert kept(house) == ([], [])


def test_what_no_database_keeps_is_left_out_and_long_words_are_cut(house: House) -> None:
    house.enrol(ana(TREATED))
    write(house, "sore\x00 \ud800here" + "e" * LONGEST)
    (reply,), _ = kept(house)
    assert reply.body.startswith("sore here")
    assert len(reply.body) == LONGEST


def test_a_burst_alerts_once_a_minute_and_each_message_is_kept(house: House) -> None:
    house.enrol(ana(TREATED))
    for number in range(3):
        write(house, f"It is sore {number}")
    replies, kinds = kept(house)
    assert len(replies) == 3
    assert kinds == ["written"]


def test_who_has_no_number_is_known_by_their_address(house: House) -> None:
    house.enrol(ana(TREATED, phone=None))
    write(house, "It itches")
    (reply,), _ = kept(house)
    assert reply.contact == "ana@mail.example"
