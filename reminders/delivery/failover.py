"""After a failover settle by what Twilio says what left in the seconds that the new server lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reminders.delivery.holds import Hold, Suspicion
from reminders.delivery.unknown_messages import (
    Match,
    UnknownMessages,
    findings,
    may_have_left,
    unheard_texts,
)
from reminders.rules.reconciliation import Patience
from reminders.rules.terms import Channel, Status
from reminders.store.database import writing
from reminders.store.queries import restore, stored_settings
from reminders.store.queries.restore import Finding

log = structlog.get_logger()

FAILOVER = "failover"
"""The stored setting that says what the last failover brought."""


@dataclass(frozen=True, slots=True)
class FailoverReport:
    """What a failover brought: between which moments (UTC) the database lacks what was written, how
    many texts had left in them and how many may have, how many emails go once more or wait for a
    person, and how many texts of clients were read again. ``number`` counts failovers;
    ``settled_at`` is None while Twilio is still being asked.
    """

    since: datetime
    known_until: datetime | None
    lost_until: datetime
    settled_at: datetime | None = None
    texts_left: int = 0
    texts_unproven: int = 0
    emails_again: int = 0
    emails_unproven: int = 0
    texts_heard: int = 0
    number: int = 1

    @classmethod
    def read(cls, session: Session) -> FailoverReport | None:
        """Return what the last failover brought; None where there was none."""
        stored = stored_settings.read(session, FAILOVER)
        if stored is None:
            return None
        moments = {
            name: datetime.fromisoformat(value) for name, value in stored.items() if isinstance(value, str)
        }  # fmt: skip
        return cls(**stored | moments)

    @classmethod
    def of(cls, session: Session, held: Hold) -> FailoverReport:
        """Return what is known so far of the failover a database is held for."""
        last = cls.read(session)
        if last is not None and last.since == held.since:
            return replace(last, lost_until=held.lost_until)
        number = last.number + 1 if last else 1
        return cls(held.since, held.known_until, held.lost_until, number=number)

    def save(self, session: Session) -> None:
        """Keep it in place of the one before."""
        row = asdict(self)
        moments = {n: v.isoformat() for n, v in row.items() if isinstance(v, datetime)}
        stored_settings.write(session, FAILOVER, row | moments)


class FailoverSettler:
    """Settle a failover: ask when a single text in doubt would be asked for, mark what left, and let
    the rest go once all is accounted for, or was missing at every ask.
    """

    def __init__(
        self,
        engine: Engine,
        messages: UnknownMessages,
        clock: Callable[[], datetime],
        patience: Patience,
        read_first: Callable[[], int],
        release: Callable[[Session, datetime], None],
        *,
        resend: bool,
    ) -> None:
        """Take the database, what lists texts, the clock, waiting times, what asks first for
        handoffs in doubt and for clients' texts and counts these, what ends a hold, and whether an
        email in doubt is sent once more.
        """
        self._engine = engine
        self._messages = messages
        self._clock = clock
        self._patience = patience
        self._read_first = read_first
        self._release = release
        self._resend = resend

    def advance(self, held: Hold) -> Hold | None:
        """Ask where it is time to, and return why the database is still held; None once it may send
        again. Raises ``SendError``.
        """
        asks = self._patience.asks
        if self._clock() < held.lost_until + asks[min(held.asked, len(asks) - 1)]:
            return held
        heard = self._read_first()  # an opt-out may be among what was lost
        listed = self._messages.listed(held.known_until or held.since)
        now = self._clock()
        with writing(self._engine) as session:
            if Hold.read(session, lock=True) != held:
                return Hold.read(session)  # another worker was quicker
            matches = list(self._messages.matches(session, listed, now))
            if any(match.exact and self._is_another_ones(match, held) for match in matches):
                return self._hold_as_fork(session, held)
            report = FailoverReport.of(session, held)
            report = _mark_texts(session, report, findings(matches), now)
            report = replace(report, texts_heard=max(report.texts_heard, heard))
            if self._must_wait(session, held, now):
                report.save(session)
                waiting = replace(held, asked=held.asked + 1)
                waiting.save(session)
                return waiting
            unheard = self._messages.unheard
            unsure = unheard_texts(session, unheard, held.lost_until, now)
            report = _mark_texts(session, report, unsure, now)
            report = self._mark_emails(session, report, now, again=not held.repeated)
            replace(report, settled_at=now).save(session)
            self._release(session, held.lost_until)
        log.warning("failover settled", texts=report.texts_left, emails=report.emails_again)
        return None

    def _is_another_ones(self, match: Match, held: Hold) -> bool:
        """Say whether it left after everything here had stopped: then another database sends."""
        return match.listed.created_at > held.lost_until + self._patience.asks[0] / 2

    @staticmethod
    def _hold_as_fork(session: Session, held: Hold) -> Hold:
        log.error("another database sends the same messages")
        fork = replace(held, suspicion=Suspicion.FORK)
        fork.save(session)
        return fork

    def _must_wait(self, session: Session, held: Hold, now: datetime) -> bool:
        """Say whether a text that may have left is neither found nor missed often enough."""
        if held.asked + 1 >= len(self._patience.asks):
            return False
        return any(may_have_left(session, Channel.SMS, held.lost_until, now))

    def _mark_emails(
        self, session: Session, report: FailoverReport, now: datetime, *, again: bool
    ) -> FailoverReport:
        """No mail server can be asked: what may have left goes once more or waits for a person."""
        doubts = {
            one.reminder_id: one
            for one in may_have_left(session, Channel.EMAIL, report.lost_until, now)
        }
        going = doubts if again and self._resend else ()
        resent = restore.mark_maybe_twice(session, going, now)
        held = [
            Finding(one, Status.UNKNOWN) for number, one in doubts.items() if number not in resent
        ]
        unproven = restore.record(session, held, now)
        return replace(report, emails_again=len(resent), emails_unproven=len(unproven))


def _mark_texts(
    session: Session, report: FailoverReport, found: Sequence[Finding], now: datetime
) -> FailoverReport:
    """Mark what the provider says left: as accepted, or in doubt where its words are others."""
    came = Counter(one.status for one in restore.record(session, found, now))
    return replace(
        report,
        texts_left=report.texts_left + came[Status.ACCEPTED],
        texts_unproven=report.texts_unproven + came[Status.UNKNOWN],
    )
