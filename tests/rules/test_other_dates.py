"""Days and times in the notations that are seldom seen, and still plain to whoever reads them."""

from __future__ import annotations

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.rules.list_dates import Order, When
from reminders.rules.other_dates import read_day, read_hours
from reminders.rules.terms import InputError

LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
DAY, TEN, TODAY = date(2026, 11, 26), time(10), date(2026, 11, 27)


def read(cell: str, zone: ZoneInfo = LONDON) -> When:
    return read_day(cell, zone, Order(day_first=True), TODAY)


@pytest.mark.parametrize(
    "cell",
    ["26/Nov/2026 10:00", "26Nov2026 10:00", "26/nov./2026 10:00 h", "10:00 26/11/2026", "10:00, 26 Nov 2026", "10:00 AM, Thu 26 Nov 2026",
     "10h00 26/11/2026", "10 Uhr, 26.11.2026", "26.11.2026 / 10:00", "26.11.2026 | 10:00", "26/11/2026 @ 10:00", "26 de noviembre de 2026 a las 10:00",
     "Thu Nov 26 10:00:00 2026", "Thu, 26 Nov 2026 10:00:00 GMT", "Thu Nov 26 2026 10:00:00 GMT+0000 (Greenwich Mean Time)", "2026-11-26 10:00 UTC",
     "2026-11-26 10:00:00 UTC", "26/11/2026 10:00 (GMT)", "2026-11-26 10:00 Europe/London", "2026-11-26 11:00 CET", "'26/11/2026 10:00", "46352,4166667",
     "1795687200", "1795687200000"],
)  # fmt: skip
def test_a_day_and_its_time_are_read(cell: str) -> None:
    assert read(cell) == When(DAY, TEN)


@pytest.mark.parametrize(
    "cell",
    ["2026-11-26T15:00:00Z", "Thu, 26 Nov 2026 15:00:00 GMT", "2026-11-26 10:00 EST", "26/11/2026 10:00 AM ET", "2026-11-26 7:00 PST", "2026-11-26 10:00 -0500",
     "2026-11-26 10:00 UTC-5", "2026-11-26 15:00 Europe/London", "Thu Nov 26 2026 10:00:00 GMT-0500 (Eastern Standard Time)"],
)  # fmt: skip
def test_a_time_on_another_clock_is_turned_to_the_clinic_s(cell: str) -> None:
    assert read(cell, NEW_YORK) == When(DAY, TEN)


@pytest.mark.parametrize(
    "cell",
    ["26/11/2026 10:00 - 26/11/2026 10:45", "2026-11-26 10:00 to 2026-11-26 10:45", "10:00 - 10:45, 26 Nov 2026", "26/11/2026 10:00-10:45"],
)  # fmt: skip
def test_a_stretch_of_two_moments_is_read(cell: str) -> None:
    assert read(cell) == When(DAY, TEN, time(10, 45))


@pytest.mark.parametrize("cell", ["26.11.2026 10-11 Uhr", "26/11/2026 10-11h"])
def test_a_stretch_of_bare_hours_is_read_where_they_are_called_so(cell: str) -> None:
    assert read(cell) == When(DAY, TEN, time(11))


@pytest.mark.parametrize(
    "cell",
    ["2026-11-26 00:00:00", "2026-11-26T00:00:00", "26/11/2026 0:00", "46352.0", "26/Nov/2026"],
)
def test_midnight_is_a_day_without_a_time(cell: str) -> None:
    assert read(cell) == When(DAY)


def test_what_ends_on_another_day_has_no_end_here() -> None:
    assert read("26/11/2026 10:00 - 27/11/2026 11:00") == When(DAY, TEN)


@pytest.mark.parametrize(
    "cell",
    ["10:00", "Nov 2026", "26 11 2026", "26/11", "07700 900123", "10:00 tomorrow", "26-11-2026 10-11", "26/11/2026 10:00 XYZ", "31/Feb/2026", "A4", ""],
)  # fmt: skip
def test_what_is_no_day_is_refused(cell: str) -> None:
    with pytest.raises(InputError):
        read(cell)


@pytest.mark.parametrize(
    "cell,begins,ends",
    [("noon", time(12), None), ("12 noon", time(12), None), ("mediodía", time(12), None), ("Mittag", time(12), None), ("10:00 (60 min)", TEN, None),
     ("10:00, 60 min", TEN, None), ("um 10 Uhr", TEN, None), ("10;00", TEN, None), ("10,00", TEN, None), ("AM 10:00", TEN, None), ("PM 4:00", time(16), None),
     ("von 10:00 bis 10:45", TEN, time(10, 45)), ("from 10:00 to 10:45", TEN, time(10, 45)), ("das 10:00 às 10:45", TEN, time(10, 45)), ("od 10:00 do 10:45", TEN, time(10, 45)),
     ("10:00 / 10:45", TEN, time(10, 45)), ("10:00→10:45", TEN, time(10, 45)), ("entre 10h00 et 10h45", TEN, time(10, 45)), ("10:30 de la mañana", time(10, 30), None),
     ("4:30 de la tarde", time(16, 30), None), ("4:00 in the afternoon", time(16), None), ("8:00 du soir", time(20), None), ("10:00", TEN, None), ("16:00 nachmittags", time(16), None)],
)  # fmt: skip
def test_times_are_read(cell: str, begins: time, ends: time | None) -> None:
    assert read_hours(cell) == (begins, ends)


@pytest.mark.parametrize("cell", ["morning", "tarde", "25:00", "TBC", "10:00 XYZ", "10/11/12"])
def test_what_is_no_time_is_refused(cell: str) -> None:
    with pytest.raises(InputError):
        read_hours(cell)


@given(st.text(max_size=40))
def test_whatever_stands_in_a_cell_is_read_or_refused(cell: str) -> None:
    for reads in (read, read_hours):
        try:
            reads(cell)
        except InputError as refused:
            assert refused.mend
