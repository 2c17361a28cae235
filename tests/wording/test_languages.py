"""Every message in every language: the table of texts, and rendering at every end of every number."""

from __future__ import annotations

import re
from dataclasses import astuple, replace
from datetime import UTC, date, datetime, timedelta

import phonenumbers
import pytest

from reminders.links import Links
from reminders.rules.parameters import Kind
from reminders.rules.segments import Encoding, size
from reminders.rules.terms import Channel, Discretion
from reminders.rules.wording import Approved, Customisation
from reminders.wording.library import templates_folder
from reminders.wording.markdown import to_text
from reminders.wording.print_sheets import aftercare_sheet, review_pack
from reminders.wording.reading_age import grade
from reminders.wording.renderer import Renderer, RenderError
from tests.support.languages import FEW_FIRST, LIBRARY, TONGUES, facts

NOW = datetime(2026, 9, 1, 9, tzinfo=UTC)
RENDERER = Renderer(LIBRARY, Links("k" * 32, "https://aftercare.clinic.example"))
PEN = LIBRARY.protocols["skin-needling"]


def test_every_protocol_is_whole_in_seven_languages_none_of_them_reviewed() -> None:
    for key in LIBRARY.protocols:
        assert set(LIBRARY.languages(key)) == set(TONGUES)
        assert {LIBRARY.reviewed_by(key, tongue) for tongue in TONGUES} == {"none"}


TABLE = [(milestone.key, tongue) for tongue in TONGUES for milestone in PEN.milestones]


@pytest.mark.parametrize("milestone,tongue", TABLE)
def test_a_text_fits_on_any_day_and_reads_easily(milestone: str, tongue: str) -> None:
    """The table: run with ``-s`` to see each text, its segments and its grade."""
    told = facts("skin-needling", tongue, milestone, Channel.SMS)
    told = replace(told, first_name="Bartholomew", stop_told_at=NOW, course_begun=True)
    year = [date(2026, 1, 1) + timedelta(days=7 * week + week % 7) for week in range(52)]
    says_when = re.search(r"\{\{ (?:when|date)", _said(milestone, tongue))
    days = year if says_when else year[:1]
    texts = [RENDERER.render(replace(told, treated_on=day), NOW, NOW).text for day in days]
    widest = max(texts, key=lambda text: (size(text).segments, size(text).units))
    words = LIBRARY.with_numbers(
        "skin-needling", tongue, LIBRARY.wording("skin-needling", tongue, milestone), {}
    )
    years = grade(f"{words.sms}\n{to_text(words.body)}", LIBRARY.all_languages[tongue].measure)
    print(f"\n{milestone} {tongue}: {size(widest).units} units, school year {years}\n{widest}")
    assert {size(text).encoding for text in texts} == {Encoding.GSM_7}
    assert size(widest).segments == 1, widest
    assert years <= 6
    assert re.match(r"Twenty Letter: [\w ]+,? Bartholomew[,:] ", widest)


def _said(milestone: str, tongue: str) -> str:
    return LIBRARY.wording("skin-needling", tongue, milestone).sms


OWN_WORDS = ("skin-needling", "skin-needling-rf", "skin-needling-prp")
"""The roller's words are the pen's."""

LEFT_OPEN = re.compile(
    r"\{\{(?!\s*(?:first_name|when|date|emergency|page_url|clinic\.\w+)\s*\}\})|\{%|\[\["
)


@pytest.mark.parametrize("protocol", OWN_WORDS)
@pytest.mark.parametrize("tongue", [t for t in TONGUES if t != "en-GB"])
def test_only_what_a_client_s_message_tells_is_left_open_at_both_ends(
    protocol: str, tongue: str
) -> None:
    course = LIBRARY.protocols[protocol]
    for end in (0, -1):
        own = {p.key: p.ends[end] for p in course.parameters}
        for milestone in course.milestones:
            words = LIBRARY.wording(protocol, tongue, milestone.key, own)
            filled = LIBRARY.with_numbers(protocol, tongue, words, own)
            assert not LEFT_OPEN.search(" ".join(astuple(filled)))


@pytest.mark.parametrize("tongue", [t for t in TONGUES if t != "en-GB"])
def test_every_number_that_chooses_a_sentence_is_tried_at_its_ends(tongue: str) -> None:
    for milestone in PEN.milestones:
        path = templates_folder() / "care" / "skin-needling" / tongue / f"{milestone.key}.md"
        asked = " ".join(re.findall(r"\{%.*?%\}", path.read_text("utf-8")))
        for parameter in (p for p in PEN.parameters if p.key in asked):
            for value in parameter.ends:
                own = {parameter.key: value}
                words = LIBRARY.wording("skin-needling", tongue, milestone.key, own)
                filled = LIBRARY.with_numbers("skin-needling", tongue, words, own)
                assert not LEFT_OPEN.search(" ".join(astuple(filled)))


@pytest.mark.parametrize(
    "protocol,tongue",
    [("skin-needling", t) for t in TONGUES]
    + [("skin-needling-rf", "en"), ("skin-needling-prp", "es")],
)
def test_no_email_leaves_anything_unfilled(protocol: str, tongue: str) -> None:
    for milestone in PEN.milestones:
        message = RENDERER.render(facts(protocol, tongue, milestone.key, Channel.EMAIL), NOW, NOW)
        everything = f"{message.subject}{message.text}{message.html}"
        assert not re.search(r"\{\{|\{%|\[\[|\[%|q7x\d", everything)
        assert len(message.html.encode()) < 20_000
        assert "<img" not in message.html
        assert LIBRARY.all_languages[tongue].say["unsubscribe"] in message.text


