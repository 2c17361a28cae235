"""Stop sending from a database that may be a copy, or restored from an old backup."""

from __future__ import annotations

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reminders.rules.decision import Outcome, Skip, decide
from reminders.rules.terms import Facts, Reason, Status
from reminders.senders import ListedMessage, ListsMessages, Sender, SendError
from reminders.store.backups import COPIED
from reminders.store.database import reading, writing
from reminders.store.queries import delivery, pauses, reminder_facts, restore, stored_settings
from reminders.store.restore_detector import RestoreDetector, place_of
from reminders.wording.renderer import Renderer, RenderError

log = structlog.get_logger()

SILENCE = timedelta(minutes=5)
"""After so long without a beat Twilio is asked whether it knows of texts that we do not."""

CLOCKS_APART = timedelta(minutes=5)
"""How far Twilio's clock may be from ours."""

ADDRESS, PLACE, BEATS = "public url", "place", "beats"
"""Marks: under which address and where this database last sent, and how often it has beaten."""

_LINK = re.compile(r"https?://\S+")


class Suspicion(StrEnum):
    """Why a database is suspected to be a copy or restored."""

    ELSEWHERE = "elsewhere"  # it last sent under another address
    COPY = "copy"  # a backup, put in place
    RESTORED = "restored"  # put back from a dump, or older than its witness
    BEHIND = "behind"  # the provider took what it still means to send


PLAIN = {
    Suspicion.ELSEWHERE: "it last sent under another address, and may be a copy of one that still sends",
    Suspicion.COPY: "it is a backup that was put in place",
    Suspicion.RESTORED: "it was restored or moved, and may be older than what was sent",
    Suspicion.BEHIND: "Twilio has sent texts that this database has yet to send",
}


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a database is held, since when, and between which moments (UTC) something may have
    left that it does not know of.
    """

    suspicion: Suspicion
    since: datetime
    known_until: datetime | None
    lost_until: datetime

    @classmethod
    def read(cls, session: Session) -> Hold | None:
        """Return why the database is held; None where it is not."""
        stored = stored_settings.read(session, pauses.HELD)
        if stored is None:
            return None
        moments = {
            name: datetime.fromisoformat(stored[name]) if stored[name] else None
            for name in ("since", "known_until", "lost_until")
        }
        return cls(Suspicion(stored["suspicion"]), **moments)  # type: ignore[arg-type]

    def save(self, session: Session) -> None:
        """Hold the database from now on."""
        stored = {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in asdict(self).items()
        }
        stored_settings.write(session, pauses.HELD, stored)


@dataclass(frozen=True, slots=True)
class Match:
    """An open reminder and the provider's message that is it, or (not ``exact``) may be."""

    reminder: Facts
    listed: ListedMessage
    exact: bool


