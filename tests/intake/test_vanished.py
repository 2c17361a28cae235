"""Lists of one system, one after the other: what is no longer in them, and what became of it."""

from __future__ import annotations

import pytest

from tests.conftest import House
from tests.support.imports import Desk

pytestmark = pytest.mark.portable

HEADINGS = "first_name,last_name,phone,treated_at,sms_consent,status,service"
PEOPLE = {
    "ana": "Ana,Silva,07700900301", "bea": "Bea,Hall,07700900302", "cal": "Cal,Moss,07700900303",
    "di": "Di,Nash,07700900304", "ed": "Ed,Orr,07700900305", "bea2": "Bea,Hall,07700900399",
    "beatrix": "Beatrix,Hall,07700900302",
}  # fmt: skip

Row = tuple[str, ...]


def row(
    who: str, on: str, status: str = "Confirmed", service: str = "Microneedling", **cells: str
) -> Row:
    """Write a row with a booking's number at its end; ``cells`` replace those of these headings."""
    day, _, at = on.partition(" ")
    told = f"{PEOPLE[who]},2026-{day} {at or '10:00'},yes,{status},{service}"
    names = HEADINGS.split(",")
    by_name = dict(zip(names, told.split(","), strict=True)) | cells
    number = cells.get("booking") or str(sorted(PEOPLE).index(who) + 1)
    return (*(by_name[name] for name in names), number)


ANA, BEA, CAL = row("ana", "12-03"), row("bea", "12-03 11:00"), row("cal", "12-04")
WEEK = [ANA, BEA, CAL]
ALL = {"Ana Silva", "Bea Hall", "Cal Moss"}
WITHOUT_BEA = {"Ana Silva", "Cal Moss"}
GONE = ["vanished"]


def bea(status: str = "Confirmed", service: str = "Microneedling", **cells: str) -> Row:
    return row("bea", "12-03 11:00", status, service, **cells)


