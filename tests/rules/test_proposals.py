"""What the free text of a calendar event says, and what it only seems to say."""

from __future__ import annotations

import pytest

from reminders.rules.proposals import Invited, Proposal, Surroundings, propose, split
from reminders.wording.library import packaged

PROTOCOLS = tuple(packaged().protocols.values())
AT = Surroundings(
    ("Rosewood Skin",), frozenset({"desk@rosewood.example", "+442079460018"}), "GB", PROTOCOLS
)


def read(
    title: str, description: str = "", *invited: Invited, status: str = "CONFIRMED"
) -> Proposal:
    return propose(title, description, invited, status, AT)


TITLES = {
    "Microneedling - Ana Costa": ("Microneedling", "Ana Costa"),
    "Ana Costa: Microneedling": ("Microneedling", "Ana Costa"),
    "Ana Costa (SkinPen face)": ("SkinPen face", "Ana Costa"),
    "SkinPen with Ana Costa": ("SkinPen", "Ana Costa"),
    "Ana Costa Microneedling": ("Microneedling", "Ana Costa"),
    "Microneedling Face Ana Costa": ("Microneedling Face", "Ana Costa"),
    "Microneedling 60 min, Zoë O’Brien-Smith": ("Microneedling 60 min", "Zoë O’Brien-Smith"),
    "PRP Microneedling - Ana": ("PRP Microneedling", "Ana"),
    "Mikroneedling | Jürgen Groß": ("Mikroneedling", "Jürgen Groß"),
    "Ana Costa": ("", "Ana Costa"),
    "Microneedling": ("Microneedling", ""),
    "Lunch": ("Lunch", ""),
    "Team meeting": ("Team meeting", ""),
    "Microneedling - Ana Costa / Bea Hall": ("Microneedling - Ana Costa / Bea Hall", ""),
    "ana costa 2pm": ("ana costa 2pm", ""),
    "": ("", ""),
}


@pytest.mark.parametrize("title", TITLES)
def test_a_title_is_parted_into_service_and_name_where_both_are_sure(title: str) -> None:
    assert split(title, PROTOCOLS) == TITLES[title]


def test_fields_of_a_booking_system_count_before_its_title() -> None:
    found = read(
        "Appointment with Rosewood Skin",
        "Name: Ana Costa\nPhone: 07700 900101\nEmail: Ana@Mail.example\n"
        "Appointment Type: Microneedling\nPrice: £120",
    )
    assert found == Proposal("Microneedling", "Ana Costa", "+447700900101", "Ana@mail.example", "", told=True)  # fmt: skip


def test_markup_in_a_description_is_no_part_of_it() -> None:
    found = read("Microneedling", "<p><b>Client:</b> Ana Costa<br>Mobile: +44&nbsp;7700 900101</p>")
    assert (found.name, found.phone) == ("Ana Costa", "+447700900101")


def test_the_one_who_was_invited_is_the_client() -> None:
    found = read(
        "Microneedling Ana Costa",
        "",
        Invited("Rosewood", "desk@rosewood.example"),
        Invited("Room 2", "room2@rosewood.example", "RESOURCE"),
        Invited("Ana Costa", "ana@mail.example", "ACCEPTED"),
    )
    assert found == Proposal("Microneedling", "Ana Costa", "", "ana@mail.example", "", told=True)


@pytest.mark.parametrize(
    "description, phone, email",
    [
        ("call 07700 900101", "+447700900101", ""),
        ("ana@mail.example", "", "ana@mail.example"),
        ("Questions? desk@rosewood.example or 020 7946 0018", "", ""),
        ("07700 900101, husband 07700 900102", "", ""),
        ("ana@mail.example bea@mail.example", "", ""),
        ("ref 1234567", "", ""),
        ("room@resource.calendar.google.com no-reply@acuity.example", "", ""),
    ],
)
def test_a_contact_counts_where_it_is_the_only_one_and_not_the_clinic_s(
    description: str, phone: str, email: str
) -> None:
    found = read("Microneedling - Ana Costa", description)
    assert (found.phone, found.email) == (phone, email)


def test_of_several_guests_none_is_the_client() -> None:
    found = read(
        "Microneedling", "", Invited("Ana", "a@mail.example"), Invited("Bea", "b@mail.example")
    )
    assert not found.has_contact
    assert not found.name


@pytest.mark.parametrize(
    "title, status, answer, expected",
    [
        ("Microneedling - Ana Costa", "CONFIRMED", "ACCEPTED", ""),
        ("Microneedling - Ana Costa", "CANCELLED", "", "cancelled"),
        ("Microneedling - Ana Costa", "TENTATIVE", "", "tentative"),
        ("Microneedling - Ana Costa", "", "DECLINED", "declined"),
        ("CANCELLED: Microneedling - Ana Costa", "", "", "CANCELLED"),
        ("Ana Costa - Microneedling - no show", "", "", "no show"),
        ("Microneedling - Ann Held", "", "", ""),
    ],
)
def test_what_speaks_against_an_event_is_heard(
    title: str, status: str, answer: str, expected: str
) -> None:
    found = read(title, "", Invited("", "ana@mail.example", answer), status=status)
    assert found.status == expected
