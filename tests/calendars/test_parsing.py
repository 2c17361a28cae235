"""What is read of a calendar file: every time in UTC, series told apart, the rest counted."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reminders.calendars.parsing import Reading
from reminders.calendars.sifting import sift, text_of
from reminders.calendars.terms import AHEAD, BACK, CalendarEvent
from reminders.rules.terms import InputError
from tests.support.calendars import FILES, NOW, event, ics

LONDON = ZoneInfo("Europe/London")


def read(file: bytes, at: datetime = NOW) -> tuple[list[CalendarEvent], Reading]:
    reading = Reading(LONDON, (at - BACK, at + AHEAD))
    return list(reading.events(text_of(file))), reading


def begins(*events: str, more: tuple[str, ...] = ()) -> list[str]:
    """Return when the events begin (UTC); those cancelled or of a whole day say so."""
    found, _ = read(ics(*events, more=more))
    return sorted(_told(one) for one in found)


def _told(one: CalendarEvent) -> str:
    signs = ("x" if one.status == "CANCELLED" else "") + ("all day" if one.all_day else "")
    return f"{one.begins:%m-%d %H:%M} {signs}".strip()


NEW_YORK = """BEGIN:VTIMEZONE
TZID:Our Clinic
BEGIN:STANDARD
DTSTART:16010101T020000
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE"""

CASES: dict[str, tuple[list[str], list[str]]] = {
    "a zone by its name": ([event()], ["03-03 14:00"]),
    "the same in summer": (
        [event("DTSTART;TZID=Europe/London:20260501T140000")], ["05-01 13:00"]),
    "UTC": ([event("DTSTART:20260303T140000Z")], ["03-03 14:00"]),
    "UTC that names a zone beside": (
        [event("DTSTART;TZID=America/New_York:20260303T140000Z")], ["03-03 14:00"]),
    "no zone: the clinic's clock": ([event("DTSTART:20260501T140000")], ["05-01 13:00"]),
    "Windows' name": (
        [event("DTSTART;TZID=Eastern Standard Time:20260303T140000")], ["03-03 19:00"]),
    "Windows' name with its offset": (
        [event('DTSTART;TZID="(UTC-05:00) Eastern Time (US & Canada)":20260303T140000')],
        ["03-03 19:00"]),
    "Windows' name of several towns": (
        [event('DTSTART;TZID="(UTC+07:00) Bangkok, Hanoi, Jakarta":20260303T140000')],
        ["03-03 07:00"]),
    "a zone behind a path": (
        [event("DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Madrid:20260303T140000")],
        ["03-03 13:00"]),
    "a zone that the file explains, in summer": (
        [NEW_YORK, event("DTSTART;TZID=Our Clinic:20260501T140000")], ["05-01 18:00"]),
    "a zone that nobody knows is counted": (
        [event("DTSTART;TZID=Nowhere/There:20260303T140000")], []),
    "a whole day": ([event("DTSTART;VALUE=DATE:20260303")], ["03-03 00:00 all day"]),
    "two days on end": (
        [event("DTSTART:20260303T090000Z", "DTEND:20260305T090000Z")], ["03-03 09:00 all day"]),
    "a length instead of an end": (
        [event("DTSTART:20260303T090000Z", "DURATION:PT45M")], ["03-03 09:00"]),
    "an end before its start is none": (
        [event("DTSTART:20260303T090000Z", "DTEND:20260303T080000Z")], ["03-03 09:00"]),
    "older than two weeks": ([event("DTSTART:20260215T090000Z")], []),
    "later than half a year": ([event("DTSTART:20260915T090000Z")], []),
    "in the hour that the clocks skip": (
        [event("DTSTART;TZID=Europe/London:20260329T013000")], ["03-29 01:30"]),
    "weekly, an hour earlier by UTC from summer on": (
        [event("DTSTART;TZID=Europe/London:20260320T140000", "RRULE:FREQ=WEEKLY;COUNT=3")],
        ["03-20 14:00", "03-27 14:00", "04-03 13:00"]),
    "weekly until an instant": (
        [event("DTSTART;TZID=Europe/London:20260401T140000",
               "RRULE:FREQ=WEEKLY;UNTIL=20260408T130000Z")], ["04-01 13:00", "04-08 13:00"]),
    "weekly until a day": (
        [event("RRULE:FREQ=WEEKLY;UNTIL=20260310")], ["03-03 14:00", "03-10 14:00"]),
    "every first Monday": (
        [event("DTSTART:20260302T100000Z", "RRULE:FREQ=MONTHLY;BYDAY=1MO;COUNT=3")],
        ["03-02 10:00", "04-06 10:00", "05-04 10:00"]),
    "since years ago, within the window only": (
        [event("DTSTART:20200303T140000Z", "RRULE:FREQ=YEARLY")], ["03-03 14:00"]),
    "one of a series excepted": (
        [event("RRULE:FREQ=DAILY;COUNT=3", "EXDATE;TZID=Europe/London:20260304T140000")],
        ["03-03 14:00", "03-04 14:00 x", "03-05 14:00"]),
    "excepted by UTC": (
        [event("DTSTART;TZID=Europe/London:20260501T140000", "RRULE:FREQ=DAILY;COUNT=2",
               "EXDATE:20260502T130000Z")], ["05-01 13:00", "05-02 13:00 x"]),
    "excepted by a bare day": (
        [event("RRULE:FREQ=DAILY;COUNT=2", "EXDATE;VALUE=DATE:20260304")],
        ["03-03 14:00", "03-04 14:00 x"]),
    "several exceptions in several lines": (
        [event("RRULE:FREQ=DAILY;COUNT=3", "EXDATE;TZID=Europe/London:20260303T140000",
               "EXDATE;TZID=Europe/London:20260304T140000,20260305T140000")],
        ["03-03 14:00 x", "03-04 14:00 x", "03-05 14:00 x"]),
    "an extra day": (
        [event("RDATE;TZID=Europe/London:20260306T160000")], ["03-03 14:00", "03-06 16:00"]),
    "an extra period": (
        [event("RDATE;VALUE=PERIOD:20260306T160000Z/PT1H")], ["03-03 14:00", "03-06 16:00"]),
    "one of a series moved": (
        [event("RRULE:FREQ=DAILY;COUNT=2"),
         event("RECURRENCE-ID;TZID=Europe/London:20260304T140000",
               "DTSTART;TZID=Europe/London:20260305T090000")], ["03-03 14:00", "03-05 09:00"]),
    "one of a series moved, told by UTC and before the series": (
        [event("RECURRENCE-ID:20260304T140000Z", "DTSTART:20260305T090000Z"),
         event("RRULE:FREQ=DAILY;COUNT=2")], ["03-03 14:00", "03-05 09:00"]),
    "one of a series cancelled": (
        [event("RRULE:FREQ=DAILY;COUNT=2"),
         event("RECURRENCE-ID:20260304T140000Z", "DTSTART:20260304T140000Z", "STATUS:CANCELLED")],
        ["03-03 14:00", "03-04 14:00 x"]),
    "moved into the window from outside it": (
        [event("DTSTART:20200101T100000Z", "RRULE:FREQ=YEARLY"),
         event("RECURRENCE-ID:20270101T100000Z", "DTSTART:20260404T100000Z")], ["04-04 10:00"]),
    "changed alone, without its series": (
        [event("RECURRENCE-ID:20260304T140000Z", "DTSTART:20260305T090000Z")], ["03-05 09:00"]),
    "the newer of two versions": (
        [event("SEQUENCE:2", "DTSTART:20260304T100000Z"),
         event("SEQUENCE:1", "DTSTART:20260303T100000Z")], ["03-04 10:00"]),
    "the later modified of two versions": (
        [event("LAST-MODIFIED:20260302T100000Z", "DTSTART:20260304T100000Z"),
         event("LAST-MODIFIED:20260301T100000Z", "DTSTART:20260303T100000Z")], ["03-04 10:00"]),
    "two that share a name by mistake": (
        [event("DTSTART:20260304T100000Z"), event("DTSTART:20260303T100000Z")],
        ["03-03 10:00", "03-04 10:00"]),
    "two without a name": (
        [event("UID:", "DTSTART:20260304T100000Z"), event("UID:", "DTSTART:20260303T100000Z")],
        ["03-03 10:00", "03-04 10:00"]),
    "every hour is counted, not read": ([event("RRULE:FREQ=HOURLY")], []),
    "a repetition that says nothing": ([event("RRULE:FREQ=SOMETIMES")], []),
    "no start": (["BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:x\r\nEND:VEVENT"], []),
    "a start that is no date": ([event("DTSTART:tomorrow")], []),
    "what is no event": (["BEGIN:VTODO\r\nUID:9\r\nDUE:20260303T100000Z\r\nEND:VTODO"], []),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_events_begin_when_their_calendar_says(name: str) -> None:
    events, expected = CASES[name]
    assert begins(*events) == expected


def test_a_calendar_may_say_whose_clock_its_times_are_on() -> None:
    more = ("X-WR-TIMEZONE:America/New_York",)
    assert begins(event("DTSTART:20260303T140000"), more=more) == ["03-03 19:00"]


def test_what_cannot_be_read_is_counted_by_its_reason() -> None:
    _, reading = read(
        ics(
            event("DTSTART;TZID=Nowhere/There:20260303T140000"),
            event("RRULE:FREQ=SECONDLY"),
            event("DTSTART:tomorrow"),
        )
    )
    assert reading.unreadable == {
        "the time zone is not known": 1,
        "it repeats several times a day": 1,
        "its date cannot be read": 1,
    }


def test_an_occurrence_keeps_its_name_when_it_moves() -> None:
    series = event("RRULE:FREQ=DAILY;COUNT=2")
    moved = event("RECURRENCE-ID:20260304T140000Z", "DTSTART:20260306T090000Z")
    before, _ = read(ics(series))
    after, _ = read(ics(series, moved))
    assert {one.occurrence for one in before} == {one.occurrence for one in after}


def test_an_event_says_who_was_invited_and_what_they_answered() -> None:
    (one,), _ = read(
        ics(
            event(
                "ORGANIZER:mailto:desk@rosewood.example",
                "ATTENDEE;CN=Ana Costa;PARTSTAT=DECLINED:mailto:ana@mail.example",
                "ATTENDEE;CUTYPE=ROOM;CN=Room 2:mailto:room2@rosewood.example",
                "DESCRIPTION:Phone: 07700 900101\\nEmail: ana@mail.exam\r\n ple",
            )
        )
    )
    assert [(a.name, a.email, a.answer) for a in one.attendees] == [
        ("Ana Costa", "ana@mail.example", "DECLINED"),
        ("Room 2", "room2@rosewood.example", "RESOURCE"),
    ]
    assert one.organizer == "desk@rosewood.example"
    assert one.description == "Phone: 07700 900101\nEmail: ana@mail.example"


def test_years_that_nobody_asked_for_are_not_even_parsed() -> None:
    old = [event(f"DTSTART:201{n}0303T140000Z", uid=f"old{n}") for n in range(9)]
    ended = event("DTSTART:20200303T140000Z", "RRULE:FREQ=WEEKLY;UNTIL=20210101T000000Z")
    text, total = sift(text_of(ics(*old, ended, event())), NOW - BACK, NOW + AHEAD)
    assert total == 11
    assert text.count("BEGIN:VEVENT") == 1


@pytest.mark.parametrize(
    "file, problem",
    [
        (b"", "something else"),
        (b"<!DOCTYPE html><html>Sign in</html>", "a web page"),
        (ics(event())[:-20], "was incomplete"),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "was incomplete"),
    ],
)
def test_what_is_no_whole_calendar_is_refused(file: bytes, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        text_of(file)


def test_a_mark_at_its_start_and_another_encoding_do_not_matter() -> None:
    marked, _ = read(b"\xef\xbb\xbf" + ics(event(title="Zoë")))
    western, _ = read(ics(event(title="Zoë")).decode().encode("cp1252"))
    assert marked[0].title == western[0].title == "Zoë"


# --- calendars of other projects --------------------------------------------------------------------

THEIRS = {
    "collective_bom_calendar": (2026, []),
    "collective_empty": (2026, []),
    "collective_broken_ical": (2014, []),
    "collective_issue_218_bad_tzid": (2017, ["02-28 12:00"]),
    "jens-maus_Office-2012-owa": (2020, ["10-28 02:30", "10-28 17:30", "11-02 18:30", "11-02 18:30"]),
    "jens-maus_exchange-custom-tz": (2019, ["04-30 02:00"]),
    "jens-maus_google-calendar-kiev-tz": (
        2016, ["08-25 11:00", "08-26 11:00", "08-27 11:00", "08-28 11:00"]),
    "jens-maus_tentative-apple-calendar": (
        2022, ["07-04 23:00", "07-05 16:00", "07-06 20:00 x", "07-07 16:00"]),
    "jens-maus_vfreebusy-zimbra": (2014, []),
    "kewisch_only_dtstart_date": (2012, ["06-30 07:00 all day"]),
}  # fmt: skip
WHEN = {2014: "0401", 2016: "0820", 2017: "0220", 2019: "0425", 2020: "1020", 2022: "0701",
        2012: "0620", 2026: "0302"}  # fmt: skip


@pytest.mark.parametrize("name", THEIRS)
def test_calendars_that_others_found_hard_are_read(name: str) -> None:
    year, expected = THEIRS[name]
    at = datetime.strptime(f"{year}{WHEN[year]}", "%Y%m%d").replace(tzinfo=LONDON)
    found, _ = read((FILES / f"{name}.ics").read_bytes(), at)
    near = [one for one in found if one.begins < at + timedelta(days=14)]
    assert sorted(map(_told, near)) == expected