CASES: dict[str, tuple[list[list[Row]], set[str], list[str]]] = {
    # who vanished is asked about, in the days that a list speaks of
    "the same list again": ([WEEK, WEEK], ALL, []),
    "one is gone": ([WEEK, [ANA, CAL]], ALL, GONE),
    "two are gone, one question": ([[*WEEK, row("di", "12-03")], [ANA, CAL]], ALL | {"Di Nash"}, GONE),
    "one client alone": ([WEEK, [ANA]], ALL, GONE),
    "a day that the list does not reach": ([WEEK, [ANA, BEA]], ALL, []),
    "other services say which days": ([WEEK, [ANA, BEA, row("di", "12-04", service="Botox")]], ALL, GONE),
    "no treatment is left, other services are": (
        [[ANA, BEA], [row("di", "12-03", service="Botox"), row("ed", "12-04", service="Wax")]],
        {"Ana Silva", "Bea Hall"}, GONE,
    ),
    "what is cancelled says which days": ([WEEK, [ANA, BEA, row("di", "12-04", "Cancelled")]], ALL, GONE),
    "what is pending says which days": ([WEEK, [ANA, BEA, row("di", "12-04", "Pending")]], ALL, GONE),
    "what is in doubt says which days": (
        [WEEK, [ANA, BEA, row("di", "12-04", "Parked")]], ALL, ["status", "vanished"],
    ),
    "an empty list": ([WEEK, []], ALL, []),
    "the week after": ([WEEK, [row("di", "12-10")]], ALL | {"Di Nash"}, []),
    "the week before": ([WEEK, [row("di", "11-26")]], ALL | {"Di Nash"}, []),
    "longer ago than any reminder": (
        [[row("ana", "10-05"), row("bea", "10-06"), row("cal", "10-07")],
         [row("ana", "10-05"), row("cal", "10-07")]], set(), [],
    ),
    # … until a list answers it
    "back in the third list": ([WEEK, [ANA, CAL], WEEK], ALL, []),
    "asked still, after a list of other days": (
        [WEEK, [ANA, CAL], [row("di", "12-10"), row("ed", "12-11")]], ALL | {"Di Nash", "Ed Orr"}, GONE,
    ),
    "cancelled in the third list": ([WEEK, [ANA, CAL], [ANA, bea("No-show"), CAL]], WITHOUT_BEA, []),
    "moved in the third list": ([WEEK, [ANA, CAL], [ANA, CAL, row("bea", "12-09")]], ALL, []),
    # what is in the list has not vanished
    "cancelled": ([WEEK, [ANA, bea("Cancelled"), CAL]], WITHOUT_BEA, []),
    "pending again": ([WEEK, [ANA, bea("Pending"), CAL]], WITHOUT_BEA, []),
    "pending, and confirmed again": ([WEEK, [ANA, bea("Pending"), CAL], WEEK], ALL, []),
    "cancelled, and confirmed again": ([WEEK, [ANA, bea("Cancelled"), CAL], WEEK], ALL, []),
    "moved to the next day": ([WEEK, [ANA, row("bea", "12-04"), CAL]], ALL, []),
    "moved two weeks on": ([WEEK, [ANA, CAL, row("bea", "12-18")]], ALL, []),
    "another spelling": ([WEEK, [ANA, bea(last_name="HALL"), CAL]], ALL, []),
    "its own row is in doubt": ([WEEK, [ANA, bea("Parked"), CAL]], ALL, ["status"]),
    "its own number cannot be read": ([WEEK, [ANA, bea(phone="12"), CAL]], ALL, []),
    "its own day cannot be read": ([WEEK, [ANA, bea(treated_at="soon"), CAL]], ALL, []),
    # doubts and faults of others hide nobody
    "another row is in doubt": ([WEEK, [ANA, CAL, row("di", "12-04", "Parked")]], ALL, ["status", "vanished"]),
    "another row cannot be read": ([WEEK, [ANA, CAL, row("di", "12-04", phone="12")]], ALL, GONE),
    # another service is no treatment any more
    "another service now": ([WEEK, [ANA, bea(service="Botox"), CAL]], ALL, GONE),
    "only a consultation now": ([WEEK, [ANA, bea(service="Microneedling consultation"), CAL]], ALL, GONE),
    "cancelled, as another service": ([WEEK, [ANA, bea("Cancelled", "Botox"), CAL]], ALL, GONE),
    "a second service of one visit": ([WEEK, [*WEEK, bea(service="LED mask")]], ALL, []),
    # what does not take place is cancelled, whatever else is wrong in its row
    "cancelled, with a remark": ([WEEK, [ANA, bea("Cancelled", first_name="Bea (VIP)"), CAL]], WITHOUT_BEA, []),
    "cancelled, with an initial": ([WEEK, [ANA, bea("Cancelled", first_name="B."), CAL]], WITHOUT_BEA, []),
    "cancelled, with an unclear consent": (
        [WEEK, [ANA, bea("Cancelled", sms_consent="perhaps"), CAL]], WITHOUT_BEA, [],
    ),
    "cancelled, with a doubtful service": ([WEEK, [ANA, bea("Cancelled", "RF"), CAL]], WITHOUT_BEA, []),
    "cancelled, with no service": ([WEEK, [ANA, bea("Cancelled", ""), CAL]], WITHOUT_BEA, []),
    "no-show afterwards": (
        [[row("ana", "11-26"), row("bea", "11-26")], [row("ana", "11-26"), row("bea", "11-26", "No-show")]],
        {"Ana Silva"}, [],
    ),
    "cancelled and confirmed at one time": ([[bea("Cancelled"), ANA, bea()]], {"Ana Silva", "Bea Hall"}, []),
    # and nobody is asked who is meant where nothing would be cancelled
    "cancelled, a namesake": ([WEEK, [*WEEK, row("bea2", "12-09", "Cancelled", booking="8")]], ALL, []),
    "cancelled, somebody similar": ([WEEK, [*WEEK, row("beatrix", "12-09", "Cancelled", booking="8")]], ALL, []),
    "cancelled, nobody known": ([[ANA, bea("Cancelled")]], {"Ana Silva"}, []),
    "cancelled, doubtful service, nobody known": ([[ANA, bea("Cancelled", "RF")]], {"Ana Silva"}, []),
}  # fmt: skip


