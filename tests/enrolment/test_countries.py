"""The countries and time zones a clinic may be in, and the country of a zone."""

from zoneinfo import ZoneInfo

import pytest

from reminders.enrolment.countries import countries, country_of, read_country, zones
from reminders.rules.folding import fold
from reminders.rules.terms import InputError


def test_every_zone_there_is_to_choose_is_a_clock_in_one_of_the_countries() -> None:
    assert "Europe/London" in zones()
    assert "Asia/Kolkata" in zones()
    assert {country_of(zone) for zone in zones()} == countries().keys()
    assert all(ZoneInfo(zone) for zone in zones())


def test_countries_are_in_alphabetical_order_and_none_is_the_world() -> None:
    names = list(countries().values())
    assert names == sorted(names, key=fold)
    assert not {"ZZ", "001"} & countries().keys()


def test_a_country_that_nobody_chose_is_that_of_the_zone() -> None:
    assert read_country("", "Europe/Madrid") == "ES"
    assert read_country("GB", "Europe/Madrid") == "GB"
    with pytest.raises(InputError, match="not a country"):
        read_country("Narnia", "Europe/London")
