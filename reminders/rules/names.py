"""Names: what stands in the name cells of a list, read into whom we greet and whom we mean."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from reminders.rules import name_words
from reminders.rules.contacts import clean
from reminders.rules.folding import fold
from reminders.rules.ordinary_names import ordinary


class Doubt(StrEnum):
    """Why a person must look at a name before anybody is greeted by it."""

    REMARK = "remark"  # something was cut away: “Ana (VIP)”, “Ana ⭐”
    INITIALS = "initials"
    PLACEHOLDER = "placeholder"  # “Test”, “Walk-in”
    COMPANY = "company"
    SEVERAL = "several"  # “Ana & Tom”
    NO_GIVEN = "no-given"  # only a title or a family name


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name as we would write it; with doubts, ``first`` is only the proposal."""

    first: str
    last: str
    doubts: tuple[Doubt, ...] = ()

    @property
    def is_nobody(self) -> bool:
        """Say whether it is a company's, a family's or no name at all, and nothing can be proposed."""
        return not {Doubt.COMPANY, Doubt.PLACEHOLDER}.isdisjoint(self.doubts)


@dataclass(slots=True)
class _Cell:
    """A cell being read: the words that are left of it, and what was found on the way."""

    words: list[str]
    doubts: list[Doubt]


def read_person(first: str, last: str, whole: str = "") -> PersonName:
    """Read a person's name from their own columns, or from one column for both.

    Titles, credentials and capital letters are put right without a word; whatever is cut away
    beyond that, and whatever may not be a given name, is a doubt.
    """
    plain = ordinary(first, last, whole)
    return PersonName(*plain) if plain else read_closely(first, last, whole)


def read_closely(first: str, last: str, whole: str) -> PersonName:
    """Read a name word by word, whatever stands in its cells."""
    if not first.strip() and whole.strip():
        given, family = _parted(whole)
    elif "," in first and fold(last) in {"", fold(first.partition(",")[0])}:
        given, family = _parted(first)
    else:
        given, family = _opened(first), _opened(last.replace(",", " "), sparing=1, joins=True)
        family.words = _without_credentials(family.words)
        _drop_family(given.words, family.words)
    company = _is_company([fold(word) for word in (*given.words, *family.words)])
    _drop_title(given, family)
    _cut_small_words(given)
    doubts = [*given.doubts, *(d for d in family.doubts if d is not Doubt.REMARK)]
    doubts += [Doubt.COMPANY] if company else []
    given.words, found = _greeted([_plain(word) for word in given.words if _plain(word)])
    doubts += found
    shown = " ".join(_cased(word, small=place > 0) for place, word in enumerate(given.words))
    behind = " ".join(_cased(word.strip(".,"), small=True) for word in family.words)
    return PersonName(shown, behind, tuple(dict.fromkeys(doubts)))


def _is_company(words: Sequence[str]) -> bool:
    letters = "".join(word for word in words[1:] if len(word) == 1)
    return not name_words.COMPANIES.isdisjoint(words) or letters in name_words.COMPANY_LETTERS


# --- what stands in a cell -------------------------------------------------------------------


def _opened(cell: str, *, sparing: int = 0, joins: bool = False) -> _Cell:
    """Cut remarks away, but none of the first ``sparing`` words; where a hyphen between spaces
    joins, it is no dash.
    """
    doubts: list[Doubt] = []
    text = _unquoted(clean(unicodedata.normalize("NFC", cell)))
    text = re.sub(r"(?<=\w)\.(?=\w)", ". ", text)
    text = re.sub(r"\s+[-–—]\s+", "-", text) if joins else text
    kept = _without_remarks(text, sparing)
    if fold(kept) != fold(text) or text.translate(_STRANGE) != text:
        doubts.append(Doubt.REMARK)
    if _SEVERAL.search(kept):
        doubts.append(Doubt.SEVERAL)
        kept = _SEVERAL.split(kept)[0]
    words = [word.strip(".") if len(word) > 2 else word for word in kept.split()]
    return _Cell([word for word in words if fold(word)], doubts)


