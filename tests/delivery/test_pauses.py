"""The red switch and the budget: nothing more is handed off, and nothing else stands still."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import update

from reminders.delivery import pauses
from reminders.delivery.handoff import hand_off
from reminders.rules.reconciliation import PATIENCE
from reminders.rules.terms import Channel, Reason, Status
from reminders.store.database import reading, writing
from reminders.store.queries import delivery, reminder_facts
from reminders.store.tables import Clinic
from tests.conftest import House, ana
from tests.support.many_reminders import TREATED, several

pytestmark = pytest.mark.portable
DAY_1 = datetime(2026, 3, 3, 15, 30, tzinfo=UTC)


def pause(house: House, *, everyone: bool) -> None:
    with writing(house.engine) as session:
        pauses.pause(session, None if everyone else house.clinic(), "Bo", house.clock())


@pytest.mark.parametrize("everyone", [True, False])
def test_while_paused_nothing_leaves_and_afterwards_what_still_helps(
    house: House, *, everyone: bool
) -> None:
    house.enrol(ana(TREATED))
    pause(house, everyone=everyone)
    assert house.tick(DAY_1).sent == {}
    assert house.line("day-1").reason is Reason.HALTED
    with writing(house.engine) as session:
        pauses.resume_messages(session, None if everyone else house.clinic())
    assert house.tick(DAY_1 + timedelta(minutes=1)).sent == {"sms": 1, "email": 1}


def test_what_became_useless_while_paused_is_skipped(house: House) -> None:
    house.enrol(ana(TREATED))
    pause(house, everyone=True)
    house.play(DAY_1 + timedelta(days=3))
    assert house.line("day-1").status is Status.SKIPPED
    assert house.left() == []


@pytest.mark.parametrize("everyone", [True, False])
def test_the_switch_holds_back_what_was_already_claimed(house: House, *, everyone: bool) -> None:
    """It is read again in the very transaction that comes before the first byte."""
    house.enrol(ana(TREATED, email=None))
    house.clock.now = DAY_1
    with writing(house.engine) as session:
        ids = delivery.claim_due(
            session, DAY_1, channel=Channel.SMS, shares=[(1, 9)], claim="c", lease=PATIENCE.lease
        )
        held = reminder_facts.facts(session, ids, DAY_1)
    leaving = [
        (one, house.app.renderer.render(one, DAY_1, one.stale_at))
        for one in held
        if one.milestone == "day-1"
    ]
    pause(house, everyone=everyone)
    with writing(house.engine) as session:
        assert hand_off(session, leaving, DAY_1, PATIENCE) == [False]
    assert house.line("day-1").status is Status.PLANNED


def test_who_paused_first_stands(house: House) -> None:
    pause(house, everyone=True)
    with writing(house.engine) as session:
        pauses.pause(session, None, "Someone else", DAY_1)
    with reading(house.engine) as session:
        assert pauses.paused(session) == pauses.Pause(house.clock(), "Bo")


def budget(house: House, segments: int) -> None:
    with writing(house.engine) as session:
        session.execute(update(Clinic).values(segment_budget=segments))


def test_texts_stop_when_the_month_s_budget_is_spent_and_emails_go_on(house: House) -> None:
    house.enrol(*several(5))
    budget(house, 6)  # each opens with the first night's advice, which takes a second segment
    tally = house.tick(DAY_1)
    assert tally.sent == {"sms": 3, "email": 5}
    waiting = [line for line in house.lines(Channel.SMS) if line.reason is Reason.BUDGET]
    assert len(waiting) == 2
    budget(house, 8)
    assert house.tick(DAY_1 + timedelta(hours=1)).sent == {"sms": 1}


def test_a_new_month_begins_with_a_whole_budget(house: House) -> None:
    house.enrol(ana(date(2026, 3, 26)))
    budget(house, 3)
    house.play(datetime(2026, 3, 31, 12, tzinfo=UTC))
    assert house.line("day-1").status is Status.ACCEPTED
    assert house.line("day-3").status is Status.SKIPPED, "the budget was spent"
    house.play(datetime(2026, 4, 3, 12, tzinfo=UTC))
    assert house.line("week-1").status is Status.ACCEPTED


def test_two_workers_at_the_same_moment_keep_to_one_budget(house: House) -> None:
    """The first holds its handoff open; the second must wait for it, not read past it."""
    house.enrol(*several(2))
    budget(house, 1)
    with writing(house.engine) as session:
        ids = delivery.claim_due(
            session, DAY_1, channel=Channel.SMS, shares=[(1, 9)], claim="c", lease=PATIENCE.lease
        )
        held = [
            one for one in reminder_facts.facts(session, ids, DAY_1) if one.milestone == "day-1"
        ]
    first, second = ([(one, house.app.renderer.render(one, DAY_1, one.stale_at))] for one in held)
    begun, through = Event(), Event()

    def hand_off_slowly() -> list[bool]:
        with writing(house.engine) as session:
            allowed = hand_off(session, first, DAY_1, PATIENCE)
            begun.set()
            through.wait(0.5)
            return allowed

    def hand_off_meanwhile() -> list[bool]:
        begun.wait(10)
        with writing(house.engine) as session:
            allowed = hand_off(session, second, DAY_1, PATIENCE)
            through.set()
            return allowed

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.submit(hand_off_slowly), pool.submit(hand_off_meanwhile)
        assert (one.result(), other.result()) == ([True], [False])