class RestoreGuard:
    """Check at every heartbeat whether this database may send, and find what it does not know."""

    def __init__(
        self,
        engine: Engine,
        renderer: Renderer,
        clock: Callable[[], datetime],
        public_url: str,
        texts: Callable[[], Sender],
    ) -> None:
        """Take the database, the wording, the clock, the address we are reached at, and what makes
        the sender for texts.
        """
        self._engine = engine
        self._renderer = renderer
        self._clock = clock
        self._public_url = public_url
        self._texts = texts
        self._detector = RestoreDetector(engine)

    def check(self) -> Hold | None:
        """Return why nothing may be sent now, or None where all is well. Raises ``SendError`` where
        Twilio has to be asked first and does not answer.
        """
        now = self._clock()
        with writing(self._engine) as session:
            last = delivery.last_beat(session)
            held = Hold.read(session) or self._suspect(session, last, now)
            if held is not None:
                delivery.beat(session, "held", now)
                return held
            beats = (stored_settings.read(session, BEATS) or 0) + 1
            if beats == 1:
                self._detector.write(0, now)  # before anybody can miss it
            self._settle_in(session, beats)
        self._detector.write(beats, now)
        if last is not None and now - last > SILENCE:
            return self._ask(last, now)
        return None

    def _settle_in(self, session: Session, beats: int) -> None:
        """Record from which address and place this database sends."""
        stored_settings.write(session, BEATS, beats)
        stored_settings.write(session, ADDRESS, self._public_url)
        stored_settings.write(session, PLACE, place_of(session))

    def _suspect(self, session: Session, last: datetime | None, now: datetime) -> Hold | None:
        """Compare what the database has recorded with what is outside it."""
        beats, seen = stored_settings.read(session, BEATS), self._detector.read()
        if beats is None:
            return None
        tests = (
            (stored_settings.read(session, ADDRESS) != self._public_url, Suspicion.ELSEWHERE),
            (stored_settings.read(session, COPIED) is not None, Suspicion.COPY),
            (stored_settings.read(session, PLACE) != place_of(session), Suspicion.RESTORED),
            (self._detector.gone or (seen is not None and seen[0] > beats), Suspicion.RESTORED),
        )
        why = next((why for suspect, why in tests if suspect), None)
        if why is None:
            return None
        newer = seen is not None and seen[0] > beats
        return self._hold(session, why, last, seen[1] if newer and seen else now, now)

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
            listed = self._listed(last)
        except SendError as error:
            if error.outcome is Outcome.CONFIGURATION:
                return None  # no text can leave either
            raise
        with writing(self._engine) as session:
            matches = self._matches(session, listed, now)
            if not any(match.exact or not match.listed.text for match in matches):
                return None  # whose words are gone is ours too: we asked Twilio to forget them
            return self._hold(session, Suspicion.BEHIND, last, now, now)

    def _listed(self, since: datetime) -> list[ListedMessage]:
        async def ask() -> list[ListedMessage]:
            sender = self._texts()
            try:
                if not isinstance(sender, ListsMessages):
                    return []
                return await sender.sent_since(since - CLOCKS_APART)
            finally:
                await sender.close()

        return asyncio.run(ask())

    def compare(self) -> Counter[str]:
        """Set every open reminder against what the provider says left, mark what did, and let
        sending go on, unless the database is held for its address. What was proven counts as
        accepted; what can neither be proven nor ruled out, emails above all, as unknown: it is
        shown to staff and never sent by itself. Raises ``SendError``.
        """
        with reading(self._engine) as session:
            held = Hold.read(session)
        if held is None:
            return Counter()
        now, came = self._clock(), Counter[str]()
        listed = self._listed(held.known_until or held.since - timedelta(days=30))
        with writing(self._engine) as session:
            for match in list(self._matches(session, listed, now)):
                status = Status.ACCEPTED if match.exact else Status.UNKNOWN
                came[status] += restore.record_outcome(
                    session,
                    match.reminder,
                    status,
                    now,
                    left_at=match.listed.created_at,
                    provider_id=match.listed.provider_id,
                    text=match.listed.text,
                )
            for one in self._unproven_emails(session, held, now):
                came[Status.UNKNOWN] += restore.record_outcome(session, one, Status.UNKNOWN, now)
            if held.suspicion is not Suspicion.ELSEWHERE:
                self._release(session)
        log.warning("compared with the provider", **came)
        return came

    def adopt(self) -> Hold | None:
        """Allow this database to send as it is, and return why it was held; None where it was
        not."""
        with writing(self._engine) as session:
            held = Hold.read(session) or self._suspect(
                session, delivery.last_beat(session), self._clock()
            )
            if held is not None:
                self._release(session)
                log.warning("adopted", why=held.suspicion)
        return held

    def _release(self, session: Session) -> None:
        seen = self._detector.read() or (0, self._clock())
        beats = max(seen[0], stored_settings.read(session, BEATS) or 0) + 1
        stored_settings.clear(session, pauses.HELD, COPIED)
        pauses.wake(session, Reason.HELD)
        self._settle_in(session, beats)
        self._detector.write(beats, self._clock())

    def _matches(
        self, session: Session, listed: Sequence[ListedMessage], now: datetime
    ) -> Iterator[Match]:
        """Pair what left with what is still open: by its words, links apart, or else by whose
        moment it was.
        """
        known = restore.known(session, [one.provider_id for one in listed])
        new = [one for one in listed if one.provider_id not in known]
        contacts = {one.to for one in new} - restore.in_doubt(session, {one.to for one in new})
        waiting: dict[str, list[Facts]] = defaultdict(list)
        for one in reminder_facts.facts(session, restore.open_texts(session, contacts), now):
            waiting[str(one.contact)].append(one)
        for exact, fits in ((True, self._same_text), (False, _near_in_time)):
            for message in sorted(new, key=lambda one: one.created_at):
                open_ones = waiting.get(message.to, [])
                found = next((one for one in open_ones if fits(one, message)), None)
                if found is not None:
                    open_ones.remove(found)
                    new.remove(message)
                    yield Match(found, message, exact)

    def _same_text(self, one: Facts, message: ListedMessage) -> bool:
        try:
            words = self._renderer.render(one, message.created_at, one.stale_at).text
        except RenderError:
            return False
        return _LINK.sub("", words) == _LINK.sub("", message.text)

    @staticmethod
    def _unproven_emails(session: Session, held: Hold, now: datetime) -> Iterator[Facts]:
        """Return the emails that would have left in the lost time."""
        for one in reminder_facts.facts(
            session, restore.open_emails(session, held.lost_until), now
        ):
            in_time = min(now, one.stale_at - timedelta(seconds=1))
            if one.clinic.live and not isinstance(decide(one, in_time), Skip):
                yield one


def _near_in_time(one: Facts, message: ListedMessage) -> bool:
    return one.scheduled_at - CLOCKS_APART <= message.created_at < one.stale_at
