"""Time: jumping clocks, new zone data, and days in which nobody sent."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from reminders import worker
from reminders.app import build
from reminders.monitoring.status import standing
from reminders.plans.time_zones import follow_zone_data
from reminders.rules.terms import Channel, Reason, Status
from reminders.store import database
from reminders.store.database import reading, writing
from reminders.store.tables import Reminder
from tests.conftest import MONDAY, House, ana

TREATED = date(2026, 3, 2)
DAY_1 = datetime(2026, 3, 3, 15, 30, tzinfo=UTC)


def test_new_zone_data_moves_what_is_planned_and_leaves_what_was_sent(house: House) -> None:
    house.enrol(ana(TREATED))
    house.tick(DAY_1)
    follow_zone_data(house.engine, house.app.library, house.clock(), "2026a")
    before = {line.reminder_id: (line.status, line.due_at) for line in house.lines()}
    with writing(house.engine) as session:  # as plans would stand under older rules
        shifted = {"due_at": DAY_1, "scheduled_at": DAY_1}
        session.execute(
            update(Reminder).where(col(Reminder.status) == Status.PLANNED).values(**shifted)
        )
    assert follow_zone_data(house.engine, house.app.library, house.clock(), "2026b")
    assert {line.reminder_id: (line.status, line.due_at) for line in house.lines()} == before
    assert not follow_zone_data(house.engine, house.app.library, house.clock(), "2026b")


def test_after_three_days_away_the_stale_are_skipped_and_told_and_the_useful_leave(
    house: House,
) -> None:
    house.enrol(ana(TREATED, email=None))
    house.tick(MONDAY)
    back = MONDAY + timedelta(days=3, hours=15)  # eleven at night
    at_night = house.tick(back)
    assert at_night.sent == {}, "never a burst at night"
    with reading(house.engine) as session:
        (missed,) = standing(session, back).outages
    assert (missed.clinic, missed.began_at, missed.ended_at) == ("Rosewood Skin", MONDAY, back)
    assert missed.count == at_night.skipped.total() >= 1
    assert set(at_night.skipped) <= {Reason.STALE, Reason.SUPERSEDED}
    house.play(back + timedelta(days=1))
    assert house.line("day-3").status is Status.ACCEPTED
    assert house.line("day-1").status is Status.SKIPPED


def test_a_silence_in_which_nothing_was_missed_is_no_outage(house: House) -> None:
    house.enrol(ana(date(2026, 3, 30), email=None))
    house.tick(MONDAY)
    house.tick(MONDAY + timedelta(days=3))
    with reading(house.engine) as session:
        assert standing(session, house.clock()).outages == []


class Clocks:
    """A wall clock and time passed, each set apart."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, house: House) -> None:
        self.passed = timedelta()
        self.theirs: datetime | None = None
        self.house = house
        house.clock.now = DAY_1
        monkeypatch.setattr(worker, "monotonic_time", lambda: self.passed)
        monkeypatch.setattr(worker, "database_time", lambda _engine: self.theirs)

    def go(self, seconds: float, jump: timedelta = timedelta()) -> None:
        self.passed += timedelta(seconds=seconds)
        self.house.clock.now += timedelta(seconds=seconds) + jump


@pytest.fixture
def clocks(house: House, monkeypatch: pytest.MonkeyPatch) -> Clocks:
    monkeypatch.setattr(worker, "LOOK_SECONDS", 3600)  # we look by hand
    return Clocks(monkeypatch, house)


class Metronome:
    """A scheduler of which only the next beat matters."""

    def __init__(self) -> None:
        self.woken: list[datetime] = []

    def get_jobs(self) -> list[Any]:
        return [self]

    def modify(self, next_run_time: datetime) -> None:
        self.woken.append(next_run_time)


@pytest.mark.parametrize("jump", [timedelta(days=1), timedelta(hours=-1), timedelta(days=3650)])
def test_after_a_jump_nothing_is_sent_until_the_database_s_clock_agrees(
    house: House, clocks: Clocks, jump: timedelta
) -> None:
    house.enrol(ana(TREATED, email=None))
    metronome = Metronome()
    watchman = worker.ClockWatcher(house.app, metronome)
    dispatcher = house.app.dispatcher()
    try:
        clocks.go(15, jump)
        clocks.theirs = house.clock.now - jump
        worker._beat(dispatcher, watchman)
        assert house.left() == []
        assert metronome.woken == [house.clock.now], "a beat is not left to a moment far away"
        clocks.go(15, -jump)  # the clock is put right
        clocks.go(15)
        worker._beat(dispatcher, watchman)
        assert house.left() == [], "that was a jump as well"
        clocks.theirs = house.clock.now
        worker._beat(dispatcher, watchman)
        assert len(house.left()) == 1
    finally:
        watchman.close()


def test_postgresql_s_own_clock_is_asked(house: House) -> None:
    told = database.database_time(house.engine)
    if house.engine.dialect.name == "sqlite":
        assert told is None
    else:
        assert told is not None
        assert abs(told - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.portable
def test_the_heartbeat_beats_on_after_the_clock_goes_back_a_day(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scheduler alone would wait for tomorrow."""
    monkeypatch.setattr(worker, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.2)
    shift = [timedelta()]
    app = build(house.app.settings, lambda: datetime.now(UTC) + shift[0])
    beats: list[float] = []
    monkeypatch.setattr(worker, "_beat", lambda *_: beats.append(time.monotonic()))
    with worker.heartbeat(app, "test"):
        time.sleep(0.6)
        shift[0] = timedelta(days=-1)
        jumped = time.monotonic()
        time.sleep(0.6)
    app.close()
    assert [beat for beat in beats if beat > jumped], Channel
