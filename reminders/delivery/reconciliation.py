"""Ask the provider what became of handoffs without a known outcome; never resend blindly."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.orm import Session

from reminders.delivery.group_commit import GroupCommit
from reminders.rules.decision import Outcome, Settled
from reminders.rules.reconciliation import (
    LookupResult,
    Patience,
    UnconfirmedAttempt,
    presume,
    prove,
)
from reminders.rules.terms import Channel, Status
from reminders.senders import Searchable, SearchedMessage, SendError
from reminders.store.queries import attempts, delivery, unconfirmed
from reminders.store.queries.attempts import EndedAttempt

log = structlog.get_logger()

ASKING = timedelta(minutes=1)
"""How long one worker may take to ask before another may."""

TOGETHER = 16
"""How many are asked for at a time."""

MEMORY = timedelta(days=30)
"""How far back unknown texts are asked for again by the ``reconcile`` command."""


@dataclass(frozen=True, slots=True)
class _Answer:
    attempt: UnconfirmedAttempt
    result: LookupResult
    provider_id: str | None = None


class Reconciler:
    """Find out what became of handoffs that were not settled."""

    def __init__(
        self, senders: Mapping[Channel, object], patience: Patience, *, resend: bool
    ) -> None:
        """Take the senders, how long to wait, and whether an email in doubt is sent once more."""
        self._senders = senders
        self._patience = patience
        self._resend = resend

    async def run(self, commits: GroupCommit) -> Counter[str]:
        """Ask about every handoff that is due for it, and count the results."""
        results: Counter[str] = Counter()
        take = partial(unconfirmed.take, again_in=ASKING, limit=TOGETHER)
        while found := await commits.run(take):
            results += await self._settle(found, commits)
        return results

    async def run_by_hand(self, commits: GroupCommit) -> Counter[str]:
        """Ask for all that can have been taken by now, also for what was given up as unknown."""

        def hurry(session: Session, now: datetime) -> list[UnconfirmedAttempt]:
            unconfirmed.make_due(session, now - self._patience.asks[0], now)
            return unconfirmed.unknown(session, now - MEMORY)

        given_up = await commits.run(hurry)
        return await self._settle(given_up, commits) + await self.run(commits)

    async def _settle(
        self, found: Sequence[UnconfirmedAttempt], commits: GroupCommit
    ) -> Counter[str]:
        taken = await commits.run(
            lambda session, now: unconfirmed.known(
                session, unconfirmed.contacts_of(found), now - MEMORY
            )
        )
        answers = await asyncio.gather(
            *(self._ask(attempt_in_doubt, taken) for attempt_in_doubt in found)
        )
        return await commits.run(partial(self._write, answers))

    async def _ask(
        self, attempt_in_doubt: UnconfirmedAttempt, taken: Mapping[str, set[str]]
    ) -> _Answer:
        """Ask the provider about one message; for a sender without search the result is open."""
        sender = self._senders.get(attempt_in_doubt.channel)
        if not isinstance(sender, Searchable):
            return _Answer(attempt_in_doubt, LookupResult.UNHEARD)
        sought = SearchedMessage(
            attempt_in_doubt.reminder_id,
            attempt_in_doubt.contact,
            attempt_in_doubt.body,
            attempt_in_doubt.handoff_at,
            taken[attempt_in_doubt.contact],
            attempt_in_doubt.account_id,
        )
        try:
            provider_id = await sender.find(sought)
        except SendError as error:
            log.warning("could not ask", reminder=attempt_in_doubt.reminder_id, code=error.code)
            return _Answer(attempt_in_doubt, LookupResult.UNHEARD)
        if provider_id is None:
            return _Answer(attempt_in_doubt, LookupResult.ABSENT)
        return _Answer(attempt_in_doubt, LookupResult.FOUND, provider_id)

    def _write(self, answers: Sequence[_Answer], session: Session, now: datetime) -> Counter[str]:
        """Settle each with the clients locked; a message that matches two attempts proves the
        first."""
        delivery.lock_clients(session, {answer.attempt.client_id for answer in answers})
        found = [answer.attempt for answer in answers]
        taken = unconfirmed.known(session, unconfirmed.contacts_of(found), now - MEMORY)
        results: Counter[str] = Counter()
        for answer in answers:
            if answer.provider_id is not None:
                if answer.provider_id in taken[answer.attempt.contact]:
                    continue
                taken[answer.attempt.contact].add(answer.provider_id)
            settled = self._verdict(answer, now)
            if settled.status is not Status.UNKNOWN or answer.attempt.status is Status.HANDOFF:
                results[settled.status] += self._write_one(session, answer, settled, now)
        return results

    def _verdict(self, answer: _Answer, now: datetime) -> Settled:
        if isinstance(self._senders.get(answer.attempt.channel), Searchable):
            return prove(answer.attempt, answer.result, now, self._patience)
        again = self._resend and answer.attempt.channel is Channel.EMAIL
        return presume(answer.attempt, now, resend=again)

    def _write_one(
        self, session: Session, answer: _Answer, settled: Settled, now: datetime
    ) -> bool:
        attempt_in_doubt, missed = answer.attempt, answer.result is LookupResult.ABSENT
        if not unconfirmed.settle(session, attempt_in_doubt, settled, now, missed=missed):
            return False
        if settled.status is not Status.HANDOFF:
            outcome = _OUTCOMES.get(settled.status, Outcome.AMBIGUOUS)
            of = (attempt_in_doubt.reminder_id, attempt_in_doubt.claim)
            ended = EndedAttempt(of, outcome, "asked", answer.provider_id or "")
            attempts.end(session, [ended], now)
            log.info("reconciled", reminder=attempt_in_doubt.reminder_id, status=settled.status)
        return True


_OUTCOMES = {Status.ACCEPTED: Outcome.ACCEPTED}
