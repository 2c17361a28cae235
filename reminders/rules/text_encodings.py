"""Encodings: what the bytes of a text file say, in whatever a program has written them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from functools import partial

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like UTF-16's
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""How files begin that say it themselves."""

ONE_BYTE = ("cp1252", "cp1250", "iso8859-2", "cp850", "cp852", "mac-roman", "mac-latin2")
"""What Windows writes in the west and in Poland, then what DOS and old Macs did, as Excel offers them
still; of equals the first.
"""

LOOKED_AT = 200_000
"""So many bytes tell what the others are."""


def decode(content: bytes) -> str:
    """Decode a text file by the mark at its start, else as UTF-8, else in that encoding in which its
    words look most like words.
    """
    marked = next((name for mark, name in MARKS if content.startswith(mark)), None)
    marked = marked or _without_mark(content[:LOOKED_AT])
    if marked:
        return content.decode(marked, "replace").removeprefix("\ufeff")
    try:
        return _once(content.decode("utf-8"))
    except UnicodeDecodeError:
        parts = re.split(rb'[\s,;|"]+', content[:LOOKED_AT])
        words = {part for part in parts if not part.isascii()}
        return content.decode(min(ONE_BYTE, key=partial(_strangeness, words)), "replace")


def _without_mark(start: bytes) -> str | None:
    """Tell UTF-16 that carries no mark: of plain letters every second byte is zero."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    most = len(start) // 4
    if odd > most and even * 8 < odd:
        return "utf-16-le"
    return "utf-16-be" if even > most and odd * 8 < even else None


def _once(text: str) -> str:
    """Undo that UTF-8 was taken for cp1252 and written as UTF-8 again: “ZoÃ©”."""
    if not _TWICE.search(text):
        return text
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text


def _strangeness(words: Iterable[bytes], encoding: str) -> int:
    return sum(_strange_signs(word.decode(encoding, "replace")) for word in words)


def _strange_signs(word: str) -> int:
    """Count what stands in no word: signs inside it, and a capital behind a small letter."""
    apart = zip(f" {word}", word, f"{word[1:]} ", strict=False)
    return sum(_is_strange(*signs) for signs in apart if ord(signs[1]) > 127)


def _is_strange(before: str, sign: str, after: str) -> bool:
    if sign.isalpha():
        return (sign.isupper() and before.islower()) or not sign.isprintable()
    beside = before.isalpha(), after.isalpha()
    return any(beside) and not (sign in _IN_WORDS if all(beside) else sign in _AROUND_WORDS)


_TWICE = re.compile("[ÃÂÄÅ][\u0080-\u00bf\u0152-\u2122]|â€")
_IN_WORDS = "’‘·\xa0\xad‐–"
_AROUND_WORDS = _IN_WORDS + "“”„«»—…™®©°€¿¡•"
