"""Classify an incoming text: opt-out, opt-in, request for help, or a reply for staff."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from reminders.rules import keyword_lists
from reminders.rules.lazy_pattern import LazyPattern


class Kind(StrEnum):
    """What an incoming text asks for."""

    STOP = "stop"
    WRONG_NUMBER = "wrong-number"  # a stop, and the number is not the client's
    START = "start"
    HELP = "help"
    REPLY = "reply"  # for a person to read


STOPS = frozenset({Kind.STOP, Kind.WRONG_NUMBER})
"""After these nothing more is sent to the number."""


LONGEST = 1600
"""Characters; no text is longer (twilio.com/docs/glossary/what-sms-character-limit)."""


@dataclass(frozen=True, slots=True)
class KeywordReading:
    """How a text was understood: ``why`` is the word or passage that decided, ``alarm`` the
    gravest sign of alarm in it. ``bare`` says that a keyword is all there is.
    """

    kind: Kind
    why: str = ""
    alarm: str | None = None
    bare: bool = False

    @property
    def may_mean_appointment(self) -> bool:
        """Say whether it is a CANCEL, which may have been meant for an appointment."""
        return self.bare and self.why in keyword_lists.CANCEL


def read(body: str) -> KeywordReading:
    """Read one text, in whatever language it is.

    A keyword counts alone, the words of Twilio's list and of 47 CFR 64.1200(a)(10) among them; so
    does any wording that a reasonable person takes for a stop, since that law asks no more. START
    and HELP count only alone: the one gives consent, the other may be a real call for help.
    """
    said = _without_quotes(body[:LONGEST])
    sentences = [plain(part) for part in _SENTENCES.split(said)]
    whole = plain(said)
    kind, why, bare = next(_meanings(whole, sentences), (Kind.REPLY, "", False))
    return KeywordReading(kind, why, _alarm(whole), bare)


def plain(text: str) -> str:
    """Return what two spellings of the same words share: small letters without accents or
    apostrophes, single spaces, and no letter three times in a row.
    """
    known = unicodedata.normalize("NFKC", text.replace("🛑", " stop ")).casefold()
    bare = unicodedata.normalize("NFKD", known.translate(_LETTERS))
    kept = "".join(c for c in bare if unicodedata.category(c) not in {"Mn", "Cf"})
    return re.sub(r"(.)\1\1+", r"\1", re.sub(r"[\W_]+", " ", kept).strip())


_LETTERS = str.maketrans({"'": "", "’": "", "‘": "", "`": "", "´": "", "ł": "l", "ø": "o", "#": " number "})  # fmt: skip
_SENTENCES = re.compile(r"[.!?…,;:\n¡¿]+")
_QUOTED = re.compile(r"“[^”]{20,}”|\"[^\"]{20,}\"|«[^»]{20,}»|„[^“”]{20,}[“”]")


def _without_quotes(body: str) -> str:
    """Leave out long quotations: phones send a heart for a message as the message itself,
    quoted, with the “Reply STOP” in it.
    """
    return _QUOTED.sub(" ", body)


def _meanings(whole: str, sentences: Iterable[str]) -> Iterator[tuple[Kind, str, bool]]:
    """Return all that a text may be taken for, the likeliest first."""
    letters = re.sub(r"[\W\d_]", "", whole)
    if letters in keyword_lists.START:
        yield Kind.START, letters, True
    if letters in keyword_lists.HELP:
        yield Kind.HELP, letters, True
    for word in (letters, _keyword(whole)):
        if word in keyword_lists.STOP:
            yield Kind.STOP, word, True
    meant = _UNMEANT.sub(" ", whole)
    if found := _WRONG.search(meant):
        yield Kind.WRONG_NUMBER, found[0], False
    if found := _STOPPING.search(meant):
        yield Kind.STOP, found[0], False
    for word in map(_keyword, sentences):
        if word in keyword_lists.STRONG:
            yield Kind.STOP, word, False


def _keyword(words: str) -> str:
    """Return what is left without courtesies, if it could be a keyword."""
    return "".join(word for word in words.split() if word not in keyword_lists.COURTESY)


def _any(*phrases: str) -> LazyPattern:
    return LazyPattern("|".join(rf"(?:(?<!\w)(?:{phrase})(?!\w))" for phrase in phrases))


_UNMEANT = _any(*keyword_lists.UNMEANT)
_WRONG = _any(*keyword_lists.WRONG_NUMBER)
_STOPPING = _any(*keyword_lists.STOP_PHRASES)
_SIGNS = {sign: _any(*phrases) for sign, phrases in keyword_lists.ALARMS.items()}


def _alarm(whole: str) -> str | None:
    return next((sign for sign, words in _SIGNS.items() if words.search(whole)), None)
