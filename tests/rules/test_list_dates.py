"""Days, times and lengths as clinics' lists have them, in six languages."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.rules.list_dates import Order, When, order_of, read_length, read_times, read_when
from reminders.rules.terms import InputError

LONDON, TODAY = ZoneInfo("Europe/London"), date(2026, 11, 27)
DAY, TEN = date(2026, 11, 26), time(10)


def read(cell: str, *, day_first: bool = True) -> When:
    return read_when(cell, LONDON, Order(day_first), TODAY)


@pytest.mark.parametrize(
    "cell",
    ["26 de noviembre de 2026, 10:00", "jueves, 26 de noviembre de 2026 10:00", "26 nov 2026 10:00", "26/11/2026 10:00 hs", "26 novembre 2026 à 10h00",
     "jeu. 26 nov. 2026 10h", "26/11/2026 10 h 00", "Donnerstag, 26. November 2026, 10:00 Uhr", "26.11.2026 10 Uhr", "26.11.2026 um 10.00 Uhr", "Do 26.11.26 10:00",
     "26 listopada 2026 r. 10:00", "czw., 26 lis 2026 godz. 10:00", "26 de novembro de 2026 às 10h", "quinta-feira, 26 de novembro de 2026 às 10:00",
     "26/11/2026 10:00 a. m.", "November 26, 2026 10:00 am", "Thursday 26 November 2026 at 10:00", "2026-11-26 10:00 am", "2026-11-26T10:00:00.000Z",
     "2026-11-26T05:00-05:00", "2026-11-26 05:00:00-05:00", "46352.4166667", "26-Nov-26 10am", "26/11/26 - 10:00"],
)  # fmt: skip
def test_a_day_and_its_time_are_read_in_six_languages(cell: str) -> None:
    assert read(cell) == When(DAY, TEN)


@pytest.mark.parametrize(
    "cell,day",
    [("1 de enero de 2027", (2027, 1, 1)), ("1 févr. 2026", (2026, 2, 1)), ("3. März 2026", (2026, 3, 3)), ("mardi 3 mars 2026", (2026, 3, 3)), ("mar. 3 mars 2026", (2026, 3, 3)),
     ("3 kwietnia 2026", (2026, 4, 3)), ("3 maja 2026", (2026, 5, 3)), ("3 mayo 2026", (2026, 5, 3)), ("3 juin 2026", (2026, 6, 3)), ("3 lipca 2026", (2026, 7, 3)),
     ("3 août 2026", (2026, 8, 3)), ("3 sept. 2026", (2026, 9, 3)), ("3 outubro 2026", (2026, 10, 3)), ("3. Dez. 2026", (2026, 12, 3)), ("3 grudnia 2026", (2026, 12, 3)),
     ("terça-feira, 3 de fevereiro de 2026", (2026, 2, 3)), ("46352", (2026, 11, 26)), ("26/11/26", (2026, 11, 26)), ("Dienstag, 3.2.2026", (2026, 2, 3))],
)  # fmt: skip
def test_months_and_weekdays_are_known_by_their_names(cell: str, day: tuple[int, int, int]) -> None:
    assert read(cell) == When(date(*day))


@pytest.mark.parametrize(
    "cell,begins,ends",
    [("26/11/2026 10:00-10:45", TEN, time(10, 45)), ("26/11/2026 10:00 – 10:45", TEN, time(10, 45)), ("2026-11-26 10:00-10:45", TEN, time(10, 45)),
     ("Do., 26.11.2026 10:00–10:45 Uhr", TEN, time(10, 45)), ("Nov 26, 2026 9-10am", time(9), TEN), ("Nov 26, 2026 11:30-12:30 pm", time(11, 30), time(12, 30)),
     ("26/11/2026 de 10h00 à 10h45", TEN, time(10, 45)), ("Thu, Nov 26, 2026 9:30 AM - 10:30 AM", time(9, 30), time(10, 30))],
)  # fmt: skip
def test_a_stretch_has_a_beginning_and_an_end(cell: str, begins: time, ends: time) -> None:
    assert read(cell, day_first="Nov 26," not in cell) == When(DAY, begins, ends)


@pytest.mark.parametrize(
    "cell", ["soon", "26/11", "lunch", "31 de febrero de 2026", "26/11/1926", ""]
)
def test_what_is_no_day_is_refused(cell: str) -> None:
    with pytest.raises(InputError) as refused:
        read(cell)
    assert refused.value.mend


@pytest.mark.parametrize(
    "cells,country,order",
    [
        (["03/04/2026"], "GB", Order(True)),
        (["03/04/2026"], "US", Order(False)),
        (["03/04/2026", "25/12/2026"], "US", Order(True, True)),
        (["03/04/2026", "12/25/2026"], "GB", Order(False, True)),
        (["Fri 03/04/2026"], "US", Order(True, True)),  # the third of April was a Friday
        (["Wed 03/04/2026"], "GB", Order(False, True)),  # and the fourth of March a Wednesday
        (["viernes 03/04/2026"], "US", Order(True, True)),
        (["25/12/2026", "12/25/2026"], "GB", Order(True, True, True)),
        (["25/12/2026", "12/25/2026"], "US", Order(False, True, True)),
        (["2026-03-04", "4 March 2026", "", "x"], "GB", Order(True)),
        (["04/04/2026"], "US", Order(False)),
    ],
)
def test_the_whole_column_tells_the_order_of_days_and_months(
    cells: list[str], country: str, order: Order
) -> None:
    assert order_of(cells, country) == order


def test_in_a_mixed_column_only_what_can_be_read_one_way_is_read() -> None:
    mixed = Order(day_first=True, certain=True, mixed=True)
    assert read_when("12/25/2026", LONDON, mixed, TODAY).day == date(2026, 12, 25)
    assert read_when("25/12/2026", LONDON, mixed, TODAY).day == date(2026, 12, 25)
    assert read_when("04/04/2026", LONDON, mixed, TODAY).day == date(2026, 4, 4)
    with pytest.raises(InputError, match="others with the month"):
        read_when("03/04/2026", LONDON, mixed, TODAY)


@pytest.mark.parametrize(
    "cell,begins,ends",
    [("10:00", TEN, None), ("10h00", TEN, None), ("10 h", TEN, None), ("10h", TEN, None), ("10 Uhr", TEN, None), ("10.30 Uhr", time(10, 30), None), ("10:00-10:45", TEN, time(10, 45)),
     ("10h30 à 11h15", time(10, 30), time(11, 15)), ("9:30 a. m.", time(9, 30), None), ("9:30 PM", time(21, 30), None), ("0.4166667", TEN, None), ("0,4166667", TEN, None),
     ("930", time(9, 30), None), ("1430", time(14, 30), None), ("10", TEN, None), ("10:00:00", TEN, None), ("9-10am", time(9), TEN), ("11:30-12:30 pm", time(11, 30), time(12, 30)),
     ("2026-11-26 10:00", TEN, None), ("godz. 10:00", TEN, None), ("3pm", time(15), None), ("12 am", time(0), None)],
)  # fmt: skip
def test_times_of_a_column_of_their_own(cell: str, begins: time, ends: time | None) -> None:
    assert read_times(cell) == (begins, ends)


@pytest.mark.parametrize("cell", ["lunch", "25:00", "", "all day", "99"])
def test_what_is_no_time_is_refused(cell: str) -> None:
    with pytest.raises(InputError):
        read_times(cell)


@pytest.mark.parametrize(
    "cell,minutes",
    [("60", 60), ("60 min", 60), ("60min", 60), ("1h", 60), ("1 h", 60), ("1h30", 90), ("1:30", 90), ("1:30:00", 90), ("0:45", 45), ("1 hr 15 mins", 75), ("1 hour and 30 minutes", 90),
     ("90 minutos", 90), ("1,5 h", 90), ("1.5 hours", 90), ("1 Std. 30 Min.", 90), ("1 godz. 30 min", 90), ("45 minut", 45), ("2 heures", 120), ("1 hora", 60),
     ("x", None), ("0", None), ("", None), ("5000", None)],
)  # fmt: skip
def test_how_long_it_takes(cell: str, minutes: int | None) -> None:
    assert read_length(cell) == (None if minutes is None else timedelta(minutes=minutes))


@given(st.text(max_size=40))
def test_no_cell_breaks_the_reader(cell: str) -> None:
    order_of([cell], "GB")
    read_length(cell)
    for how in (read, read_times):
        try:
            how(cell)
        except InputError as error:
            assert error.problem


@given(st.dates(date(2023, 1, 1), date(2029, 1, 1)), st.times())
def test_what_is_written_plainly_is_read_back(day: date, at: time) -> None:
    if 1 <= at.hour < 3:
        return  # the hours the clocks may skip
    at = at.replace(second=0, microsecond=0)
    for form in ("%d/%m/%Y %Hh%M", "%d.%m.%Y %H:%M Uhr", "%d %B %Y, %I:%M %p", "%Y-%m-%d %H:%M"):
        assert read(datetime.combine(day, at).strftime(form)) == When(day, at)
