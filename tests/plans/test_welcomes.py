"""The welcome: the first text of all confirms a yes, and no other text goes before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from reminders.consent import ledger
from reminders.consent.ledger import Proof
from reminders.enrolment import clinics, treatments
from reminders.links import Links
from reminders.rules.decision import Defer, decide
from reminders.rules.terms import Act, Channel, OneOffFacts, OneOffKind, Reason, Status
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.wording.library import packaged
from reminders.wording.renderer import Renderer
from tests.conftest import BOTH, House, ana, consent_answer
from tests.support.facts import FACTS, NOON
from tests.support.rendering import WIDEST
from tests.support.samples import CLINIC

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
    for needed in ("Rosewood Skin: ", "up to 4 a week", "Replies cost as usual", "STOP"):
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
    assert found == [("Ana", Status.PLANNED)], "Eva has Ana's number"


def welcomed(house: House) -> list[tuple[str, str | None]]:
    """Return who is welcomed on which number."""
    return [(x.first_name, x.contact) for x in house.lines() if x.milestone == "opt-in"]


def test_a_number_is_welcomed_once_whoever_shares_it(house: House) -> None:
    mother, other = "+447700900101", "+447700900102"
    both = [ana(TREATED, first_name=name, phone=mother) for name in ("Ana", "Eva")]
    house.enrol(*both, ana(TREATED, first_name="Ida", phone=other), welcomed=False)
    assert welcomed(house) == [("Ana", mother), ("Ida", other)]
    house.enrol(ana(TREATED, first_name="Uma", phone=mother), welcomed=False)
    with writing(house.engine) as session:
        for client in people.clients_of(session):
            proof = Proof(Act.DESK, "paper form", recorded_by="desk")
            ledger.record(session, client, Channel.SMS, proof, house.clock())
    assert welcomed(house) == [("Ana", mother), ("Ida", other)]


def test_of_two_welcomes_planned_at_the_same_moment_one_leaves(house: House) -> None:
    """Two desks that enrol a mother and a daughter at once do not see each other's."""
    house.enrol(ana(TREATED), ana(TREATED, first_name="Eva", phone="+447700900102"), welcomed=False)
    with writing(house.engine) as session:
        for client in people.clients_of(session):
            client.phone = "+447700900101"
    house.tick(datetime(2026, 3, 2, 17, tzinfo=UTC))
    found = [(x.first_name, x.status, x.reason) for x in house.lines() if x.milestone == "opt-in"]
    assert sorted(found) == [
        ("Ana", Status.ACCEPTED, None),
        ("Eva", Status.SKIPPED, Reason.SUPERSEDED),
    ]


def test_each_clinic_welcomes_a_number_for_itself(house: House) -> None:
    house.enrol(ana(TREATED), welcomed=False)
    with writing(house.engine) as session:
        clinics.add(session, CLINIC | {"name": "Birch Clinic"}, house.clock(), live=True)
    with writing(house.engine) as session:
        birch = people.clinic_named(session, "Birch Clinic")
        assert birch is not None
        treatments.enrol(session, house.app.library, birch, [ana(TREATED)], house.clock())
    assert len(welcomed(house)) == 2


def test_nobody_on_a_number_is_texted_before_it_was_welcomed(house: House) -> None:
    house.clock.now = datetime(2026, 3, 3, 17, tzinfo=UTC)
    house.enrol(ana(TREATED), ana(TREATED, first_name="Eva"), welcomed=False)
    house.tick()
    waits = {x.first_name: x.reason for x in house.lines(Channel.SMS) if x.milestone == "day-1"}
    assert waits == {"Ana": Reason.WELCOME, "Eva": Reason.WELCOME}


def test_a_text_waits_for_the_welcome_and_an_email_does_not(house: House) -> None:
    waiting = replace(FACTS, welcome_first=True)
    assert decide(waiting, NOON) == Defer(NOON + timedelta(minutes=1), Reason.WELCOME)
    house.clock.now = datetime(2026, 3, 3, 17, tzinfo=UTC)
    house.enrol(ana(TREATED), welcomed=False)
    house.tick()
    assert house.line("day-1", Channel.EMAIL).status is Status.ACCEPTED


@pytest.mark.parametrize("language", sorted(LIBRARY.phrases.names))
def test_the_welcome_is_one_segment_under_a_domain_of_twenty_four_letters(language: str) -> None:
    note = OneOffFacts(OneOffKind.OPT_IN, "", "", urgent=False)
    facts = replace(WIDEST, one_off=note, channel=Channel.SMS, language=language, first_name="Ana")
    links = Links("k" * 32, "https://aftercare.clinic.example")
    message = Renderer(LIBRARY, links).render(facts, NOON, NOON)
    page, number = links.page_url(facts.client_id, 1), "415-555-0132"
    assert (page in message.text) != (number in message.text)
    assert page in message.text or language in {"de", "fr"}
    assert message.text.startswith("Twenty Letter: ")
    assert message.segments == 1, message.text