def _unquoted(text: str) -> str:
    text = text.strip(" '`")
    return text[1:-1] if re.fullmatch(r'"[^"]*"', text) else text


def _without_remarks(text: str, sparing: int) -> str:
    kept = _BRACKETS.sub(" ", text)
    kept = kept.translate(_STRANGE)
    kept = _DASHES.split(kept.strip())[0]
    kept = _without_remark_words(" ".join(kept.split()), sparing)
    words = (w for w in kept.replace(",", " , ").split() if not _NO_NAME.search(w))
    return " ".join(words).replace(" ,", ",").strip(" ,-–—")


def _without_remark_words(text: str, sparing: int) -> str:
    """Cut off what follows a word of a remark; at the front only the word itself."""
    found = _REMARK.match(text)
    while found and not sparing:
        text = text[found.end() :].strip()
        found = _REMARK.match(text)
    for found in _REMARK.finditer(text):
        before = text[: found.start()].split()
        if len(before) >= max(sparing, 1):
            return " ".join(before)
    return text


class _Strange(dict[int, str]):
    """Writes a space for every sign that no name has: a star, a flag, an emoji."""

    def __missing__(self, number: int) -> str:
        self[number] = " " if _is_strange(chr(number)) else chr(number)
        return self[number]


def _is_strange(character: str) -> bool:
    if character in "*#!?~_|^%\\()[]{}<>":
        return True
    strange = unicodedata.category(character) in {"So", "Sk", "Sm", "Sc", "Cs", "Co", "Cn"}
    return strange and character not in "+`´"


def _parted(whole: str) -> tuple[_Cell, _Cell]:
    """Part one cell into given and family names: at its comma, at capitals, else at a space."""
    second = whole.replace(",", " ").split()[1:2]
    cell = _opened(whole, sparing=0 if not second or second[0].isupper() else 2)
    front, comma, behind = " ".join(cell.words).partition(",")
    before, after = front.split(), behind.replace(",", " ").split()
    if comma and not all(fold(w) in _ADDED for w in after):
        return _Cell(after, cell.doubts), _Cell(_without_credentials(before), [])
    words = _without_credentials([*before, *after])
    given, family = _by_order(words)
    return _Cell(given, cell.doubts), _Cell(family, [])


def _by_order(words: list[str]) -> tuple[list[str], list[str]]:
    """Return given and family names: the family's first where it alone stands in capitals
    (“SILVA Ana”); a title with one name behind is the family's.
    """
    titles = [word for word in words if fold(word) in name_words.TITLES]
    words = [word for word in words if word not in titles]
    if titles and len(words) == 1:
        return [], words
    loud = [len(fold(word)) > 1 and word.isupper() for word in words]
    if len(words) > 1 and loud[0] and not loud[-1]:
        at = loud.index(False)
        return words[at:], words[:at]
    at = 1
    while at < len(words) - 1 and _leads(words[at - 1]):
        at += 1
    return words[:at], words[at:]


def _leads(word: str) -> bool:
    return fold(word) in name_words.TITLES_OR_NAMES or len(fold(word)) == 1


def _without_credentials(words: Sequence[str]) -> list[str]:
    return [
        w for place, w in enumerate(words) if not place or fold(w) not in name_words.CREDENTIALS
    ]


def _drop_family(given: list[str], family: list[str]) -> None:
    """Drop a family name that stands in both columns."""
    size = len(family)
    if size and len(given) > size and [*map(fold, given[-size:])] == [*map(fold, family)]:
        del given[-size:]


def _drop_title(given: _Cell, family: _Cell) -> None:
    while given.words and fold(given.words[0]) in name_words.TITLES:
        given.words.pop(0)
    if len(given.words) > 1 and fold(given.words[0]) in name_words.TITLES_OR_NAMES:
        given.words.pop(0)
    given.words = _without_credentials(given.words)
    while len(family.words) > 1 and fold(family.words[0]) in name_words.TITLES:
        family.words.pop(0)


