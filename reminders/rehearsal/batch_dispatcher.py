"""Send what is due on a rehearsal's copy: by the worker's own steps, but many messages at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reminders.delivery.claims import Queue, Sending, claim
from reminders.delivery.dispatcher import Dispatcher
from reminders.delivery.handoff import hand_off_as_known
from reminders.delivery.pass_summary import PassSummary
from reminders.delivery.settlement import Settlement, Settler
from reminders.rules.decision import Outcome, Settled, settle
from reminders.rules.reconciliation import PATIENCE
from reminders.rules.terms import Channel, Facts, Message, Reason, Status
from reminders.senders import HandOff
from reminders.store.database import reading, writing
from reminders.store.queries import lanes, unconfirmed
from reminders.wording.renderer import Renderer, RenderError

log = structlog.get_logger()

TOGETHER = 500
"""How many are claimed, worded, handed off and settled at a time."""


class AcceptingSender:
    """A sender that accepts every message and sends none."""

    async def send(self, message: Message, hand_off: HandOff) -> str:
        """Hand off, and call it accepted."""
        await hand_off()
        return message.reference

    async def close(self) -> None:
        """Nothing is kept open."""


class BatchDispatcher:
    """Claim what is due, decide each, and carry the decision out, in one transaction: on a copy there
    is no provider to wait for and nobody else who writes, so nothing has to happen beside it.
    """

    def __init__(self, engine: Engine, renderer: Renderer, clock: Callable[[], datetime]) -> None:
        """Take the copy, the wording and the clock."""
        self._engine = engine
        self._renderer = renderer
        self._clock = clock
        accepting = dict.fromkeys(Channel, AcceptingSender())
        self._in_doubt = Dispatcher(engine, renderer, accepting, clock)

    def run(self) -> PassSummary:
        """Make one pass: everything due now is accepted, skipped, put off or settled."""
        summary = PassSummary()
        if self._asks_now():
            summary.proven = self._in_doubt.look_up()
        with writing(self._engine) as session:
            for queue in _queues(session):
                self._drain(session, queue, summary)
        return summary

    def _asks_now(self) -> bool:
        """Say whether any is in doubt, which takes less than to look it up in vain."""
        with reading(self._engine) as session:
            return unconfirmed.is_any_due(session, self._clock())

    def _drain(self, session: Session, queue: Queue, summary: PassSummary) -> None:
        now, may_have_more = self._clock(), True
        while may_have_more:
            claimed = claim(session, now, queue, TOGETHER, PATIENCE.lease)
            for facts, settled in (*claimed.settled, *self._send(session, claimed.sends, now)):
                summary.count(facts, settled)
            may_have_more = claimed.may_have_more

    def _send(
        self, session: Session, sends: Sequence[Sending], now: datetime
    ) -> Iterator[tuple[Facts, Settled]]:
        """Word these, hand off those that still may leave, and settle them as accepted."""
        worded = [(one, self._worded(one, now)) for one in sends]
        leaving = [(one, words) for one, words in worded if isinstance(words, Message)]
        ends = [Settlement(one.facts, end) for one, end in worded if isinstance(end, Settled)]
        pairs = [(one.facts, words) for one, words in leaving]
        known = [facts for facts, _ in pairs]  # in this transaction, and nobody else writes here
        may = hand_off_as_known(session, pairs, known, now, PATIENCE)
        for (one, words), goes in zip(leaving, may, strict=True):
            if goes:
                ends.append(_accepted(one, words, now))
        Settler().settle(session, ends, now)
        return ((end.facts, end.settled) for end in ends)

    def _worded(self, sending: Sending, now: datetime) -> Message | Settled:
        """Return the message, or how its reminder ends where it cannot be worded."""
        try:
            return self._renderer.render(sending.facts, now, sending.until)
        except RenderError:
            return Settled(Status.FAILED, Reason.WORDING)
        except Exception:
            log.exception("fault", reminder=sending.facts.reminder_id)
            return Settled(Status.FAILED, Reason.FAULT)


def _queues(session: Session) -> Iterator[Queue]:
    yield from (Queue(Channel.SMS, key) for key in ("", *lanes.sender_keys(session)))
    yield Queue(Channel.EMAIL)


def _accepted(sending: Sending, message: Message, now: datetime) -> Settlement:
    facts, accepted = sending.facts, Outcome.ACCEPTED
    settled = settle(accepted, facts, now)
    return Settlement(facts, settled, accepted, now, provider_id=message.reference)
