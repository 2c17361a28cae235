"""Invented lists of three clinics for the demo, with changes in the weeks after."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO

from reminders.rules.protocols import Offset

HEADER = (
    "First name", "Last name", "Mobile", "Email", "Treatment", "Date", "Time",
    "SMS consent", "Email consent", "Consent date", "Consent source", "Booking ID", "Status",
)  # fmt: skip

Told = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoClinic:
    """A clinic of the story, with its list and, where there is one, the list it sends later."""

    name: str
    time_zone: str
    phone: str
    email: str
    address: str
    rows: tuple[Told, ...]
    later_rows: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoScript:
    """Who is treated when, counted from ``today``; all names and numbers are fictional."""

    today: date

    @property
    def later_list_on(self) -> date:
        """Return when one clinic sends its list again, with a date moved and one cancelled."""
        return self.today + timedelta(days=3)

    @property
    def stops_on(self) -> date:
        """Return when one client asks to be left alone."""
        return self.today + timedelta(days=5)

    who_stops = "Grace"

    def clinics(self) -> Iterator[DemoClinic]:
        """Return the three clinics with their lists."""
        yield self._london()
        yield self._new_york()
        yield self._sydney()

    def _day(self, days: int, form: str = "%d/%m/%Y") -> str:
        return f"{self.today + timedelta(days=days):{form}}"

    def _london(self) -> DemoClinic:
        consent = ("yes", "yes", self._day(-30), "paper form")
        texts_only = ("yes", "", self._day(-30), "paper form")
        return DemoClinic(
            "Rosewood Skin", "Europe/London", "020 7946 0018", "desk@rosewood.example",
            "18 Rose Street, London",
            (
                ("Ana", "Costa", "07700 900101", "ana@mail.example", "Microneedling", self._day(9), "14:30", *consent, "R-1", "booked"),
                ("Zoë", "Bright", "+44 7700 900102", "", "SkinPen", self._day(0), "08:00", *texts_only, "R-2", "booked"),
                ("Maria", "Lind", "07700900103", "maria@mail.example", "Microneedling", self._day(2), "11:00", "", "", "", "", "R-3", "booked"),
                ("Grace", "Hall", "(07700) 900104", "grace@mail.example", "Microneedling", self._day(-1), "16:00", *consent, "R-4", "booked"),
            ),
        )  # fmt: skip

    def _new_york(self) -> DemoClinic:
        us = "%m/%d/%Y"
        consent = ("yes", "yes", self._day(-20, us), "tablet at the desk")
        dana = (
            "Dana",
            "Reed",
            "+1 500 555 0001",
            "dana@mail.example",
            "Microneedling",
            self._day(-1, us),
            "10:00 AM",
            *consent,
            "H-1",
            "booked",
        )
        emily = ("Emily", "Stone", "(212) 555-0147", "emily@mail.example", "Microneedling")
        olivia = (
            "Olivia",
            "Park",
            "212.555.0163",
            "olivia@mail.example",
            "Microneedling",
            self._day(10, us),
            "1:00 PM",
            *consent,
            "H-3",
        )
        return DemoClinic(
            "Hudson Skin", "America/New_York", "+1 212-555-0142", "hello@hudson.example",
            "142 Hudson Street, New York",
            (
                dana,
                (*emily, self._day(8, us), "3:00 PM", *consent, "H-2", "booked"),
                (*olivia, "booked"),
            ),
            (
                dana,
                (*emily, self._day(15, us), "3:00 PM", *consent, "H-2", "booked"),
                (*olivia, "cancelled"),
            ),
        )  # fmt: skip

    def _sydney(self) -> DemoClinic:
        consent = ("yes", "yes", self._day(-10), "web form")
        first = self.today - timedelta(days=2)
        second = Offset(months=1).from_day(first)
        chloe = ("Chloe", "Nguyen", "0491 570 156", "chloe@mail.example", "Dermapen")
        return DemoClinic(
            "Harbour Skin", "Australia/Sydney", "(02) 5550 1234", "care@harbour.example",
            "5 Quay Street, Sydney",
            (
                (*chloe, f"{first:%d/%m/%Y}", "10:00", *consent, "S-1", "booked"),
                (*chloe, f"{second:%d/%m/%Y}", "10:00", *consent, "S-2", "booked"),
                ("Priya", "Shah", "0491 570 157", "priya@mail.example", "Microneedling", self._day(-4), "15:00", *consent, "S-3", "booked"),
                ("Ruth", "Wong", "6.1491E+11", "ruth@mail", "Microneedling", f"31/02/{self.today.year}", "15:00", *consent, "S-4", "booked"),
            ),
        )  # fmt: skip


def as_csv(rows: tuple[Told, ...]) -> str:
    """Write a list the way a spreadsheet program saves it."""
    text = StringIO()
    csv.writer(text).writerows((HEADER, *rows))
    return text.getvalue()
