"""Estimate the reading age of a text, by a published formula for each language.

Syllables come from the hyphenation patterns that LibreOffice keeps for each language.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from pyphen import Pyphen  # type: ignore[import-untyped]

_SENTENCE = re.compile(r"(?<=[.!?:])\s+|\n+")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_VOWELS = re.compile(r"[aeiouyà-æè-ïò-öø-üœąęýÿ]+")


@dataclass(frozen=True, slots=True)
class TextCounts:
    """What formulas of reading age count: sentences, and the syllables of every word."""

    sentences: int
    syllables: tuple[int, ...]
    letters: tuple[int, ...]

    @property
    def words(self) -> int:
        """Return how many words there are; at least one."""
        return max(1, len(self.syllables))

    @property
    def per_sentence(self) -> float:
        """Return how many words a sentence has."""
        return self.words / self.sentences

    @property
    def per_word(self) -> float:
        """Return how many syllables a word has."""
        return sum(self.syllables) / self.words

    def share(self, counted: tuple[int, ...], least: int) -> float:
        """Return how many words in a hundred have at least so many syllables or letters."""
        return 100 * sum(count >= least for count in counted) / self.words


def _flesch_kincaid(c: TextCounts) -> float:
    """Kincaid and others, 1975."""
    return 0.39 * c.per_sentence + 11.8 * c.per_word - 15.59


def _crawford(c: TextCounts) -> float:
    """Crawford, 1989, for Spanish in the first six years of school."""
    return -20.5 / c.per_sentence + 4.9 * c.per_word - 3.407


def _kandel_moles(c: TextCounts) -> float:
    """Kandel and Moles, 1958, for French, on Flesch's own scale of grades: 90 is the fifth, 80
    the sixth, 70 the seventh.
    """
    ease = 207 - 1.015 * c.per_sentence - 73.6 * c.per_word
    return 14 - ease / 10


def _wiener(c: TextCounts) -> float:
    """Bamberger and Vanecek, 1984: the first Wiener Sachtextformel, for German."""
    long = 0.1935 * c.share(c.syllables, 3) + 0.1297 * c.share(c.letters, 7)
    return long + 0.1672 * c.per_sentence - 0.0327 * (100 - c.share(c.syllables, 2)) - 0.875


def _pisarek(c: TextCounts) -> float:
    """Pisarek, 1969, linear, for Polish: years of school."""
    return c.per_sentence / 3 + c.share(c.syllables, 4) / 3 + 1


def _martins(c: TextCounts) -> float:
    """Martins and others, 1996, Flesch for Brazilian Portuguese: 75 to 100 is read by the fourth
    grade, 50 to 75 by the eighth.
    """
    ease = 248.835 - 1.015 * c.per_sentence - 84.6 * c.per_word
    return 16 - 4 * ease / 25


MEASURES: dict[str, tuple[str, Callable[[TextCounts], float]]] = {
    "flesch-kincaid": ("en_US", _flesch_kincaid),
    "crawford": ("es", _crawford),
    "kandel-moles": ("fr", _kandel_moles),
    "wiener-sachtextformel": ("de_DE", _wiener),
    "pisarek": ("pl", _pisarek),
    "martins": ("pt_BR", _martins),
}


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; a line's end ends one."""
    return [part for part in _SENTENCE.split(text) if _WORD.search(part)]


def words(sentence: str) -> list[str]:
    """Return the words of a sentence, without its numbers."""
    return _WORD.findall(sentence)


def grade(text: str, measure: str) -> float:
    """Return the year of school in which a text is understood; never below 1."""
    dictionary, formula = MEASURES[measure]
    found = [word for sentence in sentences(text) for word in words(sentence)]
    counted = TextCounts(
        max(1, len(sentences(text))),
        tuple(_syllables(word.casefold(), dictionary) for word in found),
        tuple(len(word) for word in found),
    )
    return max(1.0, round(formula(counted), 1))


@lru_cache(maxsize=1 << 14)
def _syllables(word: str, dictionary: str) -> int:
    """Count where a word may be parted or its groups of vowels, whichever is more."""
    silent = word.removesuffix("e") if dictionary in {"en_US", "fr"} else word
    return max(len(_hyphens(dictionary).positions(word)) + 1, len(_VOWELS.findall(silent)))


@lru_cache(maxsize=16)
def _hyphens(dictionary: str) -> Pyphen:
    return Pyphen(lang=dictionary, left=1, right=1)
