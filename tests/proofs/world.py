"""A seeded world: clinics enrol, move, cancel; clients stop; workers die; the promise holds throughout."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import ClassVar

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (  # fmt: skip
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, text

from reminders.app import App, build
from reminders.consent import ledger
from reminders.delivery.claims import Queue, claim
from reminders.delivery.dispatcher import Dispatcher
from reminders.delivery.receipts import Report, record_receipt
from reminders.enrolment import clinics, treatments
from reminders.enrolment.terms import ConsentAnswer, Enrolment
from reminders.rehearsal.simulation import SetClock
from reminders.rules.reconciliation import PATIENCE
from reminders.rules.terms import Channel
from reminders.store.database import writing
from reminders.store.queries import people
from tests.proofs.cast import CLINIC
from tests.proofs.invariants import Watch
from tests.proofs.plan import Plan
from tests.proofs.provider import Death, Fate, Listing, Provider
from tests.proofs.stage import Theatre
from tests.proofs.stage import settings as stage_settings
from tests.proofs.verdict import Verdict, timed
from tests.support.samples import EMPTY

MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)
PLACES = ("Rosewood Skin", "Bluebell Skin")
ZONES = ("Europe/London", "America/New_York")
HOURS = st.sampled_from([0.01, 0.1, 0.5, 1, 3, 9, 24, 72])
HEARD = st.sampled_from([True, True, False])
FATES = st.lists(st.sampled_from(Fate), min_size=2, max_size=8)
WHO = st.integers(0, 2)
PLACE = st.integers(0, 1)
OFFSET = st.integers(-3, 4)
END = timedelta(days=45)


class World(RuleBasedStateMachine):
    """Two clinics whose clients share their numbers, one clock, and a provider that misbehaves."""

    template: ClassVar[Path]
    app: ClassVar[App]
    clock: ClassVar[SetClock] = SetClock(MORNING)

    def __init__(self) -> None:
        super().__init__()
        self._empty()
        self.clock.now = MORNING
        self.idle: list[Dispatcher] = []
        self.texts = Listing(self.clock, self._take_over)
        self.mails = Provider(self.clock, self._take_over)
        self.told: list[tuple[int, Enrolment]] = []
        self.watch = Watch(self.app.engine, self.clock, self.texts, self.mails)

    def _empty(self) -> None:
        """Begin with an empty database: a fresh file, or the server's emptied tables."""
        engine = self.app.engine
        if engine.dialect.name == "postgresql":
            with engine.begin() as connection:
                connection.execute(text(EMPTY))
            return
        engine.dispose()
        path = Path(str(engine.url.database))
        for old in path.parent.glob(f"{path.name}*"):
            old.unlink()
        shutil.copy(self.template, path)

    @initialize()
    def open_clinics(self) -> None:
        with writing(self.app.engine) as session:
            for name, zone in zip(PLACES, ZONES, strict=True):
                typed = CLINIC | {"name": name, "time_zone": zone}
                clinics.add(session, typed, self.clock(), live=True)

    @rule(place=PLACE, who=WHO, ahead=OFFSET, hour=st.integers(8, 19))
    def enrol(self, place: int, who: int, ahead: int, hour: int) -> None:
        treated_on = self.clock().date() + timedelta(days=ahead)
        self._tell(place, _treatment(who, treated_on, time(hour), f"B{len(self.told)}"))

    @precondition(lambda self: self.told)
    @rule(which=st.integers(0, 99), ahead=OFFSET)
    def move(self, which: int, ahead: int) -> None:
        place, known = self.told[which % len(self.told)]
        treated_on = self.clock().date() + timedelta(days=ahead)
        who = int(str(known.phone)[-1])
        self._tell(place, _treatment(who, treated_on, time(15), str(known.external_id)))

    @precondition(lambda self: self.told)
    @rule(which=st.integers(0, 99))
    def cancel(self, which: int) -> None:
        place, known = self.told[which % len(self.told)]
        who, day = int(str(known.phone)[-1]), known.treated_on
        self._tell(place, _treatment(who, day, time(15), str(known.external_id), cancelled=True))

    @rule(place=PLACE, who=WHO, channel=st.sampled_from(Channel))
    def stop(self, place: int, who: int, channel: Channel) -> None:
        with writing(self.app.engine) as session:
            clinic = people.clinics(session)[place]
            for client in people.clients_of(session):
                if client.clinic_id == clinic.id and client.phone == _phone(who):
                    ledger.withdraw(session, client, channel, source="test", now=self.clock())
                    self.watch.stopped.add((client.id, channel))

    @rule(hours=HOURS, texts=FATES, mails=FATES, heard=HEARD)
    def let_time_pass(self, hours: float, texts: list[Fate], mails: list[Fate], heard: bool) -> None:  # fmt: skip
        self.clock.now += timedelta(hours=hours)
        self._play(texts, mails, heard)

    @rule(rounds=st.integers(2, 9), texts=FATES, mails=FATES, heard=HEARD)
    def live_on(self, rounds: int, texts: list[Fate], mails: list[Fate], heard: bool) -> None:
        self._play(texts, mails, heard)
        for _ in range(rounds):
            self.clock.now = max(self.clock(), self.watch.next_look() or self.clock())
            self._work()
            self.watch.look()

    @rule(channel=st.sampled_from(Channel))
    def die_holding_claims(self, channel: Channel) -> None:
        with writing(self.app.engine) as session:
            claim(session, self.clock(), Queue(channel), 4, PATIENCE.lease)

    @precondition(lambda self: self.texts.ledger)
    @rule(which=st.integers(0, 99), status=st.sampled_from(["sent", "delivered", "undelivered"]))
    def report(self, which: int, status: str) -> None:
        copy = self.texts.ledger[which % len(self.texts.ledger)]
        told = Report(copy.message.attempt, f"SM{copy.number}", status, "")
        with writing(self.app.engine) as session:
            record_receipt(session, told, self.clock())

    @invariant()
    def keeps_the_promise(self) -> None:
        self.watch.look()

    def teardown(self) -> None:
        """Let the provider be well and time go by: everything comes to its end."""
        self.texts.fates, self.mails.fates, self.texts.heard = [], [], True
        until = self.clock() + END
        while self.clock() < until:
            self._work()
            self.watch.look()
            self.clock.now = min(until, max(self.watch.next_look() or until, self.clock() + timedelta(minutes=5)))  # fmt: skip
        self._work()
        self.watch.look_at_the_end()

    def _tell(self, place: int, told: Enrolment) -> None:
        with writing(self.app.engine) as session:
            clinic = people.clinics(session)[place]
            treatments.enrol(session, self.app.library, clinic, [told], self.clock())
        self.told.append((place, told))

    def _work(self) -> None:
        """Let a worker that is not at work make a pass; one that dies is never seen again."""
        worker = self.idle.pop() if self.idle else self._worker()
        try:
            worker.run()
        except Death:
            self.app.engine.dispose()
        else:
            self.idle.append(worker)

    def _worker(self) -> Dispatcher:
        senders = {Channel.SMS: self.texts, Channel.EMAIL: self.mails}
        return Dispatcher(self.app.engine, self.app.renderer, senders, self.clock)

    def _play(self, texts: list[Fate], mails: list[Fate], heard: bool) -> None:
        self.texts.fates, self.mails.fates, self.texts.heard = texts, mails, heard
        self._work()

    def _take_over(self) -> None:
        """While one worker sleeps after its handoff, others prove it gone, and die at it too."""
        for minutes in (3, 4, 12, 1):
            self.clock.now += timedelta(minutes=minutes)
            self.texts.fates, self.mails.fates = [Fate.DIES_AFTER] * 8, [Fate.DIES_AFTER] * 8
            self._work()
        self.texts.fates, self.mails.fates = [], []