@pytest.mark.parametrize(
    "numbered", [True, pytest.param(False, marks=pytest.mark.slow)], ids=["numbered", "bare"]
)
@pytest.mark.parametrize("case", CASES)
def test_what_becomes_of_who_is_no_longer_in_a_list(
    house: House, case: str, numbered: bool
) -> None:
    desk, (lists, planned, asked) = Desk(house), CASES[case]
    for rows in lists:
        cells = [one if numbered else one[:-1] for one in rows]
        heading = f"{HEADINGS},booking_id" if numbered else HEADINGS
        desk.bring_in("\n".join([heading, *map(",".join, cells)]))
    assert desk.planned() == planned
    assert desk.asked() == asked


MOVES: dict[str, tuple[list[list[Row]], list[str]]] = {
    "the same day, another hour": (
        [WEEK, [ANA, bea("Cancelled"), row("bea", "12-03 15:00", booking="9"), CAL]],
        ["Ana 3 Dec 10:00", "Bea 3 Dec 15:00", "Cal 4 Dec 10:00"],
    ),
    "rescheduled to the next week": (
        [WEEK, [ANA, bea("Rescheduled"), row("bea", "12-10 11:00", booking="9"), CAL]],
        ["Ana 3 Dec 10:00", "Bea 10 Dec 11:00", "Cal 4 Dec 10:00"],
    ),
    "cancelled, and booked for weeks later": (
        [WEEK, [ANA, bea("Cancelled"), row("bea", "12-30", booking="9"), CAL]],
        ["Ana 3 Dec 10:00", "Bea 30 Dec 10:00", "Cal 4 Dec 10:00"],
    ),
    "one of two days is cancelled": (
        [[ANA, BEA, row("bea", "12-30", booking="9")],
         [ANA, bea("Cancelled"), row("bea", "12-30", booking="9")]],
        ["Ana 3 Dec 10:00", "Bea 30 Dec 10:00"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("numbered", [True, False], ids=["numbered", "bare"])
@pytest.mark.parametrize("case", MOVES)
def test_what_is_cancelled_and_booked_again_stands_once(
    house: House, case: str, numbered: bool
) -> None:
    desk, (lists, days) = Desk(house), MOVES[case]
    for rows in lists:
        cells = [one if numbered else one[:-1] for one in rows]
        heading = f"{HEADINGS},booking_id" if numbered else HEADINGS
        desk.bring_in("\n".join([heading, *map(",".join, cells)]))
    assert desk.days() == days
    assert desk.asked() == []


def test_a_cancelled_row_that_names_nobody_is_told_by_its_number(house: House) -> None:
    desk, heading = Desk(house), f"{HEADINGS},booking_id"
    desk.bring_in("\n".join([heading, *map(",".join, WEEK)]))
    desk.bring_in("\n".join([heading, *map(",".join, [ANA, bea("Cancelled", phone=""), CAL])]))
    assert desk.planned() == WITHOUT_BEA
    assert desk.asked() == []


def test_what_vanished_is_cancelled_one_by_one(house: House) -> None:
    desk = Desk(house)
    for rows in ([*WEEK, row("di", "12-03")], [ANA, CAL]):
        desk.bring_in("\n".join([HEADINGS, *map(",".join, (one[:-1] for one in rows))]))
    [asked] = desk.questions()
    assert asked.sentence == (
        "These treatments are no longer in your file: Bea Hall (3 December), Di Nash (3 December). Were they cancelled?"
    )
    labels = {choice.label: choice.key for choice in asked.choices}
    assert list(labels)[:2] == ["Yes, cancel both", "No, keep both"]
    desk.answer(asked.id, labels["Cancel Di Nash (3 December)"])
    assert desk.planned() == ALL
    [left] = desk.questions()
    assert (
        left.sentence
        == "This treatment is no longer in your file: Bea Hall (3 December). Was it cancelled?"
    )
    desk.answer(left.id, "keep")
    assert (desk.planned(), desk.asked()) == (ALL, [])
