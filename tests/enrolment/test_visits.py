"""A booking is not a treatment: aftercare follows a visit that took place, and no other."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import update

from reminders.delivery.dispatcher import Dispatcher
from reminders.enrolment import visits
from reminders.rules.terms import Channel, Message, Reason, Status
from reminders.rules.visits import ToldBy, Word
from reminders.senders import HandOff
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.tables import Clinic, Treatment
from tests.conftest import House, ana
from tests.support.api import Program

pytestmark = pytest.mark.portable

WEDNESDAY = date(2026, 3, 4)
BEGINS, ENDS = (datetime(2026, 3, 4, hour, 30, tzinfo=UTC) for hour in (14, 15))
LATER = datetime(2026, 4, 20, tzinfo=UTC)
PREPARATION = {"week-before", "day-before"}


def require(house: House, *, word: bool = True) -> None:
    with writing(house.engine) as session:
        session.execute(update(Clinic).values(attendance_required=word))


def say(house: House, word: Word, at: datetime | None = None) -> int:
    """Say this of every visit there is, and return of how many it changed anything."""
    house.clock.now = at or house.clock.now
    with writing(house.engine) as session:
        clinic = people.clinics(session)[0]
        return len(visits.say(session, house.app.library, clinic, [1, 2], word, house.clock()))


def visit(house: House) -> Treatment:
    with reading(house.engine) as session:
        found = session.get(Treatment, 1)
        assert found is not None
        return found


def left(house: House) -> set[str]:
    return {line.milestone for line in house.lines() if line.handoff_at is not None}


def why_not(house: House) -> set[Reason | None]:
    return {x.reason for x in house.lines() if x.milestone not in PREPARATION | left(house)}


def test_aftercare_goes_half_an_hour_after_the_end_if_nobody_says_otherwise(house: House) -> None:
    house.enrol(ana(WEDNESDAY))
    house.play(LATER)
    assert {"day-before", "same-evening", "day-1", "day-3", "month-1"} <= left(house)
    assert all(
        x.handoff_at >= ENDS + timedelta(minutes=30)
        for x in house.lines()
        if x.handoff_at and x.milestone not in PREPARATION
    )


@pytest.mark.both
def test_whoever_did_not_come_hears_no_more_and_the_record_says_why(house: House) -> None:
    house.enrol(ana(WEDNESDAY))
    house.play(ENDS)
    assert say(house, Word.MISSED) == 1
    house.play(LATER)
    assert left(house) == {"day-before"}
    assert why_not(house) == {Reason.NOT_COME}
    assert (visit(house).told_by, bool(visit(house).cancelled_at)) == (ToldBy.STAFF, True)


def test_did_not_come_stops_the_rest_at_once_even_when_it_is_said_late(house: House) -> None:
    house.enrol(ana(WEDNESDAY))
    house.play(ENDS + timedelta(hours=5))
    assert "same-evening" in left(house)
    say(house, Word.MISSED)
    house.play(LATER)
    assert "day-1" not in left(house)
    assert house.line("day-1").reason is Reason.NOT_COME


def test_a_wrong_tap_is_taken_back_and_what_is_still_good_goes(house: House) -> None:
    house.enrol(ana(WEDNESDAY))
    house.play(ENDS)
    say(house, Word.MISSED)
    house.play(ENDS + timedelta(hours=2))
    assert say(house, Word.UNSAID) == 1
    house.play(LATER)
    assert {"same-evening", "day-1", "day-3"} <= left(house)
    assert visit(house).told_by is None


def test_nothing_is_said_of_a_visit_that_has_not_begun_or_was_cancelled(house: House) -> None:
    house.enrol(ana(WEDNESDAY))
    assert say(house, Word.MISSED, BEGINS - timedelta(minutes=1)) == 0
    assert say(house, Word.CAME) == 0
    house.enrol(ana(WEDNESDAY, cancelled=True))
    assert say(house, Word.CAME, ENDS) == 0
    assert say(house, Word.UNSAID) == 0
    assert visit(house).cancelled_at is not None


def test_a_visit_of_another_clinic_is_not_reached(house: House) -> None:
    house.enrol(ana(WEDNESDAY))
    with writing(house.engine) as session:
        other = people.clinics(session)[0].model_copy(update={"id": 99})
        assert not visits.say(session, house.app.library, other, [1], Word.CAME, LATER)


# --- a clinic that requires the word --------------------------------------------------------------


@pytest.mark.both
def test_a_clinic_may_require_the_word_and_then_aftercare_waits_for_it(house: House) -> None:
    require(house)
    house.enrol(ana(WEDNESDAY))
    house.play(ENDS + timedelta(hours=2))
    assert left(house) == {"day-before"}, "preparation goes on the booking's word"
    house.play(datetime(2026, 3, 4, 19, tzinfo=UTC))
    assert house.line("same-evening", Channel.EMAIL).reason is Reason.NOT_CONFIRMED
    assert say(house, Word.CAME) == 1
    house.tick()
    assert "same-evening" in left(house), "what waited for the word goes with it"
    house.play(LATER)
    assert {"day-1", "day-3", "week-1", "month-1"} <= left(house)


def test_a_late_word_lets_go_what_still_helps_and_skips_the_rest_with_its_reason(
    house: House,
) -> None:
    require(house)
    house.enrol(ana(WEDNESDAY))
    house.play(datetime(2026, 3, 7, 12, tzinfo=UTC))
    say(house, Word.CAME)
    house.play(LATER)
    assert {"day-3", "week-1"} <= left(house)
    lost = {line.milestone: line.reason for line in house.lines() if line.status is Status.SKIPPED}
    assert lost["same-evening"] is lost["day-1"] is Reason.NOT_CONFIRMED


def test_a_word_taken_back_lets_what_is_still_to_come_wait_again(house: House) -> None:
    require(house)
    house.enrol(ana(WEDNESDAY))
    house.play(ENDS)
    say(house, Word.CAME)
    say(house, Word.UNSAID)
    house.play(LATER)
    assert left(house) == {"day-before"}
    assert Reason.NOT_CONFIRMED in why_not(house)


def test_what_is_entered_after_its_day_took_place(house: House) -> None:
    require(house)
    house.enrol(ana(date(2026, 3, 1), time(10)))
    house.play(LATER)
    assert {"day-1", "day-3"} <= left(house)


def test_a_booking_told_after_its_day_still_waits_for_the_word(house: House) -> None:
    require(house)
    program = Program(house)
    program.agreed(program.ana())
    told = program.booked(starts_at="2026-02-27T10:00")
    assert (told["state"], told["treated_at"]) == ("ended", None)


@pytest.mark.parametrize("still_required", [True, False])
@pytest.mark.both
def test_the_last_to_know_is_the_transaction_that_hands_off(
    house: House, *, still_required: bool
) -> None:
    """Taken back between the claim and the handoff, by another worker's eyes long decided."""
    require(house, word=still_required)
    house.enrol(ana(WEDNESDAY, email=None))
    house.play(ENDS)
    say(house, Word.CAME)
    house.clock.now = datetime(2026, 3, 5, 15, 31, tzinfo=UTC)

    class Slow:
        sent = 0

        async def send(self, message: Message, hand_off: HandOff) -> str:
            say(house, Word.UNSAID if still_required else Word.MISSED)
            await hand_off()
            self.sent += 1
            return message.reference

        async def close(self) -> None:
            pass

    way_out = Slow()
    Dispatcher(house.engine, house.app.renderer, {Channel.SMS: way_out}, house.clock).run()
    assert way_out.sent == 0
    assert house.line("day-1").handoff_at is None


