"""Sending hours with the weekdays of a language: what is shown is read again, and English always is."""

from __future__ import annotations

import pytest

from reminders.rules.translation import translated_to
from reminders.wording.library import packaged
from reminders.wording.weekdays import hours_read, hours_shown

KEPT = "Mon-Sat 09:00-20:00, Sun 12:00-20:00"


@pytest.mark.parametrize("language", packaged().desk_languages)
def test_what_is_shown_is_read_again(language: str) -> None:
    with translated_to(packaged().translation(language)):
        assert hours_read(hours_shown(KEPT)) == hours_read(KEPT) == KEPT


def test_whole_names_are_read() -> None:
    with translated_to(packaged().translation("de")):
        assert hours_shown(KEPT) == "Mo-Sa 09:00-20:00, So 12:00-20:00"
        assert hours_read("montag-Fr. 9:00-18:00") == "Mon-Fri 9:00-18:00"
    with translated_to(packaged().translation("pt-BR")):
        assert hours_read("segunda-feira-sexta-feira 9:00-18:00") == "Mon-Fri 9:00-18:00"
    assert hours_shown(KEPT) == KEPT
