"""What a clinic makes its own is read once, and read again after every change."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from reminders.rules.terms import Channel, ClinicFacts, Reason, Status
from reminders.rules.wording import Wording
from reminders.store.database import reading, writing
from reminders.store.queries import clinic_facts, customisation, people
from reminders.store.tables import Client, MilestonePlacement
from reminders.store.tables import Wording as Version
from tests.conftest import MONDAY, House, ana

pytestmark = pytest.mark.portable

KEY = ("skin-needling", "day-1", "en")


def version(approved_at: datetime | None, words: str) -> Version:
    protocol, milestone, language = KEY
    return Version(
        clinic_id=1,
        protocol=protocol,
        milestone=milestone,
        language=language,
        subject=words,
        preheader=words,
        sms=words,
        body=words,
        author="ana",
        created_at=MONDAY,
        approved_at=approved_at,
    )


def known(house: House) -> ClinicFacts:
    with reading(house.engine) as session:
        return clinic_facts.clinics_of(session, [1], MONDAY)[1]


def test_a_clinic_that_changed_nothing_says_what_is_packaged(house: House) -> None:
    assert (known(house).customisation.wordings, known(house).customisation.numbers) == ({}, {})


def test_the_last_approved_version_is_used_and_no_draft(house: House) -> None:
    with writing(house.engine) as session:
        session.add(version(MONDAY + timedelta(hours=1), "approved last"))
        session.add(version(MONDAY, "approved first"))
        session.add(version(None, "a draft"))
        customisation.bump_version(session, 1)
    assert known(house).customisation.wordings[KEY].wording == Wording(*["approved last"] * 4)


def test_a_change_is_seen_at_once_and_asked_for_once(house: House) -> None:
    asked: list[str] = []

    def note(_c: Any, _x: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    with writing(house.engine) as session:
        customisation.set_numbers(session, 1, "skin-needling", {"makeup_h": 24})
    assert known(house).customisation.numbers == {"skin-needling": {"makeup_h": 24}}
    event.listen(house.engine, "before_cursor_execute", note)
    assert known(house).customisation.numbers == {"skin-needling": {"makeup_h": 24}}
    assert not any("parameter" in statement for statement in asked)
    with writing(house.engine) as session:
        customisation.set_numbers(session, 1, "skin-needling", {})
    assert known(house).customisation.numbers == {}


def test_a_clinics_placement_is_what_is_planned_by(house: House) -> None:
    place = MilestonePlacement(
        clinic_id=1, protocol="skin-needling", milestone="day-3", after="P4D", at=time(11),
        good_for="P1D", channels="sms",
    )  # fmt: skip
    left_out = MilestonePlacement(
        clinic_id=1, protocol="skin-needling", milestone="week-1", after="P7D", at=time(10),
        good_for="P3D", channels="",
    )  # fmt: skip
    with writing(house.engine) as session:
        customisation.set_placements(session, 1, "skin-needling", [place, left_out])
    house.enrol(ana(date(2026, 3, 2)))
    assert house.line("day-3").at == datetime(2026, 3, 6, 11, tzinfo=house.line("day-3").zone)
    assert not [x for x in house.lines(Channel.EMAIL) if x.milestone == "day-3"]
    assert not [x for x in house.lines() if x.milestone == "week-1"]


def test_in_practice_only_guests_are_messaged(house: House) -> None:
    with writing(house.engine) as session:
        people.clinics(session)[0].live = False
        customisation.set_practice_recipients(session, 1, ["+447700900101"])
    house.enrol(ana(date(2026, 3, 2)))
    house.enrol(ana(date(2026, 3, 2), first_name="Bea", phone="+447700900102", email=None))
    house.play(MONDAY + timedelta(days=1, hours=12))
    with reading(house.engine) as session:
        anas = {c.id for c in session.query(Client) if c.first_name == "Ana"}
    texts = {x.client_id in anas: x for x in house.lines(Channel.SMS) if x.milestone == "day-1"}
    assert texts[True].status is Status.ACCEPTED
    assert (texts[False].status, texts[False].reason) == (Status.PLANNED, Reason.PRACTICE)
    email = house.line("day-1", Channel.EMAIL)
    assert (email.status, email.reason) == (Status.PLANNED, Reason.PRACTICE)
