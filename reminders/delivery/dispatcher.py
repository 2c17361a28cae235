"""Send everything that is due in one pass, with many deliveries at a time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from threading import Event

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from reminders.delivery.claims import Sending
from reminders.delivery.concurrency import all_of
from reminders.delivery.group_commit import GroupCommit
from reminders.delivery.heartbeat import beat_until_cancelled
from reminders.delivery.history_watch import HistoryCut, HistoryWatch
from reminders.delivery.pass_summary import PassSummary, report_missed
from reminders.delivery.queues import STAY, Queues, Rates
from reminders.delivery.reconciliation import Reconciler
from reminders.delivery.settlement import Settlement
from reminders.rules.decision import Outcome, Settled, settle
from reminders.rules.lanes import PROBE
from reminders.rules.reconciliation import PATIENCE, Patience
from reminders.rules.terms import Channel, Facts, Reason, Status
from reminders.senders import Sender, SendError, Withheld
from reminders.store.queries import delivery, lanes, unconfirmed
from reminders.store.transactions import Transactions
from reminders.wording.renderer import Renderer, RenderError

log = structlog.get_logger()

HEED = 0.1
"""Seconds between checks for a request to stop."""

Tell = Callable[[Facts, Settled], None]


class Dispatcher:
    """Claim what is due, decide each, and carry the decision out."""

    def __init__(
        self,
        engine: Engine,
        renderer: Renderer,
        senders: Mapping[Channel, Sender],
        clock: Callable[[], datetime],
        name: str = "worker",
        tell: Tell = lambda *_: None,
        patience: Patience = PATIENCE,
        *,
        resend: bool = True,
        rates: Rates | None = None,
        history: HistoryWatch | None = None,
        connections: int = 3,
    ) -> None:
        """Take the database, the wording, the senders, the clock, a name for the heartbeat, a
        callback for each settled reminder, waiting times, whether an email in doubt is sent
        once more, what remembers the database's history, and how many connections a pass may
        have to it.
        """
        self._transactions = Transactions(engine, connections)
        self._renderer = renderer
        self._senders = senders
        self._clock = clock
        self._name = name
        self._on_settled = tell
        self._patience = patience
        self._reconciler = Reconciler(senders, patience, resend=resend)
        self._stopping = Event()
        self._rates = rates or Rates()
        self._history = history or HistoryWatch(watching=False)
        self._stopped_lanes: dict[lanes.Key, datetime] = {}
        self._abortable: set[asyncio.Timeout] = set()
        self._last_beat: datetime | None = None

    def stop(self) -> None:
        """Claim nothing more, and finish what has been handed off."""
        self._stopping.set()

    def kept(self) -> AbstractContextManager[None]:
        """Keep connections to the database between passes until the context ends."""
        return self._transactions.kept()

    def run(self) -> PassSummary:
        """Make one pass: everything due now is sent, skipped, put off or settled."""
        return self._transactions.drive(self._pass())

    def reconcile(self) -> Counter[str]:
        """Ask the provider now for everything in doubt or unknown, and count the results."""
        return self._transactions.drive(self._reconcile())

    @asynccontextmanager
    async def _commits(self) -> AsyncIterator[GroupCommit]:
        commits = GroupCommit(self._transactions, self._clock, self._patience, self._history)
        try:
            yield commits
        finally:
            await asyncio.gather(*(sender.close() for sender in self._senders.values()))
            if commits.cut:
                await (
                    self._transactions.close()
                )  # they may lead to a server that is no longer meant

    def look_up(self) -> Counter[str]:
        """Ask the provider for what is due to be asked for, and send nothing."""
        return self._transactions.drive(self._reconcile(by_hand=False))

    async def _reconcile(self, *, by_hand: bool = True) -> Counter[str]:
        async with self._commits() as commits:
            ask = self._reconciler.run_by_hand if by_hand else self._reconciler.run
            return await ask(commits)

    async def _pass(self) -> PassSummary:
        summary = PassSummary()
        async with self._commits() as commits:
            summary.rescued, is_due = await commits.run(self._begin)
            if not is_due:
                return summary
            deliver = partial(self._deliver, commits=commits, summary=summary)
            record = partial(self._record, summary)
            lease = self._patience.lease
            queues = Queues(
                commits, self._rates, self._clock, lease, self._stopping, deliver, record
            )
            drains = [queues.drain(channel) for channel in self._senders]
            meanwhile = [
                asyncio.create_task(self._abort_on_stop()),
                asyncio.create_task(beat_until_cancelled(commits, self._history, self._name)),
            ]
            try:
                await all_of(*drains, self._look_up_unconfirmed(commits, summary))
            finally:
                for one in meanwhile:
                    one.cancel()
                await asyncio.gather(*meanwhile, return_exceptions=True)
            await report_missed(commits, summary, self._last_beat, self._clock())
        return summary

    def _begin(self, session: Session, now: datetime) -> tuple[int, bool]:
        """Release expired claims, count them, and say whether there is anything to do in this pass."""
        self._last_beat = delivery.last_beat(session)
        delivery.beat(session, self._name, now)
        rescued = delivery.rescue(session, now)
        is_due = lanes.is_any_due(session, now + timedelta(seconds=STAY))
        return rescued, is_due or unconfirmed.is_any_due(session, now)

    async def _look_up_unconfirmed(self, commits: GroupCommit, summary: PassSummary) -> None:
        if not self._stopping.is_set():
            summary.proven = await self._reconciler.run(commits)

    async def _deliver(self, sending: Sending, commits: GroupCommit, summary: PassSummary) -> None:
        """Bring one claimed reminder to its next state, whatever it raises."""
        commits.conversations += 1
        try:
            if (settlement := await self._attempt_unless_stopped(sending, commits)) is not None:
                await commits.settle(settlement)
                self._record(summary, sending.facts, settlement.settled)
        except HistoryCut:
            pass  # said once for all
        except Exception:
            log.exception("not written down", reminder=sending.facts.reminder_id)
        finally:
            commits.conversations -= 1

    def _record(self, summary: PassSummary, facts: Facts, settled: Settled) -> None:
        summary.count(facts, settled)
        self._on_settled(facts, settled)

    async def _release_if_stopped(self, facts: Facts, commits: GroupCommit) -> bool:
        """Release a claim if the worker is stopping or its lane was stopped; say whether so."""
        shut_until = self._stopped_lanes.get(lanes.lane_of(facts))
        shut = shut_until is not None and self._clock() < shut_until
        if ended := shut or self._stopping.is_set():
            free = [delivery.claim_of(facts)]
            await commits.run(lambda session, _: delivery.release(session, free))
        return ended

    async def _attempt_unless_stopped(
        self, sending: Sending, commits: GroupCommit
    ) -> Settlement | None:
        """Make an attempt; when the worker is stopping, abort it if nothing was handed off yet,
        however slow the provider is.
        """
        if commits.cut or await self._release_if_stopped(sending.facts, commits):
            return None
        try:
            async with asyncio.timeout(None) as until_stopped:
                self._abortable.add(until_stopped)
                try:
                    return await self._attempt(sending, commits, until_stopped)
                finally:
                    self._abortable.discard(until_stopped)
        except TimeoutError:
            await self._release_if_stopped(sending.facts, commits)
            return None

    async def _abort_on_stop(self) -> None:
        """When stopping, abort every delivery that was not handed off."""
        while True:
            await asyncio.sleep(HEED)
            if self._stopping.is_set():
                for until_stopped in self._abortable:
                    until_stopped.reschedule(0)
                self._abortable.clear()

    async def _attempt(
        self, sending: Sending, commits: GroupCommit, until_stopped: asyncio.Timeout
    ) -> Settlement | None:
        """Render, hand off and send; None where it was withheld."""
        facts, tried_at, handed_off = sending.facts, self._clock(), False

        async def hand_off() -> float:
            nonlocal handed_off
            self._abortable.discard(until_stopped)
            try:
                if await self._release_if_stopped(facts, commits):
                    raise Withheld
                deadline = await commits.hand_off(facts, message)
            except SQLAlchemyError as error:
                raise SendError(Outcome.KEPT, "database away") from error
            handed_off = True
            return deadline

        try:
            message = self._renderer.render(facts, tried_at, sending.until)
            provider_id = await self._senders[facts.channel].send(message, hand_off)
        except Withheld:
            return None
        except RenderError:
            log.warning("wording broken", reminder=facts.reminder_id, milestone=facts.milestone)
            return Settlement(facts, Settled(Status.FAILED, Reason.WORDING))
        except SendError as error:
            return self._refused(sending, error, tried_at)
        except Exception:
            log.exception("fault", reminder=facts.reminder_id)
            if handed_off:
                return self._refused(sending, SendError(Outcome.AMBIGUOUS, "fault"), tried_at)
            return Settlement(facts, Settled(Status.FAILED, Reason.FAULT))
        settled = settle(Outcome.ACCEPTED, facts, self._clock())
        trying = sending.trying
        return Settlement(
            facts, settled, Outcome.ACCEPTED, tried_at, provider_id=provider_id, trying=trying
        )

    def _refused(self, sending: Sending, error: SendError, tried_at: datetime) -> Settlement:
        facts, wait = sending.facts, error.retry_after
        if error.outcome is Outcome.CONFIGURATION:
            self._stopped_lanes[lanes.lane_of(facts)] = self._clock() + PROBE
        return Settlement(
            facts,
            settle(error.outcome, facts, self._clock(), wait),
            error.outcome,
            tried_at,
            code=error.code,
            retry_after=wait,
            trying=sending.trying,
        )
