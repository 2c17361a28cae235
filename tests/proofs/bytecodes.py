"""Killed at every bytecode of one delivery, from the claim to the settlement and in every thread."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

import reminders
from reminders.app import App
from reminders.delivery.dispatcher import Dispatcher
from reminders.rules.terms import Channel
from tests.proofs import cast, children
from tests.proofs.courier import LONG, recover, warm_app
from tests.proofs.plan import Plan
from tests.proofs.stage import KINDS, Stage, Theatre
from tests.proofs.verdict import Verdict, judge, timed

PACKAGE = str(Path(reminders.__file__).parent)
QUICK_POINTS = 16


class Countdown:
    """Call ``at_end`` when the package has executed so many bytecodes, in whichever threads."""

    def __init__(self, left: int, at_end: Callable[[], None]) -> None:
        self._left = left
        self._numbers = count(1)
        self._at_end = at_end
        self.seen = 0

    def begin(self) -> None:
        threading.settrace(self._enter)
        sys.settrace(self._enter)

    def end(self) -> None:
        sys.settrace(None)
        threading.settrace(None)

    def _enter(self, frame: FrameType, _event: str, _given: Any) -> Any:
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        return self._step

    def _step(self, _frame: FrameType, event: str, _given: Any) -> Any:
        if event == "opcode":
            self.seen = next(self._numbers)
            if self.seen == self._left:
                self._at_end()
        return self._step


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Counted:
    """The house and a worker of it that delivered already: every statement of its is compiled."""

    app: App
    worker: Dispatcher

    def deliver(self, reminder: int, countdown: Countdown) -> None:
        """Let one reminder be due and make the pass that delivers it, counting as it goes."""
        cast.call(self.app.engine, reminder)
        countdown.begin()
        self.worker.run()
        countdown.end()


def _warm(stage: Stage, channel: Channel) -> Counted:
    app = warm_app(stage)
    counted = Counted(app, app.dispatcher("counted", patience=LONG))
    cast.add_clients(app.engine, 1, channel, 1)
    counted.worker.run()
    app.engine.dispose()
    return counted


def run(theatre: Theatre, plan: Plan) -> Iterator[Verdict]:
    """Kill each kind of delivery on each database at every point, or at every so manieth."""
    scenes = [(theatre.stage(kind), channel) for kind in KINDS for channel in Channel]
    return children.side_by_side(
        [partial(_prove, *scene, plan) for scene in scenes], theatre.folder
    )


def _prove(stage: Stage, channel: Channel, plan: Plan) -> Verdict:
    with timed(Verdict("bytecodes", stage.kind, channel.value, plan.seed)) as verdict:
        _kill_everywhere(stage, channel, plan, verdict)
    return verdict


def _kill_everywhere(stage: Stage, channel: Channel, plan: Plan, verdict: Verdict) -> None:
    counted = _warm(stage, channel)
    app = counted.app
    length = _length(counted, stage, cast.add_clients(app.engine, 1, channel, 3, cast.LATER))
    points = _points(length, plan)
    ids = cast.add_clients(app.engine, 1, channel, len(points), cast.LATER)
    app.engine.dispose()
    ends = _kill_at(counted, stage, dict(zip(ids, points, strict=True)))
    recover(stage)
    judge(verdict, stage, app.engine, channel)
    verdict.what = f"{ends[-signal.SIGKILL]} deaths at {len(points)} of {length:,} bytecodes"
    verdict.faults += children.failures(ends, stage.folder / "log")
    if ends[-signal.SIGKILL] < len(points) / 2:
        verdict.faults.append("most were not killed")
    app.close()


def _length(counted: Counted, stage: Stage, spare: list[int]) -> int:
    """Return how many bytecodes a delivery takes: the most of a few, since threads take turns."""
    told = stage.folder / "length"
    for reminder in spare:
        counted.app.engine.dispose()
        measured = partial(_measure, counted, reminder, told)
        children.wait(children.fork(measured, stage.folder / "log"))
    counted.app.engine.dispose()
    return max(int(line) for line in told.read_text().split())


def _measure(counted: Counted, reminder: int, told: Path) -> None:
    countdown = Countdown(-1, _die)
    counted.deliver(reminder, countdown)
    with told.open("a") as file:
        file.write(f"{countdown.seen}\n")


def _points(length: int, plan: Plan) -> list[int]:
    wanted = plan.count or (QUICK_POINTS if plan.quick else length)
    step = max(1, length // wanted)
    return list(range(1 + plan.random.randrange(step), length + 1, step))


def _kill_at(counted: Counted, stage: Stage, points: dict[int, int]) -> Counter[int]:
    """Give each reminder a worker of its own that dies at its point; return how they ended."""
    ends: Counter[int] = Counter()
    for reminder, point in points.items():
        fatal = partial(counted.deliver, reminder, Countdown(point, _die))
        ends[children.wait(children.fork(fatal, stage.folder / "log"))] += 1
    return ends
