"""Treatments taken in, moved and cancelled, with their plans, on both databases."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.exc import IntegrityError

from reminders.enrolment import clinics, treatments
from reminders.enrolment.terms import Effect
from reminders.rules.planning import Replan
from reminders.rules.terms import Channel, Reason, Status
from reminders.store.database import reading, writing
from reminders.store.queries import consents, people
from reminders.store.tables import Reminder
from tests.conftest import BOTH, MONDAY, House, ana, consent_answer

pytestmark = pytest.mark.portable

THURSDAY = date(2026, 3, 12)


def move(house: House, treatment_id: int, to: date, starts: time | None = time(14, 30)) -> Replan:
    with writing(house.engine) as session:
        treatment = people.treatment(session, treatment_id)
        assert treatment is not None
        return treatments.reschedule(
            session, house.app.library, treatment, to, starts, None, house.clock()
        )


@pytest.mark.both
def test_a_treatment_is_planned_in_full(house: House) -> None:
    house.enrol(ana(THURSDAY))
    found = {(line.milestone, line.channel) for line in house.lines()}
    assert len(found) == 13  # seven by text, four of them by email too, and two by email alone
    assert all(line.status is Status.PLANNED for line in house.lines())


@pytest.mark.both
def test_telling_the_same_twice_changes_nothing(house: House) -> None:
    house.enrol(ana(THURSDAY))
    before = house.lines()
    again = house.enrol(ana(THURSDAY))
    assert [one.effect for one in again] == [Effect.UNCHANGED]
    assert house.lines() == before


@pytest.mark.both
def test_one_milestone_by_one_channel_is_planned_once_at_most(house: House) -> None:
    house.enrol(ana(THURSDAY))
    with reading(house.engine) as session:
        row = session.get(Reminder, house.line("day-1").reminder_id)
        assert row is not None
        twin = row.model_dump(exclude={"id"})
    with pytest.raises(IntegrityError), writing(house.engine) as session:
        session.add(Reminder(**twin))


def test_late_entry_gets_what_still_helps_and_no_blast_of_the_past(house: House) -> None:
    house.enrol(ana(date(2026, 2, 26)))  # four days ago
    house.tick(MONDAY + timedelta(hours=2))
    left = [
        (line.milestone, line.channel) for line in house.lines() if line.status is Status.ACCEPTED
    ]
    assert {milestone for milestone, _ in left} == {"day-3"}  # was yesterday, helps until tomorrow
    stale = {line.milestone for line in house.lines() if line.reason is Reason.STALE}
    assert stale == {"week-before", "day-before", "same-evening", "day-1"}


@pytest.mark.both
def test_moving_a_treatment_moves_what_has_not_left(house: House) -> None:
    treatment = house.enrol(ana(THURSDAY))[0].treatment
    assert treatment is not None
    house.tick(datetime(2026, 3, 5, 10, tzinfo=ZoneInfo("UTC")))  # a week before: two leave
    change = move(house, treatment.id, date(2026, 3, 19))
    assert (len(change.move), len(change.already_sent), len(change.add)) == (11, 2, 0)
    assert house.line("day-1").due_at.date() == date(2026, 3, 20)
    assert [line.status for line in house.lines() if line.milestone == "week-before"] == [
        Status.ACCEPTED,
        Status.ACCEPTED,
    ]


def test_moving_into_the_past_says_what_is_too_late(house: House) -> None:
    treatment = house.enrol(ana(THURSDAY))[0].treatment
    assert treatment is not None
    change = move(house, treatment.id, date(2026, 2, 27))
    assert {planned.milestone for _, planned in change.too_late} == {
        "week-before",
        "day-before",
        "same-evening",
        "day-1",
    }
    assert house.line("day-1").reason is Reason.STALE
    assert house.line("week-1").status is Status.PLANNED


def test_what_was_skipped_as_late_is_planned_anew_when_the_treatment_moves_on(house: House) -> None:
    treatment = house.enrol(ana(date(2026, 3, 3)))[0].treatment  # tomorrow: a week before is over
    assert treatment is not None
    assert house.line("week-before").reason is Reason.STALE
    change = move(house, treatment.id, date(2026, 3, 24))
    assert {planned.milestone for planned in change.add} == {"week-before"}
    assert house.line("week-before").status is Status.PLANNED


def test_cancelling_cancels_what_has_not_left(house: House) -> None:
    treatment = house.enrol(ana(THURSDAY))[0].treatment
    assert treatment is not None
    with writing(house.engine) as session:
        found = people.treatment(session, treatment.id)
        assert found is not None
        change = treatments.cancel(session, house.app.library, found, house.clock())
    assert len(change.cancel) == 13
    assert {line.reason for line in house.lines()} == {Reason.TREATMENT_CANCELLED}
    house.tick(MONDAY + timedelta(days=60))
    assert house.left() == []


def test_a_date_close_to_a_known_one_is_the_same_session_moved(house: House) -> None:
    house.enrol(ana(THURSDAY))
    told = house.enrol(ana(date(2026, 3, 17)))
    assert [one.effect for one in told] == [Effect.MOVED]
    assert len(house.lines()) == 13


def test_a_date_weeks_away_is_another_session_and_the_desk_is_told(house: House) -> None:
    house.enrol(ana(THURSDAY))
    told = house.enrol(ana(date(2026, 4, 16)))
    assert [one.effect for one in told] == [Effect.ADDED]
    assert "12 March and 16 April" in told[0].remarks[0]


def test_both_sessions_of_one_list_are_kept_however_close(house: House) -> None:
    told = house.enrol(ana(THURSDAY), ana(date(2026, 3, 26)))
    assert [one.effect for one in told] == [Effect.ADDED, Effect.ADDED]
    again = house.enrol(ana(THURSDAY), ana(date(2026, 3, 26)))
    assert [one.effect for one in again] == [Effect.UNCHANGED, Effect.UNCHANGED]


def test_a_booking_number_finds_the_treatment_wherever_it_moves(house: House) -> None:
    house.enrol(ana(THURSDAY, external_id="B-1"))
    told = house.enrol(ana(date(2026, 7, 1), external_id="B-1"))
    assert [one.effect for one in told] == [Effect.MOVED]
    assert len(house.lines()) == 13


def test_two_people_may_share_a_phone(house: House) -> None:
    house.enrol(ana(THURSDAY, email=None))
    house.enrol(ana(THURSDAY, email=None, first_name="Bea"))
    with reading(house.engine) as session:
        assert [client.first_name for client in people.clients_of(session)] == ["Ana", "Bea"]


@pytest.mark.both
def test_a_client_is_known_by_phone_or_email_and_brought_up_to_date(house: House) -> None:
    house.enrol(ana(THURSDAY, email=None))
    house.enrol(ana(THURSDAY, email="ana@new.example", last_name="Costa", first_name="ANA"))
    house.enrol(ana(THURSDAY, phone="+447700900199", email="ana@new.example"))
    with reading(house.engine) as session:
        (client,) = people.clients_of(session)
    assert (client.phone, client.email, client.last_name) == (
        "+447700900199",
        "ana@new.example",
        "Costa",
    )


def test_a_new_address_brings_the_emails_that_were_missing(house: House) -> None:
    house.enrol(ana(THURSDAY, email=None))
    assert {line.channel for line in house.lines()} == {Channel.SMS}
    assert house.line("same-evening").status is Status.PLANNED
    house.enrol(ana(THURSDAY))
    assert house.line("day-1", Channel.EMAIL).status is Status.PLANNED
    # The evening's text was only for want of an email.
    assert house.line("same-evening").status is Status.CANCELLED


def test_nothing_told_later_revives_a_no(house: House) -> None:
    house.enrol(ana(THURSDAY, consents=(consent_answer(Channel.SMS, given=False, stop=True),)))
    told = house.enrol(ana(THURSDAY, consents=BOTH))
    assert "cannot change" in told[0].remarks[0]
    with reading(house.engine) as session:
        given = consents.consents_of(session, {1})
    assert given == {(1, Channel.SMS): False, (1, Channel.EMAIL): True}


def test_without_a_word_about_consent_nothing_is_sent(house: House) -> None:
    house.enrol(ana(THURSDAY, consents=()))
    house.play(MONDAY + timedelta(days=60))
    assert house.left() == []
    assert {line.reason for line in house.lines()} == {Reason.NO_CONSENT}


def test_a_cancelled_booking_we_never_knew_plans_nothing(house: House) -> None:
    told = house.enrol(ana(THURSDAY, cancelled=True, external_id="B-1"))
    assert [one.effect for one in told] == [Effect.UNCHANGED]
    assert house.lines() == []


def test_a_cancelled_booking_that_is_booked_again_is_planned_again(house: House) -> None:
    house.enrol(ana(THURSDAY, external_id="B-1"))
    house.enrol(ana(THURSDAY, external_id="B-1", cancelled=True))
    house.enrol(ana(date(2026, 3, 19), external_id="B-1"))
    assert house.line("day-1").status is Status.PLANNED


def test_a_clinic_that_moves_zone_moves_what_has_not_left(house: House) -> None:
    house.enrol(ana(THURSDAY))
    with writing(house.engine) as session:
        clinic = people.clinics(session)[0]
        typed: dict[str, str | int | None] = {"time_zone": "America/New_York"}
        clinics.edit(session, house.app.library, clinic, typed, house.clock())
    assert f"{house.line('week-1').at:%H:%M %Z}" == "10:00 EDT"
    with reading(house.engine) as session:
        treatment = people.treatment(session, 1)
        assert treatment is not None
        assert treatment.ends_at.astimezone(ZoneInfo("America/New_York")).hour == 15


@pytest.mark.parametrize(
    "typed,fault",
    [
        ({"name": ""}, "name"),
        ({"name": "http://evil.example"}, "name"),
        ({"time_zone": "EST"}, "time_zone"),
        ({"phone": "12"}, "phone"),
        ({"email": "desk"}, "email"),
        ({"address": " "}, "address"),
        ({"sending_hours": "always"}, "sending_hours"),
        ({"texts_per_day": 0}, "texts_per_day"),
        ({"texts_per_day": 2}, "texts_per_day"),
        ({"email_hours": "Mon-Sun 22:00-07:00"}, "email_hours"),
        ({"texts_per_week": 8}, "texts_per_week"),
    ],
)
def test_a_clinic_s_faults_are_all_told_and_nothing_is_kept(
    house: House,
    typed: dict[str, str | int | None],
    fault: str,
) -> None:
    from tests.support.samples import CLINIC

    with pytest.raises(clinics.ClinicError) as refused, writing(house.engine) as session:
        clinics.add(session, {**CLINIC, "name": "Another", **typed}, house.clock(), live=False)
    assert [words.partition(":")[0] for words in refused.value.faults] == [fault]
    with reading(house.engine) as session:
        assert len(people.clinics(session)) == 1


@pytest.mark.both
def test_two_clinics_cannot_have_one_name(house: House) -> None:
    from tests.support.samples import CLINIC

    with pytest.raises(clinics.ClinicError), writing(house.engine) as session:
        clinics.add(session, CLINIC | {"name": "ROSEWOOD  skin"}, house.clock(), live=False)
