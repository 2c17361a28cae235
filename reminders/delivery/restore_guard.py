"""Stop sending from a database that may be a copy, or restored from an old backup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reminders.delivery.history_watch import HistoryWatch
from reminders.delivery.holds import UNTIL_ADOPTED, Hold, Suspicion
from reminders.delivery.unknown_messages import (
    UnknownMessages,
    findings,
    may_have_left,
    unheard_texts,
)
from reminders.rules.decision import Outcome
from reminders.rules.history import Cut
from reminders.rules.terms import Channel, Reason, Status
from reminders.senders import SendError
from reminders.store.backups import COPIED
from reminders.store.database import reading, writing
from reminders.store.queries import delivery, pauses, restore, stored_settings
from reminders.store.queries.history import Here
from reminders.store.queries.restore import Finding
from reminders.store.restore_detector import RestoreDetector, place_of

log = structlog.get_logger()

SILENCE = timedelta(minutes=5)
"""After so long without a beat Twilio is asked whether it knows of texts that we do not."""

LONGEST_FAILOVER = timedelta(hours=1)
"""Where more is missing, somebody set the database back: what was entered since is to be entered
again before it is compared.
"""

ADDRESS, PLACE, BEATS = "public url", "place", "beats"
"""Marks: under which address and where this database last sent, and how often it has beaten."""


class RestoreGuard:
    """Check at every heartbeat whether this database may send, and find what it does not know."""

    def __init__(
        self,
        engine: Engine,
        messages: UnknownMessages,
        clock: Callable[[], datetime],
        public_url: str,
        history: HistoryWatch,
    ) -> None:
        """Take the database, what finds messages it does not know, the clock, the address we are
        reached at, and what remembers the database's history.
        """
        self._engine = engine
        self._messages = messages
        self._clock = clock
        self._public_url = public_url
        self._history = history
        self._detector = RestoreDetector(engine)

    def check(self) -> Hold | None:
        """Return why nothing may be sent now, or None where all is well. Raises ``SendError`` where
        Twilio has to be asked first and does not answer.
        """
        now = self._clock()
        with writing(self._engine) as session:
            last = delivery.last_beat(session)
            beats = stored_settings.read(session, BEATS, lock=True)
            here, cut = self._history.check(session, beats)
            held = self._read_hold(session, here) or self._suspect(session, cut, here, beats, now)
            if held is not None:
                delivery.beat(session, "held", now)
                return held
            beats = (beats or 0) + 1
            if beats == 1:
                self._detector.write(0, now)  # before anybody can miss it
            self._settle_in(session, beats)
            self._history.record(session, here, now)
        self._history.remember(here.position if here else None, now, beats)
        self._detector.write(beats, now)
        if last is not None and now - last > SILENCE:
            return self._ask(last, now)
        return None

    def _read_hold(self, session: Session, here: Here | None) -> Hold | None:
        """Return the hold there is. After a failover nothing is missing to this process any more
        than to the others, once what it committed last is among what is asked for. Where yet
        another server took over, that one may have sent until now.
        """
        held, known = Hold.read(session), self._history.known
        if held is None or held.suspicion is not Suspicion.FAILOVER or here is None:
            return held
        now, timeline = self._clock(), here.position.timeline
        lost_until = held.lost_until if timeline == held.timeline else now
        if known is None or known.position.timeline < timeline:
            lost_until = max(lost_until, known.at) if known else lost_until
            self._history.accept(here.position, now)
        if (lost_until, timeline) != (held.lost_until, held.timeline):
            held = replace(held, lost_until=lost_until, asked=0, timeline=timeline)
            held = self._note_repeated(session, held, here)
            held.save(session)
        return held

    @staticmethod
    def _note_repeated(session: Session, held: Hold, here: Here) -> Hold:
        """Note where more than one server took over since the last beat that is remembered: what
        went once more after the first may be lost too, and goes no third time.
        """
        timeline = here.position.timeline
        if here.recorded is None or timeline - here.recorded.timeline <= 1:
            return replace(held, timeline=timeline)
        restore.count_as_sent_again(session)
        return replace(held, timeline=timeline, repeated=True)

    def _settle_in(self, session: Session, beats: int) -> None:
        """Record from which address and place this database sends."""
        stored_settings.write(session, BEATS, beats)
        stored_settings.write(session, ADDRESS, self._public_url)
        stored_settings.write(session, PLACE, place_of(session))

    def _suspect(
        self, session: Session, cut: Cut | None, here: Here | None, beats: int | None, now: datetime
    ) -> Hold | None:
        """Compare what the database has recorded with what is outside it."""
        if beats is None and cut is None:
            return None
        counted, seen = beats or 0, self._detector.read()
        tests = (
            (beats is not None and stored_settings.read(session, ADDRESS) != self._public_url, Suspicion.ELSEWHERE),
            (stored_settings.read(session, COPIED) is not None, Suspicion.COPY),
            (beats is not None and stored_settings.read(session, PLACE) != place_of(session), Suspicion.RESTORED),
            (self._detector.gone or (seen is not None and seen[0] > counted), Suspicion.RESTORED),
        )  # fmt: skip
        why = next((why for suspect, why in tests if suspect), None)
        last = delivery.last_beat(session)
        if why is not None:
            newer = seen is not None and seen[0] > counted
            return self._hold(session, why, last, seen[1] if newer and seen else now, now)
        return self._suspect_cut(session, cut, here, last, now) if cut is not None else None

    def _suspect_cut(
        self, session: Session, cut: Cut, here: Here | None, last: datetime | None, now: datetime
    ) -> Hold:
        """Hold a database whose history was cut; the last beat that it remembers is the last that
        is certain.
        """
        known, recorded = self._history.known, here and here.recorded
        certain = recorded.at if recorded else last
        lost_at = known.at if known else now
        set_back = certain is not None and lost_at - certain > LONGEST_FAILOVER
        why = Suspicion(cut.value)
        if cut is Cut.FAILOVER:
            why = Suspicion.RESTORED if set_back else why
            self._history.accept(here.position if here else None, now)
        held = self._hold(session, why, certain, now, now)
        if why is Suspicion.FAILOVER and here is not None:
            held = self._note_repeated(session, held, here)
            held.save(session)
        return held

    @staticmethod
    def _hold(
        session: Session, why: Suspicion, last: datetime | None, lost_until: datetime, now: datetime
    ) -> Hold:
        held = Hold(why, now, last, lost_until)
        held.save(session)
        log.error("held, nothing is sent", why=why)
        return held

    def _ask(self, last: datetime, now: datetime) -> Hold | None:
        """After a gap ask what was sent meanwhile: a restored snapshot looks like a machine that
        was only switched off.
        """
        try:
            listed = self._messages.listed(last)
        except SendError as error:
            if error.outcome is Outcome.CONFIGURATION:
                return None  # no text can leave either
            raise
        with writing(self._engine) as session:
            matches = self._messages.matches(session, listed, now)
            if not any(match.exact or not match.listed.text for match in matches):
                return None  # whose words are gone is ours too: we asked Twilio to forget them
            return self._hold(session, Suspicion.BEHIND, last, now, now)

    def compare(self) -> Counter[str]:
        """Set every open reminder against what the provider says left, mark what did, and let
        sending go on, unless another database may still send. What was proven counts as accepted;
        what can neither be proven nor ruled out, emails above all, as unknown: it is shown to staff
        and never sent by itself. A failover settles by itself. Raises ``SendError``.
        """
        with reading(self._engine) as session:
            held = Hold.read(session)
        if held is None or held.suspicion is Suspicion.FAILOVER:
            return Counter()
        now = self._clock()
        listed = self._messages.listed(held.known_until or held.since - timedelta(days=30))
        with writing(self._engine) as session:
            found = findings(self._messages.matches(session, listed, now))
            found += [
                Finding(one, Status.UNKNOWN)
                for one in may_have_left(session, Channel.EMAIL, held.lost_until, now)
            ]
            unheard = self._messages.unheard
            found += unheard_texts(session, unheard, held.lost_until, now)
            came = Counter[str](one.status for one in restore.record(session, found, now))
            if held.suspicion not in UNTIL_ADOPTED:
                self.release(session, now)
        log.warning("compared with the provider", **came)
        return came

    def adopt(self) -> Hold | None:
        """Allow this database to send as it is, and return why it was held; None where it was
        not."""
        now = self._clock()
        with writing(self._engine) as session:
            beats = stored_settings.read(session, BEATS, lock=True)
            here, cut = self._history.check(session, beats)
            held = Hold.read(session) or self._suspect(session, cut, here, beats, now)
            if held is not None:
                self.release(session, now)
                log.warning("adopted", why=held.suspicion)
        return held

    def release(self, session: Session, settled: datetime) -> None:
        """Let a held database send: all that left until ``settled`` (UTC) is accounted for."""
        now, seen = self._clock(), self._detector.read()
        beats = max(seen[0] if seen else 0, stored_settings.read(session, BEATS) or 0) + 1
        stored_settings.clear(session, pauses.HELD, COPIED)
        pauses.wake(session, Reason.HELD)
        self._settle_in(session, beats)
        self._history.record(session, self._history.look(session), now, settled)
        self._detector.write(beats, now)
