"""What lists call time zones and languages."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from babel.core import get_global
from hypothesis import given
from hypothesis import strategies as st

from reminders.rules.language_names import read_language
from reminders.rules.terms import InputError
from reminders.rules.zone_names import is_own_clock, read_zone

WINDOWS = get_global("windows_zone_mapping")


@pytest.mark.parametrize(
    "name,zone",
    [
        ("Eastern Time - US & Canada", "America/New_York"), ("Eastern Time (US & Canada)", "America/New_York"),
        ("(GMT-05:00) Eastern Time (US & Canada)", "America/New_York"), ("Pacific Time - US & Canada", "America/Los_Angeles"),
        ("Central Time - US & Canada", "America/Chicago"), ("Mountain Time - US & Canada", "America/Denver"), ("Eastern Time", "America/New_York"),
        ("UK, Ireland, Lisbon Time", "Europe/London"), ("GMT Standard Time", "Europe/London"), ("Eastern Standard Time", "America/New_York"),
        ("Romance Standard Time", "Europe/Paris"), ("W. Europe Standard Time", "Europe/Berlin"), ("Central European Standard Time", "Europe/Warsaw"),
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "Europe/Amsterdam"), ("London", "Europe/London"), ("Madrid", "Europe/Madrid"),
        ("Edinburgh", "Europe/London"), ("Warszawa", "Europe/Warsaw"), ("Brasilia", "America/Sao_Paulo"), ("New York", "America/New_York"),
        ("Mexico City", "America/Mexico_City"), ("Europe/London", "Europe/London"), ("europe/london", "Europe/London"), ("America/New York", "America/New_York"),
        ("US/Eastern", "US/Eastern"), ("Etc/GMT+5", "Etc/GMT+5"), ("UTC", "UTC"), ("UTC-11", "Etc/GMT+11"), ("Kyiv", "Europe/Kyiv"), ("British Summer Time", "Europe/London"), ("Central European Time", "Europe/Paris"),
        ("Mitteleuropäische Zeit", "Europe/Berlin"), ("Eastern Daylight Time", "America/New_York"), ("Horário de Brasília", "America/Sao_Paulo"), ("Arizona", "America/Phoenix"),
    ],
)  # fmt: skip
def test_zones_go_by_the_names_systems_give_them(name: str, zone: str) -> None:
    assert read_zone(name, WINDOWS) == zone


@pytest.mark.parametrize(
    "name",
    ["EST", "IST", "BST", "GMT+5", "Z", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "posixrules", "Factory", "localtime", "", "x"],
)  # fmt: skip
def test_what_is_no_zone_or_several_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        read_zone(name, WINDOWS)


@pytest.mark.parametrize(
    "text,zone,own",
    [
        ("EST", "America/New_York", True), ("EDT", "America/New_York", True), ("PST", "America/New_York", False), ("GMT", "Europe/London", True),
        ("BST", "Europe/London", True), ("GMT+1", "Europe/Berlin", True), ("+01:00", "Europe/Berlin", True), ("UTC+1", "Europe/London", True),
        ("UTC-05:00", "America/New_York", True), ("GMT+5", "Europe/London", False), ("+0530", "Asia/Kolkata", True), ("-3", "America/Sao_Paulo", True),
        ("Europe/London", "Europe/London", False), ("", "Europe/London", False), ("5", "America/New_York", False),
    ],
)  # fmt: skip
def test_a_shorthand_is_understood_where_it_is_the_clinic_s_own_clock(
    text: str, zone: str, own: bool
) -> None:
    assert is_own_clock(text, ZoneInfo(zone)) is own


@pytest.mark.parametrize(
    "cell,tag",
    [
        ("en", "en"), ("EN", "en"), ("ENG", "en"), ("English", "en"), ("english ", "en"), ("English (UK)", "en-GB"), ("en_GB", "en-GB"), ("en-us", "en-US"), ("Inglés", "en"),
        ("Spanish", "es"), ("español", "es"), ("ESPAÑOL", "es"), ("Castellano", "es"), ("spa", "es"), ("Espagnol", "es"), ("Español (México)", "es"),
        ("French", "fr"), ("Français", "fr"), ("fre", "fr"), ("Deutsch", "de"), ("German", "de"), ("ger", "de"), ("Alemán", "de"), ("Polski", "pl"), ("Polish", "pl"), ("pol", "pl"),
        ("Português (Brasil)", "pt-BR"), ("Brazilian Portuguese", "pt-BR"), ("pt_br", "pt-BR"), ("Portuguese", "pt"), ("Italiano", "it"), ("es-419", "es"), ("zh-Hans", "zh"), ("EN/ES", "en"), ("Default", ""), ("Other", ""), ("Ukrainian", "uk"), ("українська", "uk"),
    ],
)  # fmt: skip
def test_languages_go_by_name_as_well_as_by_code(cell: str, tag: str) -> None:
    assert read_language(cell) == tag


@pytest.mark.parametrize("cell", ["Klingon", "xx", "xyz", "?", "", "1"])
def test_no_language_is_made_up(cell: str) -> None:
    with pytest.raises(InputError):
        read_language(cell)


@given(st.text(max_size=40))
def test_nothing_breaks_them(text: str) -> None:
    for read in (read_language, lambda name: read_zone(name, WINDOWS)):
        try:
            assert isinstance(read(text), str)
        except InputError as error:
            assert error.mend
