"""The words: what each message says, what it costs, and that nothing can act as markup."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.links import Links
from reminders.rules.terms import Channel, Discretion
from reminders.wording.library import Library, WordingError, templates_folder
from reminders.wording.markdown import hold_tags, to_html, to_text
from reminders.wording.renderer import Renderer, RenderError
from tests.support.facts import CLINIC, FACTS
from tests.support.rendering import LIBRARY, MILESTONES, NOW, RENDERER, render


@pytest.mark.parametrize("milestone", ["day-1", "week-1", "month-1"])
def test_day_one_week_and_month_name_sunscreen_no_picking_and_moisture(milestone: str) -> None:
    text = render(milestone, Channel.SMS).text
    assert "SPF 30+" in text
    assert re.search(r"(?i)not pick|no picking", text)
    assert re.search("cream|moist", text)


@pytest.mark.parametrize(
    "milestone,first",
    [
        ("day-1", "SPF"),
        ("day-3", "pick"),
        ("week-1", "SPF"),
        ("month-1", "SPF"),
        ("same-evening", "shade"),
    ],
)
def test_a_text_leads_with_what_matters_that_day(milestone: str, first: str) -> None:
    text = render(milestone, Channel.SMS).text.casefold()
    topics = {word: text.find(word.casefold()) for word in ("SPF", "pick", "cream", "shade")}
    found = {word: place for word, place in topics.items() if place >= 0}
    assert min(found, key=lambda word: found[word]) == first


@pytest.mark.parametrize("milestone", MILESTONES)
@pytest.mark.parametrize("channel", Channel)
def test_no_message_names_the_procedure_or_promises_results(
    milestone: str,
    channel: Channel,
) -> None:
    message = render(milestone, channel)
    words = f"{message.subject} {message.text}".casefold()
    for never in ("needling", "roller", "dermapen", "guarantee", "will remove", "cure", "perfect"):
        assert never not in words
    assert "{{" not in words
    assert "{%" not in words


@pytest.mark.parametrize("milestone", MILESTONES)
def test_no_text_asks_for_an_answer_that_means_stop(milestone: str) -> None:
    text = render(milestone, Channel.SMS).text
    assert re.findall(r"(?i)reply (\w+)", text) == ["STOP"]


@pytest.mark.parametrize("milestone", MILESTONES)
def test_an_email_is_whole_in_both_its_parts(milestone: str) -> None:
    message = render(milestone, Channel.EMAIL)
    for part in (message.text, message.html):
        assert "Ana" in part
        assert "020 7946 0018" in part
        assert "18 Rose Street" in part
        assert "https://clinic.example/u/" in part
        assert "(tel:" not in message.text
    assert len(message.html.encode()) < 20_000
    assert "http://" not in message.html.replace("http://www.w3.org", "")
    assert "<img" not in message.html
    assert max(map(len, message.subject.splitlines())) < 70
    assert len(message.subject.splitlines()) == 1


@pytest.mark.parametrize("milestone", MILESTONES)
def test_numbers_clinics_disagree_on_come_from_parameters(milestone: str) -> None:
    body = LIBRARY.wording("skin-needling", "en", milestone)
    bare = re.sub(r"\{\{.*?\}\}", "", f"{body.sms} {body.body}")
    assert not re.search(r"SPF \d|\d+ (hours|days|weeks)", bare)


def test_an_unknown_hour_is_left_out() -> None:
    known = render("day-before", Channel.SMS, replace(FACTS, treated_on=date(2026, 3, 5)))
    unknown = render(
        "day-before", Channel.SMS, replace(FACTS, treated_on=date(2026, 3, 5), starts=None)
    )
    assert "see you on Thu 5 Mar at 10:00. Come" in known.text
    assert "see you on Thu 5 Mar. Come" in unknown.text


def test_dates_and_hours_are_written_as_at_the_clinic_s_place() -> None:
    american = replace(FACTS, clinic=replace(CLINIC, country="US"), starts=time(15, 30))
    assert "Tue, Mar 3 at 3:30 PM" in render("day-before", Channel.SMS, american).text


def test_a_curly_quote_in_a_name_costs_nothing() -> None:
    message = render("day-1", Channel.SMS, replace(FACTS, first_name="D’Arcy"))
    assert "D'Arcy" in message.text
    assert message.segments == 1


NASTY = [
    "<script>alert(1)</script>",
    "[click](http://evil.example)",
    "**bold**",
    "{{ clinic.phone }}",
    "{% raw %}",
    "# heading",
    "q7x0x7q",
    '"><img src=x>',
]


@pytest.mark.parametrize("name", NASTY)
def test_nothing_a_client_is_called_can_act_as_markup(name: str) -> None:
    message = render("day-1", Channel.EMAIL, replace(FACTS, first_name=name))
    plain = render("day-1", Channel.EMAIL)
    tags = re.compile(r"<[a-z][^>]*>")
    assert len(tags.findall(message.html)) == len(tags.findall(plain.html))
    assert f"Dear {name}," in message.text


@given(name=st.text(min_size=1, max_size=60))
def test_any_name_at_all_is_rendered(name: str) -> None:
    for channel in Channel:
        message = render("day-1", channel, replace(FACTS, first_name=name))
        assert message.text
        assert "\n" not in message.subject


def test_a_language_we_do_not_have_falls_back_to_english() -> None:
    message = render("day-1", Channel.EMAIL, replace(FACTS, language="it"))
    assert message.language == "en-GB"
    assert "Dear Ana" in message.text


@pytest.mark.parametrize(
    "wanted,country,used",
    [
        ("en", "US", "en"),
        ("en", "GB", "en-GB"),
        ("en", "AU", "en-GB"),
        ("en", "ZA", "en-GB"),
        ("en", "", "en"),
        ("en-US", "GB", "en"),
        ("en-IE", "US", "en-GB"),
        ("it", "US", "en"),
        ("it", "GB", "en-GB"),
    ],
)
def test_english_is_spelled_as_in_its_country(wanted: str, country: str, used: str) -> None:
    assert LIBRARY.language("skin-needling", wanted, country) == used


@pytest.mark.parametrize(
    "content,problem",
    [
        ("no front matter", "cannot be read"),
        ('+++\nsubject = "a"\n+++\nbody', "preheader"),
        ("+++\nsubject = \n+++\nbody", "cannot be read"),
    ],
)
def test_a_broken_milestone_file_is_named(tmp_path: Path, content: str, problem: str) -> None:
    shutil.copytree(templates_folder(), tmp_path, dirs_exist_ok=True)
    (tmp_path / "care" / "skin-needling" / "en" / "day-1.md").write_text(content, "utf-8")
    with pytest.raises(WordingError, match=r"day-1\.md") as broken:
        Library(tmp_path).wording("skin-needling", "en", "day-1")
    assert problem in str(broken.value)


@pytest.mark.parametrize(
    "words", ["{{ unknown }}", "{{ clinic.fax }}", "{% if %}", "{{ first_name"]
)
def test_what_is_not_known_is_not_sent(tmp_path: Path, words: str) -> None:
    shutil.copytree(templates_folder(), tmp_path, dirs_exist_ok=True)
    path = tmp_path / "care" / "skin-needling" / "en" / "day-1.md"
    path.write_text(f'+++\nsubject = "a"\npreheader = "b"\nsms = "c"\n+++\n{words}', "utf-8")
    renderer = Renderer(Library(tmp_path), Links("k" * 32, "https://clinic.example"))
    broken = replace(FACTS, channel=Channel.EMAIL, contact="ana@mail.example")
    with pytest.raises(RenderError):
        renderer.render(broken, NOW, NOW)


def test_markdown_becomes_plain_mail_as_people_write_it() -> None:
    source = "# Hello\n\nDear *Ana*,\nhow are you?\n\n- one\n- **two**\n\n[Call](tel:1) or [look](https://x.example)."
    assert to_text(source) == (
        "Hello\n-----\nDear Ana,\nhow are you?\n\n- one\n- two\n\nCall or look (https://x.example)."
    )


def test_raw_html_in_wording_is_shown_and_not_used() -> None:
    assert "<script>" not in to_html("Hi <script>alert(1)</script>")


def test_placeholders_come_through_a_conversion_untouched() -> None:
    held = hold_tags('# {{ a_b }} "{{ c["d"] }}" [x](tel:{{ e }})', to_html)
    assert "{{ a_b }}" in held
    assert '{{ c["d"] }}' in held
    assert 'href="tel:{{ e }}"' in held


def test_unsubscribe_links_are_ours_alone() -> None:
    links = Links("k" * 32, "https://clinic.example/")
    token = links.unsubscribe_token(7)
    assert links.client_of(token) == 7
    assert links.unsubscribe_url(7) == f"https://clinic.example/u/{token}"
    assert Links("another key", "https://clinic.example").client_of(token) is None
    for wrong in ("", "x", token[:-1], token[:-1] + "A", "é", "=" * 9, token + "AAAA"):
        assert links.client_of(wrong) is None
    assert links.reference(7) == links.reference(7)
    assert links.reference(7) != links.reference(8)


def test_the_zone_a_client_lives_in_is_not_shown_in_dates() -> None:
    away = replace(FACTS, zone=ZoneInfo("Pacific/Auckland"), treated_on=date(2026, 3, 5))
    assert "Thu 5 Mar at 10:00" in render("day-before", Channel.SMS, away).text


def test_a_discreet_message_tells_nothing_but_where_to_read_it() -> None:
    for channel in Channel:
        quiet = render("day-1", channel, replace(FACTS, discretion=Discretion.DISCREET))
        page = RENDERER._names.page_url(FACTS.client_id, 1)
        assert page in quiet.text
        assert "SPF" not in f"{quiet.subject} {quiet.text} {quiet.html}"
        assert "skin" not in f"{quiet.subject} {quiet.text}".casefold().replace("rosewood skin", "")
