"""Texts: what they begin and end with, whom to call or where to read, and what names cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reminders.links import Links
from reminders.rules.segments import Encoding, size
from reminders.rules.terms import Channel, Discretion, Facts, OneOffFacts, OneOffKind
from reminders.rules.text_names import ClientNames
from reminders.rules.wording import Approved, Customisation
from reminders.wording.renderer import Renderer
from tests.support.facts import CLINIC, FACTS
from tests.support.languages import FEW_FIRST, TONGUES
from tests.support.rendering import LIBRARY, MILESTONES, NOW, RENDERER, WIDEST, render
from tests.wordings import LEAST, share

LONG = Renderer(LIBRARY, Links("k" * 32, "https://aftercare.clinic.example"))
"""Renders with the address of a domain of 24 letters."""

TOLD: dict[str, Any] = {"stop_told_at": NOW - timedelta(days=2), "course_begun": True}
"""A text two days ago, of the same treatment, said how to stop."""

WELCOME = OneOffFacts(OneOffKind.OPT_IN, "", "", urgent=False)
STOPS = {tag: language.stop for tag, language in LIBRARY.all_languages.items()}


def text(milestone: str = "day-1", facts: Facts = FACTS, **other: Any) -> str:
    return LONG.render(replace(facts, milestone=milestone, **other), NOW, NOW).text


@pytest.mark.parametrize("milestone", MILESTONES)
def test_a_text_greets_after_the_clinic_s_name_and_ends_with_a_number_or_a_link(
    milestone: str,
) -> None:
    said = text(milestone, **TOLD)
    assert said.startswith("Rosewood Skin: Hi Ana, ")
    ends = [said.endswith("020 7946 0018"), "https://aftercare.clinic.example/a/" in said]
    assert sum(ends) == 1
    assert "STOP" not in said


@pytest.mark.parametrize("milestone", MILESTONES)
def test_how_to_stop_stands_on_a_line_of_its_own(milestone: str) -> None:
    assert text(milestone).endswith("\nReply STOP to end")


@pytest.mark.parametrize("tongue", TONGUES)
@pytest.mark.parametrize("milestone", MILESTONES)
def test_at_its_widest_a_text_is_one_segment_once_how_to_stop_was_told(
    milestone: str, tongue: str
) -> None:
    said = text(milestone, WIDEST, language=tongue, first_name="Bartholomew", **TOLD)
    assert (size(said).encoding, size(said).segments) == (Encoding.GSM_7, 1), said
    assert ": Bartholomew" not in said
    assert "Bartholomew" in said


def test_the_number_stands_in_for_the_page_where_that_leaves_room_to_say_how_to_stop() -> None:
    widest = replace(WIDEST, first_name="Bartholomew")
    assert "/a/" in text("day-1", widest, **TOLD)
    told = text("day-1", widest)
    assert "/a/" not in told
    assert told.endswith("Questions? Call +1 415-555-0132\nReply STOP to end")
    assert "More:" not in told
    assert size(told).segments == 1


def test_a_short_address_stays_beside_how_to_stop() -> None:
    assert "https://clinic.example/a/" in render("day-1", Channel.SMS).text


@pytest.mark.parametrize(
    "name,wish,greeted,segments",
    [
        ("Zoë", ClientNames.CHEAPEST, "Hi Zoe,", 1),
        ("Łukasz", ClientNames.CHEAPEST, "Hi Lukasz,", 1),
        ("Siân", ClientNames.PLAIN, "Hi Sian,", 1),
        ("José", ClientNames.CHEAPEST, "Hi José,", 1),
        ("Zoë", ClientNames.AS_WRITTEN, "Hi Zoë,", 2),
        ("Анна", ClientNames.CHEAPEST, "Skin: Hi, ", 1),
        ("Анна", ClientNames.PLAIN, "Hi Анна,", 2),
        ("佳穎", ClientNames.CHEAPEST, "Skin: Hi, ", 1),
        ("Maximiliane Alexandrine", ClientNames.CHEAPEST, "Hi Maximiliane Alexandrine,", 1),
        ("x" * 60, ClientNames.CHEAPEST, "Skin: Hi, ", 1),
        ("x" * 60, ClientNames.PLAIN, f"Hi {'x' * 60},", 2),
    ],
)
def test_a_name_is_written_so_that_it_costs_no_segment_or_as_the_clinic_wishes(
    name: str, wish: ClientNames, greeted: str, segments: int
) -> None:
    clinic = replace(CLINIC, client_names=wish)
    said = text("day-1", clinic=clinic, first_name=name, **TOLD)
    assert greeted in said
    assert size(said).segments == segments


def test_an_email_keeps_a_name_as_it_is_written() -> None:
    mail = render("day-1", Channel.EMAIL, replace(FACTS, first_name="Zoë"))
    assert "Dear Zoë," in mail.text


@pytest.mark.parametrize(
    "name,own,begins",
    [
        ("Clínica Sol", None, "Clinica Sol: "),
        ("Łódź Skin", None, "Lodz Skin: "),
        ("Rosewood Skin and Laser Clinic", None, "Rosewood Skin: "),
        ("Rosewood Skin and Laser Clinic", "Rosewood Laser", "Rosewood Laser: "),
    ],
)
def test_texts_begin_with_the_name_in_texts(name: str, own: str | None, begins: str) -> None:
    clinic = replace(CLINIC, name=name, text_name=own)
    message = LONG.render(replace(FACTS, clinic=clinic), NOW, NOW)
    assert message.text.startswith(begins)
    assert message.segments == 1
    assert message.clinic_name == name


@pytest.mark.parametrize("tongue", TONGUES)
@pytest.mark.parametrize(
    "number,country,said",
    [("+14155550132", "US", "rates_may_apply"), ("+447700900101", "GB", "usual_rates"),
     ("+61491570006", "AU", "usual_rates"), ("+4915123456789", "DE", "usual_rates")],
)  # fmt: skip
def test_the_welcome_says_how_often_what_it_costs_there_whom_to_ask_and_how_to_stop(
    tongue: str, number: str, country: str, said: str
) -> None:
    clinic = replace(CLINIC, country=country)
    welcome = replace(FACTS, one_off=WELCOME, contact=number, language=tongue, clinic=clinic)
    message = LONG.render(welcome, NOW, NOW)
    say = LIBRARY.all_languages[message.language].say
    assert say[said] in message.text
    assert ("/a/" in message.text) != ("7946 0018" in message.text)
    assert " 3 " in message.text
    assert message.text.endswith(f"\n{STOPS[message.language]}")
    assert (message.segments, message.tells_stop) == (1, True)


def test_rates_are_never_said_to_a_number_that_is_not_plus_one() -> None:
    british = replace(FACTS, one_off=WELCOME)
    assert "rates may apply" not in LONG.render(british, NOW, NOW).text
    american = LONG.render(replace(british, contact="+14155550132"), NOW, NOW).text
    assert "Msg & data rates may apply" in american


@pytest.mark.parametrize("tongue", TONGUES)
def test_a_discreet_text_leads_to_the_page_in_one_segment(tongue: str) -> None:
    said = text("day-3", WIDEST, language=tongue, discretion=Discretion.DISCREET)
    assert "/a/" in said
    assert size(said).segments == 1, said


def test_a_clinic_s_own_words_from_before_still_get_the_page_behind_them() -> None:
    packaged = LIBRARY.wording("skin-needling", "en-GB", "day-1")
    old = replace(packaged, sms="{{ first_name }}, SPF now. {{ clinic.phone }}")
    own = Customisation({}, {("skin-needling", "day-1", "en-GB"): Approved(old)})
    said = text("day-1", clinic=replace(CLINIC, customisation=own), **TOLD)
    assert said.startswith("Rosewood Skin: Ana, SPF now. 020 7946 0018 https://")


def test_the_message_records_that_it_told_how_to_stop() -> None:
    assert RENDERER.render(FACTS, NOW, NOW).tells_stop
    assert not RENDERER.render(replace(FACTS, **TOLD), NOW, NOW).tells_stop
    mail = replace(FACTS, channel=Channel.EMAIL, contact="ana@mail.example")
    assert not RENDERER.render(mail, NOW, NOW).tells_stop


@pytest.mark.parametrize("tongue", FEW_FIRST)
def test_texts_to_the_two_hundred_commonest_names_are_one_segment(tongue: str) -> None:
    shares = share(tongue)
    assert min(shares.values()) >= LEAST, shares