@pytest.mark.parametrize("tongue", TONGUES)
@pytest.mark.parametrize("hours", [0, 24, 25, 48, 49, 72])
def test_sunscreen_is_never_advised_before_it_may_start(tongue: str, hours: int) -> None:
    named = re.compile(r"(?:SPF|FPS|LSF) 30")
    evening, day_1, day_3 = (
        RENDERER.render(facts("skin-needling", tongue, m, Channel.SMS, sunscreen_start_h=hours), NOW, NOW).text
        for m in ("same-evening", "day-1", "day-3")
    )  # fmt: skip
    assert bool(named.search(day_1)) == (hours <= 24)
    assert bool(named.search(day_3)) == (hours <= 48)
    assert (f"{hours} " in evening) == (hours > 0)


@pytest.mark.parametrize(
    "tongue,kind,number,written",
    [
        ("en", Kind.DAYS, 1, "1 day"),
        ("en", Kind.DAYS, 7, "7 days"),
        ("es", Kind.DAYS, 1, "1 día"),
        ("fr", Kind.HOURS, 24, "24 heures"),
        ("de", Kind.WEEKS, 6, "6 Wochen"),
        ("pl", Kind.DAYS, 1, "1 dzień"),
        ("pl", Kind.HOURS, 22, "22 godziny"),
        ("pl", Kind.HOURS, 25, "25 godzin"),
        ("pl", Kind.HOURS, 12, "12 godzin"),
        ("pl", Kind.WEEKS, 3, "3 tygodnie"),
        ("pt-BR", Kind.DAYS, 1, "1 dia"),
        ("pt-BR", Kind.DAYS, 14, "14 dias"),
    ],
)
def test_numbers_are_counted_in_each_language_s_plural(
    tongue: str, kind: Kind, number: int, written: str
) -> None:
    assert LIBRARY.all_languages[tongue].count(kind, number) == written


def test_emergency_numbers_are_known_as_such_in_their_countries() -> None:
    for country, number in LIBRARY.emergencies.items():
        assert phonenumbers.is_emergency_number(number, country), (country, number)


@pytest.mark.parametrize(
    "country,own,said",
    [("GB", 0, "Call 999 now"), ("US", 0, "Call 911 now"), ("AU", 0, "Call 000 now"),
     ("", 0, "Call your emergency number now"), ("GB", 112, "Call 112 now")],
)  # fmt: skip
def test_an_emergency_is_called_by_the_clinic_s_country(country: str, own: int, said: str) -> None:
    there = facts("skin-needling", "en", "day-1", Channel.EMAIL, emergency_number=own)
    there = replace(there, language="en", clinic=replace(there.clinic, country=country))
    assert said in RENDERER.render(there, NOW, NOW).text


@pytest.mark.parametrize("tongue", TONGUES)
def test_a_discreet_message_is_whole_in_every_language(tongue: str) -> None:
    for channel in Channel:
        quiet = replace(
            facts("skin-needling", tongue, "day-3", channel), discretion=Discretion.DISCREET
        )
        message = RENDERER.render(quiet, NOW, NOW)
        assert "/a/" in message.text
        assert not re.search(r"SPF|FPS|LSF|\{\{", message.text)


def test_a_clinic_s_own_words_are_used_and_may_hold_no_more_than_placeholders() -> None:
    said = replace(
        LIBRARY.wording("skin-needling", "en", "day-1"), sms="{{ first_name }}, SPF {{ spf_min }}."
    )
    key = ("skin-needling", "day-1", "en")
    mine = facts("skin-needling", "en-US", "day-1", Channel.SMS)
    own = Customisation({"skin-needling": {"spf_min": 50}}, {key: Approved(said, None, 7)})
    message = RENDERER.render(
        replace(mine, clinic=replace(mine.clinic, customisation=own)), NOW, NOW
    )
    assert "Bartholomewx, SPF 50." in message.text
    assert message.wording == 7
    bad = Customisation({}, {key: Approved(replace(said, body="{% include 'call' %}"))})
    with pytest.raises(RenderError, match="placeholders"):
        RENDERER.render(replace(mine, clinic=replace(mine.clinic, customisation=bad)), NOW, NOW)


@pytest.mark.parametrize("protocol", LIBRARY.protocols)
@pytest.mark.parametrize("tongue", FEW_FIRST)
def test_sheet_and_review_pack_are_whole(protocol: str, tongue: str) -> None:
    sheet = aftercare_sheet(LIBRARY, protocol, tongue)
    pack = review_pack(LIBRARY, protocol, tongue, NOW.date())
    for page in (sheet, pack):
        assert not re.search(r"\{\{|\{%|\[\[", page)
        assert "<script" not in page
    assert LIBRARY.all_languages[tongue].headings["call"] in sheet
    assert LIBRARY.all_languages[tongue].say["emergency"] in sheet
    for milestone in LIBRARY.protocols[protocol].milestones:
        assert milestone.name in pack
    assert "Reviewed by: <strong>none</strong>" in pack
