"""What was sent lately is known: texts say how to stop first, at intervals, and where it is asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from reminders.enrolment import clinics
from reminders.rules.terms import Channel
from reminders.store.database import writing
from reminders.store.queries import people
from tests.conftest import House, ana, consent_answer

pytestmark = pytest.mark.portable

TREATED = date(2026, 3, 2)
TEXTS = (consent_answer(Channel.SMS),)


def told(house: House) -> list[tuple[str, bool]]:
    """Return the texts that left, in order, and whether each says how to stop."""
    left = [x for x in house.lines(Channel.SMS) if x.handoff_at]
    ordered = sorted(left, key=lambda x: (x.handoff_at, x.reminder_id))
    return [(x.milestone, "STOP" in (x.body or "")) for x in ordered]


def test_the_welcome_the_first_of_a_course_and_one_in_thirty_days_say_how_to_stop(
    house: House,
) -> None:
    house.enrol(ana(TREATED, consents=TEXTS), welcomed=False)
    house.play(datetime(2026, 4, 20, tzinfo=UTC))
    said = dict(told(house))
    assert said["opt-in"]
    first = next(milestone for milestone, _ in told(house) if milestone != "opt-in")
    assert said[first]
    between = {milestone for milestone, stop in told(house) if not stop}
    assert {"day-3", "week-2"} & between
    assert said["month-1"] or said["next-session"]


def test_a_second_treatment_s_first_text_says_it_again(house: House) -> None:
    house.enrol(ana(TREATED, consents=TEXTS))
    house.play(datetime(2026, 3, 20, tzinfo=UTC))
    before = len(told(house))
    house.enrol(ana(TREATED + timedelta(weeks=4), external_id="B-2", consents=TEXTS))
    house.play(datetime(2026, 3, 31, tzinfo=UTC))
    first, *others = told(house)[before:]
    assert first == ("week-before", True)
    assert not any(stop for _, stop in others)


def test_a_clinic_may_have_it_said_in_every_text(house: House) -> None:
    with writing(house.engine) as session:
        clinic = people.clinic(session, 1)
        every = {"stop_on_every_text": "yes"}
        clinics.edit(session, house.app.library, clinic, every, house.clock())
    house.enrol(ana(TREATED, consents=TEXTS))
    house.play(datetime(2026, 3, 20, tzinfo=UTC))
    assert told(house)
    assert all(stop for _, stop in told(house))
