"""What the bytes of a text file say, whichever program wrote them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.rules.text_encodings import decode

WEST = "Prénom;Téléphone\nZoé;06 12\nJürgen Groß;O’Brien\nNúñez, Conceição;£40 Ångström"
POLAND = (
    "Imię;Usługa;Zgoda na SMS\nŁucja Żak;Mezoterapia mikroigłowa;tak\nGrażyna Wójcik;Święta;tak"
)
PLAIN = "Prénom;Nom\nZoé;Lefèvre\nJürgen;Müller\nNúria;Gómez"


@pytest.mark.parametrize(
    "text,encoding",
    [(text, encoding) for text in (WEST, POLAND) for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be")]
    + [(WEST, "cp1252"), (PLAIN, "cp1252"), (PLAIN, "latin-1"), (PLAIN, "cp850"), (PLAIN, "mac-roman"), (POLAND, "cp1250"), (POLAND, "iso8859-2")],
)  # fmt: skip
def test_a_list_is_read_as_it_was_written(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_what_was_encoded_twice_is_read_once() -> None:
    assert decode(WEST.encode().decode("cp1252").encode()) == WEST


@pytest.mark.parametrize("name", ["Ana", "Zoé", "JÜRGEN", "Renée O’Neil", "Łucja", "Ñíguez", "M²"])
def test_what_is_utf_8_stays_so(name: str) -> None:
    assert decode(name.encode()) == name


@given(st.binary(max_size=200))
def test_any_bytes_are_read_as_something(content: bytes) -> None:
    assert isinstance(decode(content), str)
