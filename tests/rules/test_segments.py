"""What a text costs, and what folding saves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.rules.segments import SEPTETS, Encoding, fold, size, ucs2_characters

VECTORS = Path(__file__).parents[3] / "shared" / "data" / "segments" / "segments.json"


@pytest.mark.parametrize(
    "text,encoding,units,segments",
    [
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 81, "GSM-7", 162, 2),
        # 153 is odd: the escape and its character go on to the next part together.
        ("€" * 153, "GSM-7", 306, 3),
        ("[" + "a" * 158, "GSM-7", 160, 1),
        ("é" * 160, "GSM-7", 160, 1),
        ("ë" * 70, "UCS-2", 70, 1),
        ("ë" * 71, "UCS-2", 71, 2),
        ("ë" * 134, "UCS-2", 134, 2),
        ("ë" * 135, "UCS-2", 135, 3),
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 36, "UCS-2", 72, 2),
        # 67 is odd: a surrogate pair is never torn apart.
        ("😀" * 67, "UCS-2", 134, 3),
    ],
)
def test_segments(text: str, encoding: str, units: int, segments: int) -> None:
    found = size(text)
    assert (found.encoding, found.units, found.segments) == (encoding, units, segments)


@pytest.mark.skipif(not VECTORS.exists(), reason="needs a list of published vectors beside us")
def test_segments_agree_with_twilio_s_own_calculator() -> None:
    wrong = [
        row["text"][:30]
        for row in json.loads(VECTORS.read_text("utf-8"))
        if row.get("use", True)
        and (size(row["text"]).encoding, size(row["text"]).segments)
        != (row["twilio"]["encoding"], row["twilio"]["segments"])
    ]
    assert not wrong


@pytest.mark.parametrize(
    "text,folded",
    [
        ("don’t – “stop”…", 'don\'t - "stop"...'),
        ("9\u202fam\u00a0sharp", "9 am sharp"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("O’Brien", "O'Brien"),
        ("Zoë Siân Łukasz", "Zoë Siân Łukasz"),  # names are never touched
        ("e\u0301", "é"),  # a letter and its accent become the one letter that costs less
    ],
)
def test_folding_saves_segments_and_spares_names(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_the_dear_letters_are_named() -> None:
    assert ucs2_characters("Zoë and Siân, Zoë") == ["ë", "â"]
    assert ucs2_characters("plain") == []


@given(st.text(alphabet=st.sampled_from(list(SEPTETS)), max_size=700))
def test_gsm_texts_never_need_fewer_parts_than_their_septets(text: str) -> None:
    found = size(text)
    assert found.encoding is Encoding.GSM_7
    assert found.units == sum(SEPTETS[character] for character in text)
    least = 1 if found.units <= 160 else -(-found.units // 153)
    assert least <= found.segments <= least + 1 + found.units // 1500


@given(st.text(max_size=200))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
