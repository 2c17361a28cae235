"""After a failover to a copy that lags nothing leaves twice, and nobody who stopped is texted."""

from __future__ import annotations

import json
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reminders.app import App, build
from reminders.delivery.failover import FailoverReport
from reminders.delivery.holds import Hold, Suspicion
from reminders.inbox.replies import InboundText
from reminders.rules.terms import Channel
from reminders.store import migrations
from reminders.store.database import open_engine, reading
from tests.proofs import cast
from tests.proofs.courier import patience
from tests.proofs.stage import settings
from tests.support.doubles.process import Double, running
from tests.support.servers import Servers, servers

BRIEF = patience(1, 1, 1, 1.5, 2)
CLIENTS = 4


@dataclass
class Scene:
    """Clients with a text and an email each, two servers, and the providers' ledgers."""

    pair: Servers
    database: str
    twilio: Double
    smtp: Double
    clinic: int = 0
    workers: list[App] = field(default_factory=list)
    due: dict[Channel, list[int]] = field(default_factory=dict)

    def worker(self, url: str = "") -> App:
        leads_to = url or self.pair.url(self.database)
        self.workers.append(build(settings(leads_to, self.twilio.port, self.smtp.port)))
        return self.workers[-1]

    def prepare(self) -> App:
        """Return a worker that has sent before, with messages that wait, and a copy of it all."""
        worker = self.worker()
        self.clinic = cast.add_clinic(worker.engine)
        for channel in Channel:
            self.due[channel] = cast.add_clients(
                worker.engine, self.clinic, channel, CLIENTS, cast.LATER
            )
        assert worker.hold() is None
        self.pair.copy()
        self.pair.standby.hear_nothing()
        return worker

    def let_due(self, worker: App, many: int) -> None:
        """Let the first of both channels be due, here and wherever this is copied to."""
        for ids in self.due.values():
            for reminder in ids[:many]:
                cast.call(worker.engine, reminder)
                worker.dispatcher(patience=BRIEF).run()

    def text(self, worker: App, number: str, body: str) -> None:
        """Let a client's text come in by the webhook; Twilio lists it too."""
        told = {"from": number, "to": worker.settings.twilio_from, "body": body}
        address = f"http://127.0.0.1:{self.twilio.port}/_hear"
        with urllib.request.urlopen(address, json.dumps(told).encode(), timeout=5) as answer:
            sid = json.loads(answer.read())["sid"]
        worker.inbound_texts.receive(InboundText(sid, number, body))

    def sent(self) -> Counter[str]:
        rows = [*self.twilio.seen("message"), *self.smtp.seen("mail")]
        return Counter(row["to"] for row in rows)

    def settle(self, worker: App) -> Hold | None:
        """Beat until nothing is held, or only a person may let it go."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            held = worker.hold(BRIEF)
            if held is None or held.suspicion is not Suspicion.FAILOVER:
                return held
            time.sleep(0.1)
        raise TimeoutError


@pytest.fixture(scope="module")
def pair() -> Iterator[Servers]:
    with servers() as found:
        yield found


@pytest.fixture
def scene(pair: Servers, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Scene]:
    name = f"scene{abs(hash(request.node.name))}"
    pair.primary.sql(f"CREATE DATABASE {name}")
    engine = open_engine(pair.url(name))
    migrations.migrate(engine)
    engine.dispose()
    with ExitStack() as doubles:
        twilio = doubles.enter_context(running("proof_twilio", tmp_path / "twilio.ledger"))
        smtp = doubles.enter_context(running("proof_smtp", tmp_path / "smtp.ledger"))
        found = Scene(pair, name, twilio, smtp)
        yield found
        for worker in found.workers:
            worker.close()


def test_what_left_in_the_lost_seconds_is_found_and_not_sent_again(scene: Scene) -> None:
    worker = scene.prepare()
    scene.let_due(worker, 2)
    left = scene.sent()
    assert sum(left.values()) == 4
    scene.text(worker, "+447700000002", "STOP")
    scene.pair.fail_over()
    bystander = scene.worker()
    for ids in scene.due.values():
        cast.call(bystander.engine, ids[0])
    worker.dispatcher(patience=BRIEF).run()
    bystander.dispatcher(patience=BRIEF).run()
    assert scene.sent() == left, "no worker sends, whether it has met the database before or not"
    held = worker.hold(BRIEF)
    assert held is not None
    assert held.suspicion is Suspicion.FAILOVER
    assert bystander.hold(BRIEF) is not None
    assert scene.settle(bystander) is None
    assert worker.hold(BRIEF) is None
    report = _report(bystander)
    assert (report.texts_left, report.texts_unproven) == (2, 0)
    assert report.texts_heard == 1
    for ids in scene.due.values():
        for reminder in ids:
            cast.call(worker.engine, reminder)
            worker.dispatcher(patience=BRIEF).run()
            bystander.dispatcher(patience=BRIEF).run()
    after = scene.sent()
    assert {to: count for to, count in after.items() if to.startswith("+")} == {
        "+447700000000": 1,
        "+447700000001": 1,
        "+447700000003": 1,
    }, "and nobody whose STOP was lost"
    assert report.emails_again >= 1


def _report(worker: App) -> FailoverReport:
    with reading(worker.engine) as session:
        found = FailoverReport.read(session)
    assert found is not None
    return found


def test_a_fork_beside_the_original_is_held_until_a_person_says_so(scene: Scene) -> None:
    worker = scene.prepare()
    fork = scene.pair.fork()
    scene.let_due(worker, 1)
    stranger = scene.worker(fork.url(scene.database))
    stranger.dispatcher(patience=BRIEF).run()
    held = scene.settle(stranger)
    assert held is not None
    assert held.suspicion is Suspicion.FORK
    stranger.restore_guard.compare()
    assert stranger.hold(BRIEF) is not None
    stranger.restore_guard.adopt()
    assert stranger.hold(BRIEF) is None
    assert worker.hold(BRIEF) is None, "the original goes on"
    scene.pair.drop(fork)


@pytest.mark.slow
def test_an_old_primary_that_comes_back_is_told_apart(scene: Scene) -> None:
    worker, newcomer = scene.prepare(), scene.worker()
    dead = scene.pair.fail_over()
    for one in (worker, newcomer):
        assert one.hold(BRIEF) is not None, "it has seen the newer server"
    assert scene.settle(worker) is None
    dead.start()
    scene.pair.lead_back(dead)
    worker.engine.dispose()
    scene.let_due(worker, 1)
    assert not scene.sent()
    newcomer.engine.dispose()
    held = newcomer.hold(BRIEF)
    assert held is not None
    assert held.suspicion is Suspicion.OLDER
    held = worker.hold(BRIEF)
    assert held is not None
    assert held.suspicion is Suspicion.OLDER
    scene.pair.lead_back(scene.pair.primary)
    assert worker.hold(BRIEF) is None, "it does not cling to the older one"
    scene.let_due(worker, 1)
    assert sum(scene.sent().values()) == 2
    scene.pair.drop(dead)


@pytest.mark.slow
@pytest.mark.parametrize("seen", [True, False], ids=["seen", "unseen"])
def test_a_second_failover_sends_no_email_a_third_time(scene: Scene, seen: bool) -> None:
    worker = scene.prepare()
    scene.let_due(worker, 1)
    first = scene.pair.fail_over()
    for ids in scene.due.values():
        cast.call(worker.engine, ids[0])
    if seen:
        assert worker.hold(BRIEF) is not None
    scene.pair.copy()
    scene.pair.catch_up()
    scene.pair.standby.hear_nothing()
    assert scene.settle(worker) is None
    worker.dispatcher(patience=BRIEF).run()
    cast.call(worker.engine, scene.due[Channel.SMS][1])
    worker.dispatcher(patience=BRIEF).run()
    assert sorted(scene.sent().values()) == [1, 1, 2], "the email went once more"
    second = scene.pair.fail_over()
    newcomer = scene.worker()
    assert scene.settle(newcomer) is None, "no other database sends"
    newcomer.dispatcher(patience=BRIEF).run()
    assert sorted(scene.sent().values()) == [1, 1, 2]
    report = _report(newcomer)
    assert (report.texts_left, report.emails_again, report.emails_unproven) == (2, 0, 1)
    for dead in (first, second):
        scene.pair.drop(dead)
