"""Names that are stored in English are shown in the language of who reads them."""

from __future__ import annotations

from datetime import date
from gettext import NullTranslations
from zoneinfo import ZoneInfo

import pytest

from reminders.rules.list_dates import read_typed
from reminders.rules.translation import Translation, translated_to
from reminders.web.desk.clients.typed_dates import to_be_read_back
from reminders.web.desk.names import browser_name, day_example, day_in_numbers, record_kind
from reminders.wording.library import packaged

pytestmark = pytest.mark.portable


class Few(NullTranslations):
    """Knows two sentences."""

    def gettext(self, message: str) -> str:
        """Return a translation, else the sentence itself."""
        known = {"%(browser)s on %(machine)s": "%(browser)s unter %(machine)s"}
        return known.get(message, {"another device": "einem anderen Gerät"}.get(message, message))


GERMAN = Translation("de", Few())


def test_a_stored_browser_is_named_by_its_parts() -> None:
    with translated_to(GERMAN):
        assert browser_name("Firefox on Windows") == "Firefox unter Windows"
        assert browser_name("Safari on another device") == "Safari unter einem anderen Gerät"
        assert browser_name("the demo") == "the demo"
    assert browser_name("Firefox on Windows") == "Firefox on Windows"


def test_a_record_without_a_name_of_its_own_is_called_by_its_table() -> None:
    assert record_kind("booking_source") == "booking source"
    assert record_kind("quite_new") == "quite new"


def test_an_example_of_a_day_can_be_read_in_any_language() -> None:
    assert day_example() == "14 March"
    with translated_to(GERMAN):
        assert day_example() == "14. März"
    assert (day_in_numbers("GB"), day_in_numbers("US")) == ("14/3", "3/14")


@pytest.mark.parametrize("language", packaged().desk_languages)
def test_a_day_in_a_form_is_read_again_in_any_language(language: str) -> None:
    day = date(2026, 3, 14)
    with translated_to(packaged().translation(language)):
        written = to_be_read_back(day)
    read = read_typed(written, ZoneInfo("Europe/London"), day_comes_first=True, today=day)
    assert read.day == day
