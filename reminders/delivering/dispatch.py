"""The dispatcher: one pass over all that is due, many conversations at a time."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from threading import Event

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reminders.delivering.ledger import Ledger, Settlement
from reminders.rendering.renderer import Renderer, RenderError
from reminders.rules.deciding import Defer, Outcome, Send, Settled, Skip, decide, settle, settled_by
from reminders.rules.terms import Channel, Facts, Reason, Status
from reminders.senders import Sender, SendError, Withheld
from reminders.store.queries import delivery, standing

log = structlog.get_logger()

LEASE = timedelta(minutes=2)
"""How long a claim holds without being handed off: far longer than any conversation takes."""

PATIENCE = timedelta(minutes=30)
"""How long an unproven handoff may be in question before staff are told."""

WIDTH = 32
"""Conversations at a time."""


@dataclass(slots=True)
class Tally:
    """What a pass did, counted by channel or by reason."""

    sent: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    deferred: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    in_doubt: int = 0
    rescued: int = 0

    def note(self, held: Facts, settled: Settled) -> None:
        """Count one settled reminder."""
        reason = settled.reason or ""
        match settled.status:
            case Status.ACCEPTED:
                self.sent[held.channel] += 1
            case Status.SKIPPED:
                self.skipped[reason] += 1
            case Status.PLANNED:
                self.deferred[reason] += 1
            case Status.FAILED:
                self.failed[reason] += 1
            case _:
                self.in_doubt += 1


class Dispatcher:
    """Claim what is due, decide each, and carry the decision out."""

    def __init__(
        self,
        engine: Engine,
        renderer: Renderer,
        senders: Mapping[Channel, Sender],
        clock: Callable[[], datetime],
        name: str = "worker",
        tell: Callable[[Facts, Settled], None] = lambda *_: None,
    ) -> None:
        """Take the database, the wording, the ways out, the clock, a name for the heartbeat,
        and whom to tell of each reminder settled.
        """
        self._engine = engine
        self._renderer = renderer
        self._senders = senders
        self._clock = clock
        self._name = name
        self._tell = tell
        self._stopping = Event()

    def stop(self) -> None:
        """Claim nothing more; what has been handed off is still finished."""
        self._stopping.set()

    def run(self) -> Tally:
        """Make one pass: everything due now is sent, skipped, put off or settled."""
        return asyncio.run(self._pass())

    async def _pass(self) -> Tally:
        ledger, tally = Ledger(self._engine, self._clock), Tally()
        try:
            tally.rescued = await ledger.run(self._tidy)
            await self._work(ledger, tally)
        finally:
            for sender in self._senders.values():
                await sender.close()
            ledger.close()
        return tally

    def _tidy(self, session: Session, now: datetime) -> int:
        delivery.beat(session, self._name, now)
        delivery.give_up_unproven(session, now, PATIENCE)
        return delivery.rescue(session, now)

    async def _work(self, ledger: Ledger, tally: Tally) -> None:
        """Keep as many conversations going as there is room for, until nothing is due."""
        talking: set[asyncio.Task[None]] = set()
        more = True
        while talking or (more and not self._stopping.is_set()):
            if more and not self._stopping.is_set() and len(talking) <= WIDTH // 2:
                room = WIDTH - len(talking)
                held = await ledger.run(partial(_claim, limit=room))
                more = len(held) == room
                talking |= {asyncio.create_task(self._deliver(f, ledger, tally)) for f in held}
            if talking:
                done, talking = await asyncio.wait(talking, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()

    async def _deliver(self, held: Facts, ledger: Ledger, tally: Tally) -> None:
        """See one claimed reminder to its next state, whatever it raises."""
        settlement = await self._attempt(held, ledger)
        if settlement is not None:
            await ledger.settle(settlement)
            tally.note(held, settlement.settled)
            self._tell(held, settlement.settled)

    async def _attempt(self, held: Facts, ledger: Ledger) -> Settlement | None:
        if await self._let_go(held, ledger):
            return None
        match decide(held, self._clock()):
            case Send(until):
                return await self._send(held, until, ledger)
            case (Defer() | Skip()) as decision:
                return Settlement(held, settled_by(decision))

    async def _let_go(self, held: Facts, ledger: Ledger) -> bool:
        """Give a claim back if we were told to stop, and say whether we were."""
        if self._stopping.is_set():
            await ledger.run(
                lambda session, _: delivery.release(session, [delivery.claim_of(held)])
            )
        return self._stopping.is_set()

    async def _send(self, held: Facts, until: datetime, ledger: Ledger) -> Settlement | None:
        handed_off = False

        async def hand_off() -> None:
            nonlocal handed_off
            if await self._let_go(held, ledger):
                raise Withheld
            await ledger.hand_off(held, message)
            handed_off = True

        try:
            message = self._renderer.render(held, self._clock(), until)
            provider_id = await self._senders[held.channel].send(message, hand_off)
        except Withheld:
            return None
        except RenderError:
            log.warning("wording broken", reminder=held.reminder_id, milestone=held.milestone)
            return Settlement(held, Settled(Status.FAILED, Reason.WORDING))
        except SendError as error:
            return self._refused(held, error)
        except Exception:
            log.exception("fault", reminder=held.reminder_id)
            if handed_off:
                return self._refused(held, SendError(Outcome.AMBIGUOUS, "fault"))
            return Settlement(held, Settled(Status.FAILED, Reason.FAULT))
        outcome = Outcome.ACCEPTED
        settled = settle(outcome, held, self._clock())
        return Settlement(held, settled, outcome, provider_id=provider_id)

    def _refused(self, held: Facts, error: SendError) -> Settlement:
        settled = settle(error.outcome, held, self._clock(), error.retry_after)
        return Settlement(held, settled, error.outcome, code=error.code)


def log_settled(held: Facts, settled: Settled) -> None:
    """Log what became of a reminder, by ids and words of ours only."""
    log.info(
        "settled",
        reminder=held.reminder_id,
        clinic=held.clinic.clinic_id,
        channel=held.channel,
        milestone=held.milestone,
        status=settled.status,
        reason=settled.reason,
    )


def _claim(session: Session, now: datetime, limit: int) -> list[Facts]:
    ids = delivery.claim_due(session, now, claim=secrets.token_hex(8), lease=LEASE, limit=limit)
    return standing.facts(session, ids, now) if ids else []
