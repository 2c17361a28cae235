"""The manual at /help: for everybody, within the desk for staff, and while the database is away."""

from __future__ import annotations

import re
from unittest.mock import patch

import pytest
from sqlalchemy.exc import OperationalError
from starlette.routing import Route

from reminders.web.desk import ROUTES
from reminders.web.desk.labels import HELP, help_for
from reminders.web.desk.navigation import APART, FIRST
from reminders.web.desk.sign_in.access import Access
from reminders.wording.library import templates_folder
from reminders.wording.manual import manual_in
from tests.conftest import House
from tests.support.desk import Desk, signed_in

pytestmark = pytest.mark.portable

MANUAL = manual_in(templates_folder())


def test_every_page_opens_without_signing_in(house: House) -> None:
    desk = Desk(house)
    for topic, page in MANUAL.pages.items():
        answer = desk.get(f"/help/{topic}")
        assert answer.status_code == 200, topic
        assert f"<title>{page.title}" in answer.text
    assert "Getting started" in desk.get("/help").text


def test_every_link_of_every_page_leads_to_a_page_and_a_heading_there(house: House) -> None:
    desk = Desk(house)
    bodies = {topic: desk.get(f"/help/{topic}").text for topic in MANUAL.pages}
    for body in bodies.values():
        for topic, anchor in re.findall(r'href="/help/([a-z-]+)(?:#([\w-]+))?"', body):
            assert not anchor or f'id="{anchor}"' in bodies[topic], (topic, anchor)


def test_no_clinic_is_named_to_who_is_not_signed_in(house: House) -> None:
    signed_in(house)
    desk = Desk(house)
    assert 'aria-label="Main"' not in desk.get("/help/desk").text
    assert "Sign out" not in desk.text


def test_staff_read_it_within_their_desk(house: House) -> None:
    desk = signed_in(house)
    answer = desk.get("/help/lists")
    assert 'aria-label="Main"' in answer.text
    assert "For every faulty cell you see" in desk.text


def test_words_are_found_with_the_section_they_stand_in(house: House) -> None:
    desk = Desk(house)
    answer = desk.get("/help?q=faulty+cell")
    assert 'href="/help/lists#faults"' in answer.text
    assert "Imports: Faults" in desk.text


@pytest.mark.parametrize("asked", ["xyzzy", "<b>x</b>", "x" * 5000])
def test_what_stands_nowhere_is_said_and_never_used_as_markup(house: House, asked: str) -> None:
    desk = Desk(house)
    answer = desk.browser.get("/help", params={"q": asked})
    assert "No results" in answer.text
    assert "<b>x" not in answer.text


def test_a_page_there_is_not_shows_the_pages_there_are(house: House) -> None:
    desk = Desk(house)
    answer = desk.get("/help/nothing")
    assert answer.status_code == 404
    assert "not found in the manual" in desk.text
    assert "Getting started" in desk.text


@pytest.mark.both
def test_it_can_be_read_while_the_database_is_away(house: House) -> None:
    desk = signed_in(house)
    away = OperationalError("SELECT", {}, Exception("away"))
    with patch.object(Access, "signed_in", side_effect=away):
        answer = desk.get("/help/backups")
    assert answer.status_code == 200
    assert "Restore" in desk.text


@pytest.mark.parametrize("path", HELP)
def test_a_page_of_the_desk_leads_to_what_the_manual_says_of_it(path: str) -> None:
    assert any(isinstance(route, Route) and route.path.startswith(path) for route in ROUTES), path
    topic, _, anchor = HELP[path].partition("#")
    assert not anchor or anchor in {section.anchor for section in MANUAL.pages[topic].sections}


def test_every_page_in_the_way_around_has_help_of_its_own() -> None:
    assert [to for to, _, _ in (*FIRST, *APART) if help_for(to) == "/help"] == []


@pytest.mark.parametrize(
    "path,to",
    [
        ("/", "/help/desk#today"),
        ("/lists/7", "/help/lists"),
        ("/clinic/staff", "/help/desk#who-may-do-what"),
        ("/clinic/record", "/help/desk#settings"),
        ("/listless", "/help"),
        ("/help/lists", "/help"),
    ],
)
def test_help_is_about_the_page_it_is_asked_from(path: str, to: str) -> None:
    assert help_for(path) == to


def test_help_stands_on_every_page_of_the_desk_in_the_same_place(house: House) -> None:
    desk = signed_in(house)
    assert 'href="/help/desk#today">Help</a>' in desk.get("/").text
    assert 'href="/help/lists">Help</a>' in desk.get("/lists").text
