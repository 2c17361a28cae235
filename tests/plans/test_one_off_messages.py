"""Notes: one message outside any protocol, sent, refused and counted like no reminder is."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reminders.consent import ledger
from reminders.plans import one_off_messages
from reminders.rules.terms import Channel, OneOffKind, Reason, Status
from reminders.store.database import writing
from reminders.store.queries import people
from tests.conftest import BOTH, House, ana

pytestmark = pytest.mark.portable

LONDON = ZoneInfo("Europe/London")
NIGHT = datetime(2026, 3, 2, 23, tzinfo=LONDON)
NOON = datetime(2026, 3, 2, 12, tzinfo=LONDON)


def write(house: House, kind: OneOffKind, channel: Channel = Channel.SMS, **how: bool) -> None:
    with writing(house.engine) as session:
        client = people.client(session, 1)
        assert client is not None
        what = "Rosewood Skin: {{ 7 * 6 }} <b>is</b> your code."
        one_off_messages.write(
            session,
            client,
            channel,
            kind,
            what,
            house.clock.now,
            good_for=timedelta(hours=12),
            subject="Your code",
            **how,
        )


def test_a_note_leaves_in_the_words_it_was_given(house: House) -> None:
    house.enrol(ana(date(2026, 6, 1)))
    house.clock.now = NOON
    write(house, OneOffKind.CODE)
    house.tick()
    line = house.line("code")
    assert (line.status, line.body) == (
        Status.ACCEPTED,
        "Rosewood Skin: {{ 7 * 6 }} <b>is</b> your code.",
    )
    assert line.treated_on is None


def test_a_note_by_email_stands_in_the_layout_with_its_words_escaped(house: House) -> None:
    house.enrol(ana(date(2026, 6, 1)))
    house.clock.now = NOON
    write(house, OneOffKind.ANSWER, Channel.EMAIL)
    house.tick()
    mail = house.line("answer", Channel.EMAIL)
    assert (mail.status, mail.subject) == (Status.ACCEPTED, "Your code")
    assert "{{ 7 * 6 }} <b>is</b>" in (mail.body or "")


@pytest.mark.parametrize(
    "kind, said_yes, urgent, at, becomes",
    [
        (OneOffKind.CODE, False, True, NIGHT, (Status.ACCEPTED, None)),
        (OneOffKind.ANSWER, False, True, NIGHT, (Status.ACCEPTED, None)),
        (OneOffKind.ANSWER, False, False, NIGHT, (Status.PLANNED, Reason.QUIET_HOURS)),
        (OneOffKind.OPT_IN, False, False, NOON, (Status.SKIPPED, Reason.NO_CONSENT)),
        (OneOffKind.OPT_IN, True, False, NOON, (Status.ACCEPTED, None)),
        (OneOffKind.OPT_IN, True, False, NIGHT, (Status.PLANNED, Reason.QUIET_HOURS)),
        (OneOffKind.CORRECTION, False, False, NOON, (Status.SKIPPED, Reason.NO_CONSENT)),
    ],
)
def test_each_kind_heeds_what_it_must(
    house: House,
    kind: OneOffKind,
    said_yes: bool,
    urgent: bool,
    at: datetime,
    becomes: tuple[Status, Reason | None],
) -> None:
    house.enrol(ana(date(2026, 6, 1), consents=BOTH if said_yes else ()))
    house.clock.now = at
    write(house, kind, urgent=urgent)
    house.tick()
    line = house.line(kind)
    assert (line.status, line.reason) == becomes


@pytest.mark.parametrize("kind", OneOffKind)
def test_a_stop_binds_every_note(house: House, kind: OneOffKind) -> None:
    house.enrol(ana(date(2026, 6, 1)))
    house.clock.now = NOON
    write(house, kind, urgent=True)
    with writing(house.engine) as session:
        client = people.client(session, 1)
        assert client is not None
        ledger.withdraw(session, client, Channel.SMS, source="keyword", now=NOON)
    house.tick()
    line = house.line(kind)
    assert (line.status, line.reason) == (Status.CANCELLED, Reason.OPTED_OUT)


def test_notes_do_not_use_up_the_texts_that_care_may_send(house: House) -> None:
    house.enrol(ana(date(2026, 3, 1)))
    house.clock.now = datetime(2026, 3, 2, 9, tzinfo=LONDON)
    write(house, OneOffKind.OPT_IN)
    write(house, OneOffKind.ANSWER, urgent=True)
    house.tick()
    house.play(datetime(2026, 3, 2, 20, tzinfo=LONDON))
    assert house.line("day-1").status is Status.ACCEPTED
