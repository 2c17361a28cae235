"""The welcome: the first text of all confirms a yes, and no other text goes before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from reminders.links import Links
from reminders.rules.decision import Defer, decide
from reminders.rules.terms import Channel, OneOffFacts, OneOffKind, Reason, Status
from reminders.store.database import reading
from reminders.store.queries import people
from reminders.wording.library import packaged
from reminders.wording.renderer import Renderer
from tests.conftest import BOTH, House, ana, consent_answer
from tests.support.facts import FACTS, NOON
from tests.support.rendering import WIDEST

pytestmark = pytest.mark.portable

TREATED = date(2026, 3, 2)
LIBRARY = packaged()


def texts(house: House) -> list[str]:
    """Return the milestones of the texts that left, in order."""
    left = [x for x in house.lines(Channel.SMS) if x.handoff_at]
    return [x.milestone for x in sorted(left, key=lambda x: (x.handoff_at, x.reminder_id))]


def test_the_first_text_of_all_is_the_welcome(house: House) -> None:
    house.enrol(ana(TREATED), welcomed=False)
    house.play(datetime(2026, 3, 8, tzinfo=UTC))
    assert texts(house) == ["opt-in", "day-1", "day-3"]
    body = house.line("opt-in").body or ""
    for needed in ("Rosewood Skin: ", "3 texts a week", "Msg&data rates may apply", "HELP", "STOP"):
        assert needed in body
    with reading(house.engine) as session:
        client = people.client(session, 1)
        assert client is not None
        assert house.app.links.page_url(1, client.page_edition) in body


def test_entered_when_day_one_is_due_already_the_welcome_still_goes_first(house: House) -> None:
    house.clock.now = datetime(2026, 3, 3, 17, tzinfo=UTC)
    house.enrol(ana(TREATED), welcomed=False)
    house.tick()
    assert texts(house) == ["opt-in"]
    assert house.line("day-1").reason is Reason.WELCOME
    house.tick(datetime(2026, 3, 3, 17, 2, tzinfo=UTC))
    assert texts(house) == ["opt-in", "day-1"]  # and takes none of the texts a day may have


def test_a_welcome_is_sent_once_and_only_to_whom_may_be_texted(house: House) -> None:
    house.enrol(
        ana(TREATED),
        ana(TREATED, first_name="Eva", consents=(consent_answer(Channel.EMAIL),)),
        welcomed=False,
    )
    house.enrol(ana(TREATED + timedelta(weeks=6)), welcomed=False)
    house.enrol(ana(TREATED, first_name="Eva", consents=BOTH), welcomed=False)
    found = [(x.first_name, x.status) for x in house.lines() if x.milestone == "opt-in"]
    assert found == [("Ana", Status.PLANNED), ("Eva", Status.PLANNED)]


def test_a_text_waits_for_the_welcome_and_an_email_does_not(house: House) -> None:
    waiting = replace(FACTS, welcome_first=True)
    assert decide(waiting, NOON) == Defer(NOON + timedelta(minutes=1), Reason.WELCOME)
    house.clock.now = datetime(2026, 3, 3, 17, tzinfo=UTC)
    house.enrol(ana(TREATED), welcomed=False)
    house.tick()
    assert house.line("day-1", Channel.EMAIL).status is Status.ACCEPTED


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_welcome_is_one_segment_under_a_domain_of_twenty_four_letters(language: str) -> None:
    note = OneOffFacts(OneOffKind.OPT_IN, "", "", urgent=False)
    facts = replace(WIDEST, one_off=note, channel=Channel.SMS, language=language)
    links = Links("k" * 32, "https://aftercare.clinic.example")
    message = Renderer(LIBRARY, links).render(facts, NOON, NOON)
    assert links.page_url(facts.client_id, 1) in message.text
    assert message.text.startswith("Twenty Letter Clinic: ")
    assert message.segments == 1, message.text
