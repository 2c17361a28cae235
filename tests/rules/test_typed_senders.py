"""The sender of texts as people type it: what is read, and what is refused with a sentence."""

from __future__ import annotations

import pytest

from reminders.rules.terms import InputError
from reminders.rules.typed_senders import read_sender

SERVICE = "MG" + "1" * 32


@pytest.mark.parametrize(
    "typed, read",
    [
        (SERVICE, SERVICE),
        (" 80999 ", "80999"),
        ("Rosewood", "Rosewood"),
        ("  Skin   24 ", "Skin 24"),
        ("07700 900123", "+447700900123"),
        ("+1 (888) 555-0100", "+18885550100"),
        ("+49 151 12345678", "+4915112345678"),
    ],
)
def test_a_sender_is_read(typed: str, read: str) -> None:
    assert read_sender(typed, "GB") == read


@pytest.mark.parametrize(
    "typed",
    ["Rosewood Skin", "Rosé", "Skin & Co", "MG123456789012", "12", "+44", "", "1234567890123456789", "A" * 12],
)  # fmt: skip
def test_what_is_no_sender_is_refused(typed: str) -> None:
    with pytest.raises(InputError):
        read_sender(typed, "GB")