# --- what sources say -----------------------------------------------------------------------------


def test_a_list_that_only_repeats_the_booking_does_not_revive_who_did_not_come(
    house: House,
) -> None:
    house.enrol(ana(WEDNESDAY))
    house.play(ENDS)
    say(house, Word.MISSED)
    house.enrol(ana(WEDNESDAY))
    house.enrol(ana(WEDNESDAY, came=True))
    assert visit(house).missed_at is not None, "what staff saw stands"
    house.play(LATER)
    assert left(house) == {"day-before"}
    house.enrol(ana(WEDNESDAY, came=True))


def test_a_list_says_who_came_and_who_did_not(house: House) -> None:
    require(house)
    house.enrol(ana(WEDNESDAY))
    house.play(datetime(2026, 3, 4, 19, tzinfo=UTC))
    house.enrol(ana(WEDNESDAY, came=True))
    assert (visit(house).told_by, bool(visit(house).treated_marked_at)) == (ToldBy.SOURCE, True)
    house.tick()
    assert "same-evening" in left(house)
    house.enrol(ana(WEDNESDAY, cancelled=True, missed=True))
    assert house.line("day-1").reason is Reason.NOT_COME


def test_a_source_says_no_show_and_takes_it_back(house: House) -> None:
    program = Program(house)
    program.agreed(program.ana())
    planned = program.booked()["planned"]
    house.clock.now = datetime(2026, 3, 12, 15, tzinfo=UTC)
    gone = program.put("/treatments/cliniko/b-1", status="no-show").json()
    assert (gone["effect"], gone["state"]) == ("cancelled", "no-show")
    assert house.line("day-1").reason is Reason.NOT_COME
    back = program.put("/treatments/cliniko/b-1", status="arrived").json()
    assert (back["effect"], back["state"]) == ("updated", "arrived")
    assert 0 < back["planned"] < planned
    house.clock.now = datetime(2026, 3, 12, 16, tzinfo=UTC)
    assert program.get("/treatments/cliniko/b-1").json()["state"] == "treated"