def _cut_small_words(given: _Cell) -> None:
    """Cut off what staff wrote behind a name without a bracket: “Ana owes”, “Ana NEW”."""
    if len(given.words) < 2 or not given.words[0][0].isupper() or given.words[0][1:].isupper():
        return
    for place, word in enumerate(given.words[1:], start=1):
        two = fold(word) in name_words.AND and place + 1 < len(given.words)
        small = word.islower() and fold(word) not in name_words.PARTICLES
        loud = len(word) > 2 and word.isupper()
        if two or small or loud:
            given.doubts.append(Doubt.SEVERAL if two else Doubt.REMARK)
            del given.words[place:]
            return


# --- whom we greet ---------------------------------------------------------------------------


def _greeted(words: list[str]) -> tuple[list[str], list[Doubt]]:
    """Return the given name without initials around it, and why it may be none."""
    doubts: list[Doubt] = []
    if fold(" ".join(words)) in name_words.PLACEHOLDERS:
        doubts.append(Doubt.PLACEHOLDER)
    if not any(character.isalpha() for word in words for character in word):
        return [], [Doubt.NO_GIVEN]
    if _is_initial(words[0]):
        doubts.append(Doubt.INITIALS)
    return [word for word in words if not _is_initial(word)] or words, doubts


def _plain(word: str) -> str:
    """Return a word with nothing in it but letters and what stands between them."""
    if word.isalpha():
        return word
    kept = (c for c in word if unicodedata.category(c)[0] in "LM" or c in "-'’.")
    return "".join(kept).strip("-'’")


def _is_initial(word: str) -> bool:
    """Say whether it is a letter, or capitals no given name is made of; a sign of a script without
    capitals is a name.
    """
    if len(word) > 3 and word.isalpha():
        return False
    letters = "".join(c for c in word if c.isalpha())
    if not letters or letters.upper() == letters.lower():
        return False
    if len(letters) == 1:
        return True
    if letters.isupper() and len(letters) == 2:
        return fold(letters) not in name_words.TWO_LETTERS
    return len(letters) == 3 and letters.isupper() and not re.search("[aeiouy]", fold(letters))


@lru_cache(maxsize=8192)
def _cased(word: str, *, small: bool) -> str:
    """Write a word in capitals, or all small, as a name is written; leave every other as it is."""
    if small and fold(word) in name_words.PARTICLES and (word.isupper() or word.islower()):
        return word.lower()
    if _is_initial(word) or fold(word) in {"ii", "iii", "iv"}:
        return word.upper()
    wrong = word.isupper() or word.islower() or word == word.swapcase().title().swapcase()
    if not wrong:
        return word
    parts = re.split(r"([-'’.])", word.lower())
    return "".join(_capital(part) for part in parts)


def _capital(part: str) -> str:
    if part.startswith("mc") and len(part) > 4:
        return f"Mc{part[2:].capitalize()}"
    return part[:1].upper() + part[1:]


_BRACKETS = re.compile(r"\([^)]*\)?|\[[^\]]*\]?|\{[^}]*\}?|<[^>]*>?|[“\"«][^”\"»]*[”\"»]|[)\]}]")
_SEVERAL = re.compile(r"\s*[&+/]\s*|\s+(?:and|und|et|oraz)\s+", re.IGNORECASE)
_REMARK = re.compile(
    r"(?<![\w'’-])(?:"
    + "|".join(
        re.escape(words).replace(r"\ ", r"[\s'’.-]+")
        for words in sorted(name_words.REMARKS, key=len, reverse=True)
    )
    + r")(?![\w'’-])",
    re.IGNORECASE,
)
_DASHES = re.compile(r"\s[-–—]+(?:\s|$)|[;:]|//")
_NO_NAME = re.compile(r"\d|@|www\.")
_STRANGE = _Strange()
_ADDED = name_words.CREDENTIALS | name_words.GENERATIONS
