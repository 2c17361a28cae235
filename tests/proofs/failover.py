"""PostgreSQL failing over to a copy that lags, again and again under load; forks beside the original,
old primaries that come back, and second failovers before the first was settled.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

from tests.proofs.failover_scene import STOPS, Scene, scene
from tests.proofs.plan import Plan
from tests.proofs.stage import Theatre
from tests.proofs.verdict import Verdict, timed
from tests.support.servers import Server

LAG = 60.0
"""Seconds at most that a copy lags behind; most lag less."""

SPARE = 4.0
"""Seconds for which messages are due after the primary died."""

FORKING = 6.0
"""More of them while a fork is made."""

SECOND = 8.0
"""Seconds at most until the server that took over dies too: before and after all is settled."""

REPLACED = (0, 0, 0, 0, 0, 0, 1, 1, 1, 2)
"""Workers that are new after a failover, and remember nothing of what was."""

A_SCENE = 20
"""Failovers on the same servers: then fresh ones, so that tables stay small."""

ACCIDENTS = ("plain", "comes back", "fork", "twice", "twice unseen", *["plain"] * 5)
"""What happens, in turn: beside the failover the old primary comes back, or a fork is restored, or
the next failover comes before this one is settled, or before any worker has seen it.
"""


@dataclass
class Total:
    """What all failovers so far came to."""

    verdict: Verdict
    lags: list[float] = field(default_factory=list)
    holds: list[float] = field(default_factory=list)
    stops: int = 0

    def add(self, one: Verdict) -> None:
        """Add up what is counted."""
        for name in ("number", "lost", "doubled", "marked", "seconds"):
            setattr(self.verdict, name, getattr(self.verdict, name) + getattr(one, name))
        self.verdict.faults += one.faults

    def tell(self) -> Verdict:
        """Return the verdict on all of them."""
        lags, holds = self.lags, self.holds
        self.verdict.what = (
            f"{len(lags)} failovers, lag {median(lags):.1f} s, at most {max(lags):.0f} s, {self.stops} stops in it,"
            f" settled in {median(holds):.1f} s, at most {max(holds):.1f} s"
        )
        return self.verdict


def run(theatre: Theatre, plan: Plan) -> Iterator[Verdict]:
    """Let primaries die two hundred times, judge after each, and end at the first broken promise."""
    left, number = plan.times(200, 5), 0
    total = Total(Verdict("failover", "postgresql", "both", plan.seed))
    while number < left and total.verdict.kept:
        held = plan.random.random() < 0.25
        with scene(theatre, plan, hold_emails=held) as played:
            for _ in range(min(A_SCENE, left - number)):
                verdict = Verdict("failover", "postgresql", "both", plan.seed)
                with timed(verdict):
                    _fail_over(played, ACCIDENTS[number % len(ACCIDENTS)], verdict, total)
                number += 1
                verdict.what = f"{number}: {verdict.what}{', emails held' if held else ''}"
                total.add(verdict)
                yield verdict
                if not verdict.kept:
                    break
    yield total.tell()


def _fail_over(played: Scene, accident: str, verdict: Verdict, total: Total) -> None:
    """Let the copy lag, clients stop, the primary die, and the copy take over; then judge."""
    dice, pair, twice = played.plan.random, played.pair, accident.startswith("twice")
    lag = 2 * dice.random() if played.plan.quick else LAG * dice.random() ** 8
    pair.copy()
    quiet = played.add_quiet()
    soon, later = quiet[: STOPS // 2], quiet[STOPS // 2 :]
    played.pour(lag + SPARE + FORKING * (accident == "fork"))
    if accident == "fork":
        played.fork(2 * dice.random())
    played.let_due(soon, STOPS, lag + 2)
    played.copy_and_part()
    _lag(played, lag, soon if twice else quiet)
    if accident == "twice unseen":
        played.tell_workers(signal.SIGSTOP)
    dead, died = played.fail_over(), time.monotonic()
    if twice:
        dead, died = _fail_again(played, dead, later), time.monotonic()
    played.replace_workers(dice.choice(REPLACED))
    played.wait_settled()
    took = time.monotonic() - died
    if accident == "comes back":
        played.come_back(dead)
    played.let_due(later, STOPS)
    played.wait_drained(quiet[0])
    pair.drop(dead)
    played.judge(verdict, quiet[0])
    verdict.what = f"{accident}, lag {lag:.1f} s, settled in {took:.1f} s"
    total.lags.append(lag)
    total.holds.append(took)
    total.stops += len(quiet)


def _lag(played: Scene, seconds: float, stopping: list[int]) -> None:
    """Let time pass in which the copy hears nothing, and clients stop in the midst of it."""
    before = seconds * played.plan.random.random()
    time.sleep(before)
    played.stop(stopping)
    time.sleep(seconds - before)


def _fail_again(played: Scene, dead: Server, stopping: list[int]) -> Server:
    """Let the server that took over die as well, a few seconds later, with stops of its own."""
    played.pair.drop(dead)
    played.pair.copy()
    played.copy_and_part()
    played.tell_workers(signal.SIGCONT)
    _lag(played, SECOND * played.plan.random.random(), stopping)
    return played.fail_over()
