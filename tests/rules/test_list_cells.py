"""What people write into a spreadsheet, understood or refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.rules.list_cells import (
    Moment,
    day_first,
    is_ambiguous,
    read_clock,
    read_moment,
)
from reminders.rules.list_columns import recognise_columns
from reminders.rules.terms import InputError
from reminders.rules.zone_names import read_zone

LONDON = ZoneInfo("Europe/London")
TODAY = date(2026, 3, 2)
THE_14TH = date(2026, 3, 14)


def read(cell: str, *, day_comes_first: bool = True) -> Moment:
    return read_moment(cell, LONDON, day_comes_first=day_comes_first, today=TODAY)


@pytest.mark.parametrize(
    "cell,at",
    [
        ("2026-03-14", None),
        ("20260314", None),
        ("2026-03-14T15:30", time(15, 30)),
        ("2026-03-14 15:30:00", time(15, 30)),
        ("2026-03-14T15:30Z", time(15, 30)),
        ("2026-03-14T15:30:00.000+02:00", time(13, 30)),
        ("14/03/2026", None),
        ("14/3/26", None),
        ("14.03.2026 15.30", time(15, 30)),
        ("14-03-2026", None),
        ("14/03/2026, 15:30", time(15, 30)),
        ("14/03/2026 3:30 pm", time(15, 30)),
        ("2026/03/14 12:00 PM", time(12)),
        ("2026/03/14 12:00 AM", time(0)),
        ("March 14, 2026 9:30 am", time(9, 30)),
        ("14 Mar 2026", None),
        ("14th March 2026", None),
        ("14-Mar-2026 3pm", time(15)),
        ("Sat 14 March 2026 at 15:30", time(15, 30)),
        ("Saturday, 14 March 2026", None),
        ("46095", None),  # a spreadsheet's day count
        ("46095.645833", time(15, 30)),
    ],
)
def test_dates_are_read_as_people_write_them(cell: str, at: time | None) -> None:
    assert read(cell) == Moment(THE_14TH, at)


def test_the_month_comes_first_where_the_column_or_the_country_says_so() -> None:
    assert read("03/14/2026", day_comes_first=False).day == THE_14TH
    assert day_first(["03/04/2026"], "GB")
    assert not day_first(["03/04/2026"], "US")
    assert day_first(["03/04/2026", "25/12/2026"], "US")  # 25 can only be a day
    assert not day_first(["03/04/2026", "12/25/2026"], "GB")
    assert day_first(["2026-03-04", "hello", ""], "GB")


@pytest.mark.parametrize(
    "cell,problem",
    [
        ("31/02/2026", "no such day"),
        ("29/02/2026", "no such day"),
        ("12/25/2026", "no such day"),
        ("2026-02-30", "no such day"),
        ("2026-13-01", "no such day"),
        ("soon", "not a date"),
        ("12:30", "not a date"),
        ("14/03", "not a date"),
        ("14/03/2026 lunch", "not a date"),
        ("14/03/2026 25:00", "not a date"),
        ("14/03/1926", "five years"),
        ("14/03/2126", "five years"),
        ("2026-03-29T01:30", "clocks go forward"),
        ("29/03/2026 1:30 am", "clocks go forward"),
        ("99999", "not a date"),
    ],
)
def test_impossible_dates_are_refused_with_what_to_write(cell: str, problem: str) -> None:
    with pytest.raises(InputError) as refused:
        read(cell)
    assert problem in refused.value.problem
    assert refused.value.mend


def test_a_time_that_comes_twice_is_known() -> None:
    assert is_ambiguous(read("2026-10-25 01:30"), LONDON)
    assert not is_ambiguous(read("2026-10-25 12:30"), LONDON)
    assert not is_ambiguous(read("2026-10-25"), LONDON)


@pytest.mark.parametrize(
    "cell,at",
    [("9am", time(9)), ("12 pm", time(12)), ("12am", time(0)), ("15:30", time(15, 30)),
     ("3.30 pm", time(15, 30)), ("15h30", time(15, 30)), ("13pm", None), ("25:00", None), ("9", None)],
)  # fmt: skip
def test_times_of_day(cell: str, at: time | None) -> None:
    assert read_clock(cell) == at


WINDOWS = {"GMT Standard Time": "Europe/London", "Eastern Standard Time": "America/New_York"}


@pytest.mark.parametrize(
    "cell,zone",
    [("Europe/London", "Europe/London"), ("america/new_york", "America/New_York"),
     (" America/New_York", "America/New_York"), ("America/New York", "America/New_York"),
     ("US/Eastern", "US/Eastern"), ("Europe/Kiev", "Europe/Kiev"), ("UTC", "UTC"),
     ("GMT Standard Time", "Europe/London"), ("Eastern Standard Time", "America/New_York")],
)  # fmt: skip
def test_zones_go_by_their_usual_names(cell: str, zone: str) -> None:
    assert read_zone(cell, WINDOWS) == zone


@pytest.mark.parametrize(
    "cell",
    ["EST", "BST", "IST", "GMT+5", "Z", "Mars/Olympus", "../../etc/passwd", "/etc/localtime",
     "posixrules", "Factory", "localtime"],
)  # fmt: skip
def test_what_is_no_zone_or_several_is_refused(cell: str) -> None:
    with pytest.raises(InputError):
        read_zone(cell, WINDOWS)


@pytest.mark.parametrize(
    "header,expected",
    [
        (["First Name", "Last Name", "Phone", "Email", "Start Time", "Type", "Appointment ID"],
         {"first_name": 0, "last_name": 1, "phone": 2, "email": 3, "treated_at": 4, "treatment": 5, "external_id": 6}),
        (["Telephone", "Mobile Number", "FIRST-NAME", "Date"],
         {"phone": 1, "first_name": 2, "treated_at": 3}),
        (["client_name", "e-mail", "treated_at"], {"name": 0, "email": 1, "treated_at": 2}),
        (["first_name", "last_name", "phone", "email", "language", "time_zone", "treatment", "treated_at",
          "ended_at", "sms_consent", "email_consent", "consent_at", "consent_source", "external_id"],
         {name: place for place, name in enumerate(
             ["first_name", "last_name", "phone", "email", "language", "time_zone", "treatment", "treated_at",
              "ended_at", "sms_consent", "email_consent", "consent_at", "consent_source", "external_id"])}),
        (["foo", "bar"], {}),
        (["Email Subscription Status", "Accepts Marketing"], {}),
    ],
)  # fmt: skip
def test_columns_are_recognised_by_forgiving_names(
    header: list[str],
    expected: dict[str, int],
) -> None:
    assert recognise_columns(header) == expected


@given(st.text(max_size=40))
def test_no_cell_breaks_the_reader(cell: str) -> None:
    try:
        moment = read(cell)
    except InputError as error:
        assert error.problem
    else:
        assert abs(moment.day - TODAY).days < 5 * 366 + 1


@given(st.datetimes(datetime(2023, 1, 1), datetime(2029, 1, 1)))  # noqa: DTZ001
def test_what_is_written_plainly_is_read_back(moment: datetime) -> None:
    wall = moment.replace(second=0, microsecond=0)
    if wall.replace(tzinfo=LONDON).astimezone(UTC).astimezone(LONDON).replace(tzinfo=None) == wall:
        for form in ("%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M", "%d %B %Y %I:%M %p", "%B %d, %Y %I:%M%p"):
            assert read(wall.strftime(form)) == Moment(wall.date(), wall.time())