def _phone(who: int) -> str:
    return f"+44770090010{who}"


def _treatment(who: int, treated_on: date, starts: time, number: str, *, cancelled: bool = False) -> Enrolment:  # fmt: skip
    given = datetime(2026, 1, 5, tzinfo=UTC)
    return Enrolment(
        first_name="Ana",
        protocol="skin-needling",
        treated_on=treated_on,
        starts=starts,
        phone=_phone(who),
        email=f"c{who}@mail.example",
        external_id=number,
        cancelled=cancelled,
        consents=tuple(
            ConsentAnswer(channel, True, given, "paper form", False) for channel in Channel
        ),
    )


def _play_scene(texts: list[Fate], mails: list[Fate]) -> None:
    """Let one thing happen to a text or to an email, and look again a moment later."""
    world = World()
    world.open_clinics()
    world.enrol(0, 0, 0, 10)
    world.clock.now = MORNING + timedelta(hours=32)
    world._play(texts, mails, heard=True)
    world.watch.look()
    world.clock.now += timedelta(seconds=10)
    world._work()
    world.teardown()


def run(theatre: Theatre, plan: Plan) -> Iterator[Verdict]:
    """Live through many worlds; PostgreSQL's are left for the full edition."""
    for kind in ("sqlite",) if plan.quick else ("sqlite", "postgresql"):
        verdict = Verdict("world", kind, "both", plan.seed, plan.times(500, 5))
        with timed(verdict):
            _live(theatre, kind, plan, verdict)
        yield verdict


def _hasten(engine: Engine) -> None:
    """Wait for no disk: nothing here dies that would lose what the server remembers."""
    with engine.begin() as connection:
        name = connection.execute(text("SELECT current_database()")).scalar_one()
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    engine.dispose()


def _live(theatre: Theatre, kind: str, plan: Plan, verdict: Verdict) -> None:
    World.app = build(stage_settings(theatre.stage(kind).url, 1, 1), World.clock)
    World.template = theatre.template
    if kind == "postgresql":
        _hasten(World.app.engine)
    steps = 20 if plan.quick else 60
    chosen = settings(
        max_examples=verdict.number,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # to shrink takes minutes, and the seed plays it again
        suppress_health_check=list(HealthCheck),
    )
    verdict.what = f"{2 * len(Fate)} scenes, then worlds of up to {steps} steps"
    try:
        for fate in Fate:
            _play_scene([fate], [])
            _play_scene([], [fate])
        run_state_machine_as_test(seed(plan.seed)(World), settings=chosen)
    except AssertionError as broken:
        verdict.faults.append("\n".join([str(broken), *getattr(broken, "__notes__", [])]))
    finally:
        World.app.close()
