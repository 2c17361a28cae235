"""Count SMS segments, and replace characters outside the GSM-7 alphabet."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = "\f^{}\\[~]|€"
SEPTETS = dict.fromkeys(_BASIC, 1) | dict.fromkeys(_EXTENDED, 2)
"""GSM 03.38: what each character costs; those of the extension table take an escape."""

_AS_CHEAP = re.compile(r"[\n\r -Z_a-z]*")
"""What ASCII and seven bits have in common at the single price."""

_LOOKALIKES = str.maketrans(
    {
        "‘": "'", "’": "'", "‚": "'", "‛": "'", "ʼ": "'", "′": "'", "`": "'", "´": "'",
        "“": '"', "”": '"', "„": '"', "‟": '"', "″": '"', "«": '"', "»": '"',
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
        "…": "...", "•": "-", "·": "-", "\t": " ",
        "\u00a0": " ", "\u2002": " ", "\u2003": " ", "\u2007": " ", "\u2009": " ", "\u202f": " ",
    },
)  # fmt: skip


class Encoding(StrEnum):
    """How a text travels: seven bits a character, or sixteen."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


@dataclass(frozen=True, slots=True)
class TextSize:
    """What a text costs."""

    encoding: Encoding
    units: int
    segments: int


def fold(text: str) -> str:
    """Replace typographic look-alikes that would triple the price, and drop what cannot be
    seen; letters of a name are never touched.
    """
    if text.isascii() and text.isprintable():
        return text.replace("`", "'")
    composed = unicodedata.normalize("NFC", text).translate(_LOOKALIKES)
    return "".join(character for character in composed if is_visible(character))


def is_visible(character: str) -> bool:
    """Say whether a character shows: no controls but the line feed, no invisible marks."""
    return character == "\n" or unicodedata.category(character) not in {
        "Cc",
        "Cf",
        "Cs",
        "Co",
        "Cn",
    }


def size(text: str) -> TextSize:
    """Count encoding, units and segments of a text as it will be billed.

    160 septets or 70 UTF-16 units fit alone; in parts 153 or 67 each, and neither an escaped
    character nor a surrogate pair is ever torn apart (3GPP TS 23.038 and 23.040).
    """
    if _AS_CHEAP.fullmatch(text):
        return TextSize(Encoding.GSM_7, len(text), 1 if len(text) <= 160 else -(-len(text) // 153))
    if SEPTETS.keys() >= set(text):
        costs = [SEPTETS[character] for character in text]
        return TextSize(Encoding.GSM_7, sum(costs), _parts(costs, 160, 153))
    costs = [2 if ord(character) > 0xFFFF else 1 for character in text]
    return TextSize(Encoding.UCS_2, sum(costs), _parts(costs, 70, 67))


def _parts(costs: list[int], alone: int, together: int) -> int:
    if sum(costs) <= alone:
        return 1
    parts, room = 1, together
    for cost in costs:
        if cost > room:
            parts, room = parts + 1, together
        room -= cost
    return parts


def ucs2_characters(text: str) -> list[str]:
    """Return the characters that force a text into UCS-2, each once, in order."""
    return list(dict.fromkeys(character for character in text if character not in SEPTETS))
