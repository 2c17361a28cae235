"""Lanes: every clinic has its turn, keeps its rate, and stops alone."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from time import monotonic

from structlog.testing import capture_logs

from reminders.delivery.claims import Queue, claim
from reminders.delivery.concurrency import HANDS
from reminders.delivery.dispatcher import Dispatcher
from reminders.enrolment import clinics, treatments
from reminders.enrolment.terms import Enrolment
from reminders.rules.decision import Outcome
from reminders.rules.lanes import PROBE, LaneFacts
from reminders.rules.terms import Channel, Message, Reason, Status
from reminders.senders import HandOff, SendError
from reminders.store.database import reading, writing
from reminders.store.queries import lanes, people
from tests.conftest import House, ana, plan_badly
from tests.support.samples import CLINIC

TREATED = date(2026, 3, 2)
DAY_1 = datetime(2026, 3, 3, 15, 30, tzinfo=UTC)
LEASE = timedelta(minutes=2)
TEXTS = Queue(Channel.SMS)


class Provider:
    """A way out that refuses with the same words until it is mended."""

    def __init__(self, clock: object, error: SendError | None = None) -> None:
        self.error = error
        self.tried: list[Message] = []
        self.sent: list[Message] = []

    async def send(self, message: Message, hand_off: HandOff) -> str:
        await hand_off()
        self.tried.append(message)
        if self.error is not None:
            raise self.error
        self.sent.append(message)
        return f"id-{len(self.sent)}"

    async def close(self) -> None:
        pass


def dispatcher(house: House, provider: Provider) -> Dispatcher:
    return Dispatcher(
        house.engine, house.app.renderer, dict.fromkeys(Channel, provider), house.clock
    )


def second_clinic(house: House, count: int) -> None:
    """Add a clinic of which ``count`` clients have a text due on day one."""
    with writing(house.engine) as session:
        clinic = clinics.add(session, CLINIC | {"name": "Birch Skin"}, house.clock(), live=True)
        treatments.enrol(session, house.app.library, clinic, many(count, "9"), house.clock())


def many(count: int, tenth: str = "8") -> list[Enrolment]:
    return [
        ana(TREATED, email=None, phone=f"+4477009{tenth}{n:04}", client_id=f"C-{n}")
        for n in range(count)
    ]


def limited(house: House, channel: Channel, per_minute: int | None, per_day: int | None) -> None:
    with writing(house.engine) as session:
        clinics.limit(session, people.clinics(session)[-1], channel, per_minute, per_day)


def test_a_small_clinic_s_turn_comes_beside_a_large_one_s(house: House) -> None:
    """However many a large clinic has due, a small one gets half of every round."""
    house.enrol(*many(300))
    second_clinic(house, 3)
    with writing(house.engine) as session:
        first = claim(session, DAY_1, TEXTS, 64, LEASE)
    rows = [*(one.facts for one in first.sends), *(held for held, _ in first.settled)]
    of = Counter(held.clinic.name for held in rows)
    assert of["Birch Skin"] >= 3
    assert of["Rosewood Skin"] >= 32


def test_a_lane_in_another_s_hand_is_passed_over_and_looked_at_again(house: House) -> None:
    if house.engine.dialect.name == "sqlite":
        return  # one writer at a time: there is no other hand
    house.enrol(*many(3))
    with writing(house.engine) as session, writing(house.engine) as other:
        assert len(lanes.take_turns(session, Channel.SMS, "", DAY_1, 9)) == 1
        begun = monotonic()
        passed = claim(other, DAY_1, TEXTS, 64, LEASE)
        assert (passed.sends, passed.may_have_more) == ([], True)
        assert monotonic() - begun < 1


def test_a_share_is_kept_however_the_database_goes_about_it(house: House) -> None:
    house.enrol(*many(30))
    with writing(house.engine) as session:
        plan_badly(session)
        first = claim(session, DAY_1, TEXTS, 3, LEASE)
    assert len(first.sends) + len(first.settled) == 3


def test_a_rate_holds_across_workers(house: House) -> None:
    house.enrol(*many(40))
    limited(house, Channel.SMS, per_minute=600, per_day=None)
    begun = monotonic()
    start = house.clock.now = DAY_1

    def ticking() -> datetime:
        return start + timedelta(seconds=monotonic() - begun)

    provider = Provider(ticking)
    workers = [
        Dispatcher(house.engine, house.app.renderer, {Channel.SMS: provider}, ticking)
        for _ in range(3)
    ]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda worker: worker.run(), workers))
    seconds = monotonic() - begun
    assert len(provider.sent) == 40
    assert (seconds + 1) * 10 + 1 >= 40
    assert seconds < 10


def test_a_daily_limit_lets_the_rest_wait_for_the_next_day(house: House) -> None:
    house.enrol(*many(10))
    limited(house, Channel.SMS, per_minute=None, per_day=4)
    provider = Provider(house.clock)
    house.clock.now = DAY_1
    dispatcher(house, provider).run()
    assert len(provider.sent) == 4
    dispatcher(house, provider).run()
    assert len(provider.sent) == 4
    with reading(house.engine) as session:
        assert lanes.opens_next(session, Channel.SMS) == datetime(2026, 3, 4, tzinfo=UTC)


def test_wrong_credentials_stop_a_lane_and_keep_every_row(house: House) -> None:
    house.enrol(*many(200))
    provider = Provider(house.clock, SendError(Outcome.CONFIGURATION, "20003"))
    house.clock.now = DAY_1
    with capture_logs() as told:
        dispatcher(house, provider).run()
    assert [line["event"] for line in told if line["log_level"] == "error"] == ["lane stopped"]
    assert 1 <= len(provider.tried) <= HANDS, "no more than were in hand when the first failed"
    for minute in range(1, 11):
        house.clock.now = DAY_1 + PROBE * minute
        before = len(provider.tried)
        with capture_logs() as told:
            dispatcher(house, provider).run()
        assert "lane stopped" not in {line["event"] for line in told}, "told once"
        assert len(provider.tried) - before <= 1, "one a minute, to see"
    day_1 = [line for line in house.lines() if line.milestone == "day-1"]
    assert {line.status for line in day_1} == {Status.PLANNED}
    provider.error = None
    house.clock.now = DAY_1 + timedelta(hours=1)
    dispatcher(house, provider).run()
    dispatcher(house, provider).run()
    day_1 = [line for line in house.lines() if line.milestone == "day-1"]
    assert {line.status for line in day_1} == {Status.ACCEPTED}


def test_one_clinic_s_fault_never_stops_another_s(house: House) -> None:
    house.enrol(*many(50))
    second_clinic(house, 50)
    with writing(house.engine) as session:
        (lane,) = lanes.lock(session, [(1, Channel.SMS)])
        stopped = LaneFacts(
            lane.lane_id, 1, Channel.SMS, lane.zone, stopped_until=DAY_1 + PROBE, stopped_for="x"
        )
        lanes.keep(session, [stopped])
    provider = Provider(house.clock)
    house.clock.now = DAY_1
    dispatcher(house, provider).run()
    assert {message.clinic_name for message in provider.sent} == {"Birch Skin"}
    assert len(provider.sent) == 50


def test_a_provider_that_is_away_burns_no_row_however_long(house: House) -> None:
    house.enrol(*many(20))
    provider = Provider(house.clock, SendError(Outcome.BUSY, "no connection"))
    for minute in range(0, 150, 10):
        house.clock.now = DAY_1 + PROBE * minute
        dispatcher(house, provider).run()
    assert len(provider.tried) <= 20 + 15, "all that were due, then one at a look"
    provider.error = None
    for minute in range(150, 160):
        house.clock.now = DAY_1 + PROBE * minute
        dispatcher(house, provider).run()
    day_1 = [line for line in house.lines() if line.milestone == "day-1"]
    assert {line.status for line in day_1} == {Status.ACCEPTED}


def test_a_contact_that_our_account_may_not_reach_waits_alone(house: House) -> None:
    house.enrol(*many(5))
    provider = Provider(house.clock, SendError(Outcome.BARRED, "21408"))
    house.clock.now = DAY_1
    dispatcher(house, provider).run()
    assert len(provider.tried) == 5
    assert {line.reason for line in house.lines() if line.milestone == "day-1"} == {
        Reason.PROVIDER_REFUSES
    }
    with reading(house.engine) as session:
        assert lanes.stopped(session) == []


def test_finding_nothing_due_asks_the_lanes_alone(house: House) -> None:
    from sqlalchemy import event

    house.enrol(*many(5))
    asked: list[str] = []
    event.listen(house.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    with writing(house.engine) as session:
        claim(session, datetime(2026, 2, 1, tzinfo=UTC), TEXTS, 64, LEASE)
    questions = [statement for statement in asked if "SELECT" in statement]
    assert len(questions) == 2
    assert all("FROM lane" in question for question in questions)
