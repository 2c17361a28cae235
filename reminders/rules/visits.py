"""When a visit is believed to have taken place, and what each word that is said of it changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from reminders.rules.terms import Facts, Reason

SILENCE = timedelta(minutes=30)
"""How long after its end a visit is taken to have taken place where nobody said otherwise."""

EARLY = timedelta(hours=1)
"""How long before its time somebody may have arrived."""


LOOK_AGAIN = timedelta(hours=6)
"""How often aftercare is looked at that waits for somebody's word; the word itself wakes it."""


class ToldBy(StrEnum):
    """Who said whether a client came."""

    STAFF = "staff"  # a person at the desk
    SOURCE = "source"  # a booking system or a list


class Word(StrEnum):
    """What is said of a visit."""

    BOOKED = "booked"  # it is to be; that alone is no word that it was
    CAME = "came"
    ENDED = "ended"  # it is over, as a system's clock may say of one that was missed, too
    MISSED = "missed"  # the client did not come
    CANCELLED = "cancelled"
    UNSAID = "unsaid"  # what was said of it is taken back


@dataclass(frozen=True, slots=True)
class Attendance:
    """What was said of one visit, and when (UTC). One that was missed is cancelled, too."""

    cancelled_at: datetime | None = None
    came_at: datetime | None = None
    missed_at: datetime | None = None
    told_by: ToldBy | None = None


def told(known: Attendance, word: Word, by: ToldBy, now: datetime) -> Attendance:
    """Return what is known of a visit once somebody has said this word of it.

    A booking said again revives what was cancelled, never what was missed; that the client did not
    come, as a person said, is taken back by a person alone.
    """
    match word:
        case Word.CAME | Word.ENDED:
            stands = known.missed_at and (word is Word.ENDED or (known.told_by, by) == _OVERRULED)
            return known if stands else _came(known, by, now)
        case Word.MISSED:
            missed = Attendance(cancelled_at=now, missed_at=now, told_by=by)
            return missed if known.cancelled_at is None else known
        case Word.CANCELLED:
            return replace(known, cancelled_at=known.cancelled_at or now)
        case Word.BOOKED:
            return known if known.missed_at else replace(known, cancelled_at=None)
        case Word.UNSAID:
            return Attendance() if known.missed_at else Attendance(known.cancelled_at)


_OVERRULED = (ToldBy.STAFF, ToldBy.SOURCE)
"""What a person saw, against what a system says later."""


def _came(known: Attendance, by: ToldBy, now: datetime) -> Attendance:
    return replace(known, cancelled_at=None) if known.came_at else Attendance(None, now, None, by)


def restored(known: Attendance) -> Attendance:
    """Return what is known of a visit whose source says outright that it stands: its own word that
    the client did not come is taken back, a person's is not.
    """
    return Attendance() if known.missed_at and known.told_by is ToldBy.SOURCE else known


def moved(known: Attendance, begins_at: datetime, now: datetime) -> Attendance:
    """Return what is still known of a visit that goes to another time (UTC): nobody has come to one
    that lies ahead, or missed the new one. What was cancelled stays so until it is booked again.
    """
    another = begins_at > now or known.missed_at is not None
    return told(known, Word.UNSAID, ToldBy.SOURCE, now) if another else known


def heard(
    known: Attendance, word: Word, begins_at: datetime, now: datetime, *, moves: bool
) -> Attendance:
    """Return what is known of a visit once its source has said this word of it, with the time it begins
    (UTC) and whether that is another than before. Nobody has come yet to what lies ahead.
    """
    early = word in {Word.CAME, Word.ENDED} and not may_have_come(begins_at, now)
    since = moved(known, begins_at, now) if moves else known
    return told(since, Word.BOOKED if early else word, ToldBy.SOURCE, now)


def may_have_come(begins_at: datetime, now: datetime) -> bool:
    """Say whether anybody can have come yet to a visit that begins then (UTC)."""
    return begins_at <= now + EARLY


def unsure(facts: Facts, now: datetime) -> tuple[datetime, Reason] | None:
    """Return why it is not believed yet that the visit took place, and when (UTC) to look again; None
    where it is believed, and for what goes before the visit or hangs on none.
    """
    visit = facts.visit
    if visit is None or facts.stale_at <= visit.ends_at:
        return None
    believed_at = visit.ends_at + (timedelta() if visit.came else SILENCE)
    if now < believed_at:
        return believed_at, Reason.NOT_OVER
    if facts.clinic.attendance_required and not visit.came:
        return now + LOOK_AGAIN, Reason.NOT_CONFIRMED
    return None
