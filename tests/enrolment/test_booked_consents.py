"""Consent of those whom a booking brought: proven, never more than was said, and one client's own."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy.orm import Session

from reminders.consent import ledger
from reminders.consent.ledger import Proof
from reminders.enrolment import booked_consents
from reminders.links import Links
from reminders.rules.terms import Act, Channel
from reminders.store.database import writing
from reminders.store.queries import consents, people
from reminders.store.tables import Client
from tests.conftest import House, ana

ASKED = {Channel.SMS: "May we text you?", Channel.EMAIL: "May we email you?"}
PROOF = booked_consents.at_the_desk("kim@rosewood.example", "198.51.100.7")


def booked(house: House) -> None:
    house.enrol(ana(date(2026, 3, 4), time(9), consents=()))


def the_client(session: Session) -> Client:
    found = people.client(session, 1)
    assert found is not None
    return found


def agree(house: House, *channels: Channel, proof: Proof = PROOF) -> list[Channel]:
    with writing(house.engine) as session:
        agreed = {channel: ASKED[channel] for channel in channels}
        args = (agreed, proof, house.clock())
        return booked_consents.agree(session, house.app.library, the_client(session), *args)


def test_a_yes_at_the_desk_is_kept_with_its_words_who_took_it_down_and_when(house: House) -> None:
    booked(house)
    assert agree(house, Channel.SMS) == [Channel.SMS]
    with writing(house.engine) as session:
        (line,) = consents.ledger(session, 1)
        assert (line.act, line.wording, line.given) == (Act.DESK, "May we text you?", True)
        assert (line.recorded_by, line.network_address) == ("kim@rosewood.example", "198.51.100.7")
        assert line.recorded_at == house.clock()
        assert line.contact == "+447700900101"
        assert line.wording_version
    house.play(datetime(2026, 3, 6, tzinfo=UTC))
    assert house.line("day-1").handoff_at is not None
    assert house.line("day-1", Channel.EMAIL).handoff_at is None, "emails were not agreed to"


def test_a_no_is_kept_too_and_stops_nobody_else(house: House) -> None:
    booked(house)
    house.enrol(ana(date(2026, 3, 4), time(9), first_name="Eva"))
    with writing(house.engine) as session:
        booked_consents.decline(session, the_client(session), ASKED, PROOF, house.clock())
        assert [line.given for line in consents.ledger(session, 1)] == [False, False]
        assert not consents.suppressions_of(session, {"+447700900101"})
    assert agree(house, Channel.SMS) == [Channel.SMS], "they may say yes another day"


@pytest.mark.parametrize("act", [Act.FORM, Act.DESK])
def test_a_stop_is_lifted_by_no_link_and_no_line(house: House, act: Act) -> None:
    booked(house)
    with writing(house.engine) as session:
        ledger.withdraw(
            session, the_client(session), Channel.SMS, source="said stop", now=house.clock()
        )
    assert agree(house, Channel.SMS, Channel.EMAIL, proof=Proof(act, "their link")) == [
        Channel.EMAIL
    ]
    with writing(house.engine) as session:
        assert consents.suppressions_of(session, {"+447700900101"})


def test_what_was_said_before_is_not_said_again(house: House) -> None:
    booked(house)
    agree(house, Channel.SMS)
    assert agree(house, Channel.SMS) == []
    with writing(house.engine) as session:
        assert len(consents.ledger(session, 1)) == 1


def test_a_link_names_one_client_until_its_time_is_over_and_nobody_else_can_make_one() -> None:
    links, now = Links("secret", "https://care.example"), datetime(2026, 3, 2, tzinfo=UTC)
    token = links.passing_token("invited", 7, now + timedelta(days=60))
    assert links.number_at("invited", token, now) == 7
    assert links.number_at("invited", token, now + timedelta(days=59)) == 7
    assert links.number_at("invited", token, now + timedelta(days=60)) is None
    assert links.number_at("other", token, now) is None
    assert Links("another", "https://care.example").number_at("invited", token, now) is None
    assert links.number_of("invited", token) is None
    for broken in ("", "x", token[:-1], "A" * len(token), links.token("invited", 7), "é" * 9):
        assert links.number_at("invited", broken, now) is None
