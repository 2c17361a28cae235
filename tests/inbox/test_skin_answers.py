"""What clients tell of their skin is never lost once it was accepted, and alerts once for each worry."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, select

from reminders.enrolment import client_merge
from reminders.inbox import skin_answers
from reminders.inbox.skin_answers import asking
from reminders.monitoring import alert_checks
from reminders.monitoring.client_timeline import record
from reminders.rules.roles import Role
from reminders.rules.skin_answers import Outcome, Said
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.tables import Alert, Clinic, SkinAnswer, Treatment
from tests.conftest import House, ana
from tests.support.desk import signed_in
from tests.support.tapping import kept

pytestmark = pytest.mark.portable

TREATED = date(2026, 3, 2)
DAY = timedelta(days=1)
DAY_1 = datetime(2026, 3, 3, 15, tzinfo=UTC)


def tell(house: House, said: Said, at: datetime | None = None, client_id: int = 1) -> SkinAnswer:
    now = at or house.clock()
    with writing(house.engine) as session:
        (client,) = people.lock(session, [client_id])
        treatment = next(people.treatments_of(session, [client_id]))
        return skin_answers.tell(
            session, house.app.answers, client, treatment, said, now.date(), now
        )


def close(house: House, outcome: Outcome, at: datetime, note: str = "") -> None:
    with writing(house.engine) as session:
        answer = session.scalars(select(SkinAnswer).order_by(SkinAnswer.id.desc())).first()  # type: ignore[attr-defined]
        assert answer is not None
        skin_answers.close(session, answer, outcome, note, 1, at)


def told(house: House) -> list[SkinAnswer]:
    with reading(house.engine) as session:
        return sorted(session.scalars(select(SkinAnswer)), key=lambda one: one.id)


def alerts(house: House, kind: str) -> list[Alert]:
    with reading(house.engine) as session:
        found = session.scalars(select(Alert)).all()
    return sorted((one for one in found if one.kind == kind), key=lambda one: one.id)


def check(house: House, at: datetime) -> None:
    with writing(house.engine) as session:
        alert_checks.raise_all(session, house.app.library, at)


@pytest.fixture
def treated(house: House) -> House:
    house.enrol(ana(TREATED))
    house.clock.now = DAY_1
    return house


# --- a tap is kept --------------------------------------------------------------------------------


@pytest.mark.parametrize("taps", [pytest.param(1, marks=pytest.mark.slow), 30])
def test_a_tap_that_was_accepted_outlives_the_death_of_the_program(
    house: House, database_url: str, taps: int
) -> None:
    house.enrol(ana(TREATED))
    told_to = [sys.executable, "-m", "tests.support.tapping", database_url]
    with subprocess.Popen(told_to, stdout=subprocess.PIPE, text=True) as tapping:
        assert tapping.stdout is not None
        accepted = [tapping.stdout.readline() for _ in range(taps)]
        tapping.kill()
        accepted += tapping.stdout.readlines()
    found, worries, alerted = kept(house.app)
    assert {line for line in accepted if line.endswith("\n")} <= found
    assert len(found) <= len(accepted) + 1, "at most the one that nobody was told of"
    assert alerted == worries, "once for each worry"


# --- one alert for a worry ----------------------------------------------------------------------


def test_a_worry_alerts_once_however_often_it_is_tapped_or_looked_at(treated: House) -> None:
    for minutes in (0, 0, 5, 300):
        tell(treated, Said.WORRIED, DAY_1 + timedelta(minutes=minutes))
    for hours in range(48):
        check(treated, DAY_1 + timedelta(hours=hours))
    assert len(alerts(treated, "worried")) == 1
    assert len(alerts(treated, "untaken")) == 1
    (answer,) = told(treated)
    assert (answer.worried_at, answer.changed_at) == (DAY_1, DAY_1)


def test_a_worry_taken_back_still_waits_until_somebody_saw_it(treated: House) -> None:
    tell(treated, Said.WORRIED)
    later = DAY_1 + timedelta(minutes=5)
    answer = tell(treated, Said.DESCRIBED, later)
    assert (answer.said, answer.worried_at, answer.waits) == (Said.DESCRIBED, DAY_1, True)
    tell(treated, Said.WORRIED, later + timedelta(minutes=5))
    assert len(alerts(treated, "worried")) == 1


def test_a_worry_after_it_was_closed_is_a_new_one(treated: House) -> None:
    tell(treated, Said.WORRIED)
    seen = DAY_1 + timedelta(hours=1)
    close(treated, Outcome.CALLED, seen, "sleeps  on\ntheir side")
    (answer,) = told(treated)
    assert (answer.waits, answer.was_read, answer.called_at) == (False, True, seen)
    assert answer.note == "sleeps on their side"
    again = tell(treated, Said.WORRIED, seen + timedelta(hours=1))
    assert (again.waits, again.was_read, again.called_at, again.taken_at) == (
        True, False, None, None,
    )  # fmt: skip
    assert len(alerts(treated, "worried")) == 2


# --- the clock, and the second contact -----------------------------------------------------------


@pytest.mark.parametrize(
    "worried,told_at",
    [
        (DAY_1, DAY_1 + timedelta(minutes=30)),
        (datetime(2026, 3, 3, 16, 50, tzinfo=UTC), datetime(2026, 3, 4, 9, 20, tzinfo=UTC)),
        (datetime(2026, 3, 3, 22, tzinfo=UTC), datetime(2026, 3, 4, 9, 30, tzinfo=UTC)),
    ],
)
def test_the_second_contact_is_told_when_nobody_has_taken_it_within_the_limit(
    treated: House, worried: datetime, told_at: datetime
) -> None:
    with writing(treated.engine) as session:
        session.get_one(Clinic, 1).second_contact = "lead@rosewood.example"
    tell(treated, Said.WORRIED, worried)
    check(treated, told_at - timedelta(seconds=1))
    assert alerts(treated, "untaken") == []
    for hours in range(5):
        check(treated, told_at + timedelta(hours=hours))
    (alert,) = alerts(treated, "untaken")
    assert (alert.address, alert.clinic_id) == ("lead@rosewood.example", 1)
    assert "Ana" not in alert.subject + alert.body


def test_a_number_is_texted_beside_the_address_and_once(treated: House) -> None:
    for contact, addresses in (
        ("lead@rosewood.example", ["lead@rosewood.example"]),
        (None, ["desk@rosewood.example"]),
    ):
        with writing(treated.engine) as session:
            clinic = session.get_one(Clinic, 1)
            clinic.second_contact, clinic.second_phone = contact, "+447700900150"
            session.execute(delete(Alert))
        tell(treated, Said.WORRIED)
        for hours in range(1, 30):
            check(treated, DAY_1 + timedelta(hours=hours))
        assert [one.address for one in alerts(treated, "untaken")] == [*addresses, "+447700900150"]


def test_whoever_takes_it_spares_the_second_contact(treated: House) -> None:
    answer = tell(treated, Said.WORRIED)
    with writing(treated.engine) as session:
        skin_answers.take(session.get_one(SkinAnswer, answer.id), 1, DAY_1)
    check(treated, DAY_1 + DAY)
    assert alerts(treated, "untaken") == []


def test_without_a_second_contact_the_owners_are_told_else_the_clinic(treated: House) -> None:
    tell(treated, Said.WORRIED)
    check(treated, DAY_1 + timedelta(hours=1))
    assert [one.address for one in alerts(treated, "untaken")] == ["desk@rosewood.example"]
    signed_in(treated, Role.OWNER, email="olga@rosewood.example")
    signed_in(treated, Role.STAFF, email="sam@rosewood.example")
    tell(treated, Said.WORRIED, DAY_1 + 3 * DAY)
    check(treated, DAY_1 + 3 * DAY + timedelta(hours=1))
    last = alerts(treated, "untaken")[-1]
    assert last.address == "olga@rosewood.example"


def test_the_clinic_s_own_limit_counts(treated: House) -> None:
    with writing(treated.engine) as session:
        session.get_one(Clinic, 1).worried_minutes = 10
    tell(treated, Said.WORRIED)
    check(treated, DAY_1 + timedelta(minutes=10))
    assert len(alerts(treated, "untaken")) == 1


# --- what belongs to it -----------------------------------------------------------------------------


def test_nothing_is_asked_twice_for_the_same_moment(treated: House) -> None:
    with reading(treated.engine) as session:
        treatment = session.get_one(Treatment, 1)
        assert asking(session, treatment, DAY_1.date(), DAY_1).question == "day-1"
    tell(treated, Said.UNSURE)
    with reading(treated.engine) as session:
        treatment = session.get_one(Treatment, 1)
        for hours in (0, 23, 30):
            now = DAY_1 + timedelta(hours=hours)
            assert asking(session, treatment, now.date(), now).question is None


def test_a_merge_takes_the_answers_along(treated: House) -> None:
    treated.enrol(ana(TREATED, first_name="Anna", phone="+447700900177", email=None))
    tell(treated, Said.WORRIED, client_id=2)
    with writing(treated.engine) as session:
        kept, gone = people.lock(session, [1, 2])
        clinic = people.clinic(session, 1)
        client_merge.merge(session, treated.app.library, clinic, kept, gone, "sam", DAY_1)
    assert [one.client_id for one in told(treated)] == [1]


def test_the_timeline_tells_all_of_it(treated: House) -> None:
    tell(treated, Said.WORRIED)
    tell(treated, Said.UNSURE, DAY_1 + timedelta(minutes=5))
    close(treated, Outcome.CALLED, DAY_1 + timedelta(hours=1), "all well")
    with reading(treated.engine) as session:
        client = people.client(session, 1)
        assert client is not None
        lines = record(session, treated.app.renderer.render, {}, client, DAY_1)
    found = [(one.title, one.facts) for one in lines if one.kind == "answer"]
    assert found == [
        ("Skin: Worried", ()),
        ("Skin: Not sure", ()),
        ("Answer taken", ()),
        ("Client called about the answer", (("Note", "all well"),)),
    ]
