"""Remember for one process where its database last stood, so that a cut in its history is noticed
in the transaction of every handoff, before a byte leaves.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from reminders.rules.history import Cut, LastCommit, Position, RecordedHistory, compare
from reminders.senders import Withheld
from reminders.store.queries import delivery, history
from reminders.store.queries.history import Here

log = structlog.get_logger()


class HistoryCut(Withheld):
    """The database lacks what was committed before, and nothing may leave until that is settled."""


class HistoryWatch:
    """What a process knows of its database's history. ``server`` names the address it is reached
    at, without saying it.
    """

    def __init__(self, server: str = "", *, watching: bool = True) -> None:
        """Start without knowing anything: the first beat tells. Where nothing really leaves there is
        nothing to watch.
        """
        self.server = server
        self.known: LastCommit | None = None
        self._readable: bool | None = None if watching else False

    def look(self, session: Session) -> Here | None:
        """Return where the database stands; None where it cannot be known."""
        found = None if self._readable is False else history.here(session)
        if self._readable is None and session.get_bind().dialect.name == "postgresql":
            self._readable = found is not None
            if found is None:
                log.warning("history cannot be read: a failover would not be noticed")
        return found

    def check(self, session: Session, beats: int | None) -> tuple[Here | None, Cut | None]:
        """Return where the database stands, and in which way its history was cut, if it was. What
        is remembered is read first: another commit may be remembered meanwhile.
        """
        known = self.known
        found = self.look(session)
        return found, None if found is None else self._compare(found, beats, known)

    def _compare(self, found: Here, beats: int | None, known: LastCommit | None) -> Cut | None:
        counted = beats if beats is not None else known.beats if known else 0
        return compare(found.position, counted, found.recorded, known, self.server)

    def beat(self, session: Session, now: datetime) -> None:
        """Let the database remember that its history went on until now; raises ``HistoryCut``."""
        found, cut = self.check(session, None)
        if cut is not None:
            raise HistoryCut
        self.record(session, found, now)

    def require_unbroken(self, session: Session, contacts: Iterable[str]) -> Position | None:
        """Lock numbers and addresses, and return where this transaction stands; raises
        ``HistoryCut``.
        """
        known = self.known
        if self._readable is None:
            self.look(session)
        if not self._readable:
            delivery.lock_contacts(session, contacts)
            return None
        found = history.lock_contacts(session, contacts)
        if self._compare(found, None, known) is not None:
            raise HistoryCut
        return found.position

    def remember(self, position: Position | None, at: datetime, beats: int | None = None) -> None:
        """Remember where something was committed; two may commit at once, the later counts."""
        if position is None:
            return
        known = self.known
        if known is not None and beats is None:
            of = (position, known.position)
            position = max(of, key=lambda one: (one.timeline, one.written))
        if beats is None:
            beats = known.beats if known else 0
        self.known = LastCommit(position, at, beats)

    def accept(self, position: Position | None, at: datetime) -> None:
        """Take where the database stands now for what it is: it is held, and will be settled."""
        self.known = None if position is None else LastCommit(position, at, 0)

    def record(
        self, session: Session, found: Here | None, now: datetime, settled: datetime | None = None
    ) -> None:
        """Let the database remember where it stands, and until when a cut was settled."""
        if found is not None:
            before = found.recorded.settled_until if found.recorded else None
            row = RecordedHistory(found.position.timeline, now, self.server, settled or before)
            history.record(session, row)
