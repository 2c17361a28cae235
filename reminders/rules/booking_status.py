"""Booking status: what became of a booking, by all that the columns of a list say of it together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from reminders.rules import status_words
from reminders.rules.answers import Answer, read_answer
from reminders.rules.folding import fold, key, phrases
from reminders.rules.lazy_pattern import LazyPattern


class Outcome(StrEnum):
    """What became of a booking, the gravest last."""

    TAKES_PLACE = "takes-place"  # or took place
    NOT_YET = "not-yet"  # planned only once it is certain
    UNKNOWN = "unknown"  # a person is asked, once for each word; until then nothing is planned
    NOT_TAKING_PLACE = "not-taking-place"


class Flag(StrEnum):
    """What a yes, a no or a date means in a column that speaks of a booking."""

    STATUS = "status"  # a word of its own
    ENDED = "ended"  # yes or a date: it does not take place (“Canceled”, “Did not arrive”)
    ENDED_WHY = "ended-why"  # anything at all (“Cancellation reason”)
    CAME = "came"  # yes: it took place; no: it did not, once it is over (“Arrived”)
    CERTAIN = "certain"  # no: it is not certain yet (“Confirmed”)
    LABEL = "label"  # anything staff wrote: heard where it is a known word against it


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of a booking: ``word`` is what said so, ``moved`` that it went to another time,
    ``done`` that it is known to have taken place, ``came`` that the client was there, ``ended`` that
    the visit is over (a bill says less), ``missed`` that nobody came.
    """

    outcome: Outcome
    word: str = ""
    moved: bool = False
    done: bool = False
    came: bool = False
    ended: bool = False
    missed: bool = False


STANDS = Standing(Outcome.TAKES_PLACE)
_GRAVITY = list(Outcome)


def status_key(word: str) -> str:
    """Return what an answer about a status word is remembered by."""
    return key(word)


def read_status(word: str) -> Standing:
    """Tell what one status word means; a blank one says nothing against the booking.

    An end outweighs all else that is said, except that it did not come (“not cancelled”) or is
    only asked for.
    """
    if not _says(word):
        return STANDS
    text = fold(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", word))
    outcome, moved, done = _read(text)
    unbilled = _BILL_OR_CLOCK.sub(" ", text)
    came = done and bool(_TOOK_PLACE.search(_OVER.sub(" ", unbilled)))
    ended = done and not came and bool(_TOOK_PLACE.search(unbilled))
    missed = outcome is Outcome.NOT_TAKING_PLACE and bool(_NOBODY_CAME.search(text))
    return Standing(outcome, word.strip(), moved, done, came, ended, missed)


def standing(cells: Iterable[tuple[Flag, str]], *, over: bool) -> Standing:
    """Read together all columns that speak of one booking: the gravest of them counts, but for what
    only was not confirmed or ticked off of one that took place.

    ``over`` says that its time has passed: who has not arrived by then did not come.
    """
    found = [(flag, one) for flag, cell in cells if (one := _column(flag, cell, over=over))]
    if any(one.done for _, one in found):
        found = [(flag, one) for flag, one in found if one.done or flag not in _TICKED]
    return max(
        (one for _, one in found),
        key=lambda one: (_GRAVITY.index(one.outcome), one.moved, one.came or one.missed, one.ended),
        default=STANDS,
    )


@lru_cache(maxsize=4096)
def _column(flag: Flag, cell: str, *, over: bool) -> Standing | None:
    """Tell what one column says; None where it says nothing."""
    if not _says(cell):
        return None
    word = cell.strip()
    if flag is Flag.STATUS:
        return read_status(word)
    if flag is Flag.LABEL:
        found = read_status(word)
        return STANDS if found.outcome is Outcome.UNKNOWN else found
    if flag is Flag.ENDED_WHY:
        never = read_answer(word) is Answer.NO
        return STANDS if never else Standing(Outcome.NOT_TAKING_PLACE, word)
    dated = _DATED.search(word)
    text = read_status(word)
    if fold(word) and not dated and text.outcome is not Outcome.UNKNOWN:
        return text
    answer = Answer.YES if dated else read_answer(word)
    outcome = _ANSWERED.get((flag, answer, over), Outcome.UNKNOWN)
    came = flag is Flag.CAME and answer is Answer.YES
    missed = flag is Flag.CAME and outcome is Outcome.NOT_TAKING_PLACE
    return Standing(outcome, word, came=came, missed=missed)


_TICKED = {Flag.CAME, Flag.CERTAIN}
"""Columns that stay unticked where nobody takes the trouble."""

_ANSWERED = {
    (flag, answer, over): outcome
    for over in (False, True)
    for flag, answer, outcome in (
        (Flag.ENDED, Answer.YES, Outcome.NOT_TAKING_PLACE),
        (Flag.ENDED, Answer.NO, Outcome.TAKES_PLACE),
        (Flag.CAME, Answer.YES, Outcome.TAKES_PLACE),
        (Flag.CAME, Answer.NO, Outcome.NOT_TAKING_PLACE if over else Outcome.TAKES_PLACE),
        (Flag.CERTAIN, Answer.YES, Outcome.TAKES_PLACE),
        (Flag.CERTAIN, Answer.NO, Outcome.NOT_YET),
    )
}


@lru_cache(maxsize=4096)
def _read(word: str) -> tuple[Outcome, bool, bool]:
    text = _STILL_STANDS.sub(" active ", word)
    if _ASKED_TO_END.search(text):
        return Outcome.NOT_YET, False, False
    if _GONE.search(text) or _MOVED.search(text):
        return Outcome.NOT_TAKING_PLACE, not _GONE.search(text), False
    without = _UNDONE.sub(" ", text)
    if _TOOK_PLACE.search(without):
        return Outcome.TAKES_PLACE, False, True
    if _NOT_YET.search(text):
        return Outcome.NOT_YET, False, False
    return (Outcome.TAKES_PLACE if _STANDS.search(without) else Outcome.UNKNOWN), False, False


def _says(cell: str) -> bool:
    said = fold(cell) not in _NOTHING or read_answer(cell) in {Answer.YES, Answer.NO}
    return (said or "?" in cell) and not _NO_DATE.search(cell)


def _any(words: Iterable[str]) -> LazyPattern:
    return LazyPattern(rf"\b(?:{'|'.join(words)})\b")


_STILL_STANDS = _any(status_words.STILL_STANDS)
_ASKED_TO_END = _any(status_words.ASKED_TO_END)
_GONE = _any(status_words.GONE)
_MOVED = _any(status_words.MOVED)
_NOT_YET = _any(status_words.NOT_YET)
_UNDONE = _any(status_words.UNDONE)
_STANDS = _any(status_words.STANDS)
_NOBODY_CAME = _any(status_words.NOBODY_CAME)
_OVER = _any(status_words.OVER)
_BILL_OR_CLOCK = _any(status_words.BILL_OR_CLOCK)
_TOOK_PLACE = _any(status_words.TOOK_PLACE)
_NOTHING = {""} | phrases(status_words.NOTHING)
_NO_DATE = re.compile(r"^\D*(?:\d{1,2}\W\d{1,2}\W)?(?:000[01]|1[89]\d\d)(?:\W|$)|^1970-01-01")
"""Days before there were lists: what programs write for none."""

_DATED = re.compile(
    r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}|\d{1,2}:\d{2}|\b(?:19|20)\d\d\b|^\d{5}(?:\.\d+)?$"
)