def test_a_clock_takes_back_no_no_show(house: House) -> None:
    """Cal.com says that every meeting ended, also of those to whom nobody came."""
    program = Program(house)
    program.agreed(program.ana())
    program.booked()
    house.clock.now = datetime(2026, 3, 12, 16, tzinfo=UTC)
    program.put("/treatments/cliniko/b-1", status="no-show")
    assert program.put("/treatments/cliniko/b-1", status="completed").json()["state"] == "no-show"
    assert program.booked(status="completed")["state"] == "no-show"
    house.play(LATER)
    assert "day-1" not in left(house)


def test_who_missed_a_visit_and_books_another_time_is_expected_again(house: House) -> None:
    program = Program(house)
    program.agreed(program.ana())
    program.booked()
    house.clock.now = datetime(2026, 3, 12, 15, tzinfo=UTC)
    say(house, Word.MISSED)
    assert program.booked()["state"] == "no-show", "the booking told again is no news"
    moved = program.put("/treatments/cliniko/b-1", starts_at="2026-03-14T10:00").json()
    assert (moved["state"], moved["effect"]) == ("booked", "moved")
    assert house.line("day-1").status is Status.PLANNED


def test_a_later_end_moves_what_hangs_on_it(house: House) -> None:
    program = Program(house)
    program.agreed(program.ana(), "email")
    program.booked(ends_at="2026-03-12T18:15:00+00:00")
    before = house.line("same-evening", Channel.EMAIL).due_at
    house.clock.now = datetime(2026, 3, 12, 18, tzinfo=UTC)
    program.put("/treatments/cliniko/b-1", status="arrived")
    program.put("/treatments/cliniko/b-1", ends_at="2026-03-12T19:15:00+00:00")
    assert house.line("same-evening", Channel.EMAIL).due_at == before + timedelta(hours=1)
    assert program.get("/treatments/cliniko/b-1").json()["state"] == "arrived", "they still came"
    assert house.line("day-1").due_at >= datetime(2026, 3, 13, 19, 15, tzinfo=UTC)
