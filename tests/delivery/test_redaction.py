"""Redacting: Twilio forgets the words of a text once it has come to its end, and not before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from reminders.delivery import receipts
from reminders.delivery.receipts import REDACT_AFTER, Report
from reminders.delivery.redaction import AGAIN_IN, redact
from reminders.rules.terms import Channel, Status
from reminders.senders.outbox import OutboxSender
from reminders.senders.sms import TwilioSender
from reminders.store.database import reading, writing
from reminders.store.queries import redactions
from reminders.store.tables import Redaction
from tests.conftest import House, ana, consent_answer
from tests.support.doubles.process import Double, running
from tests.support.erasure import forget
from tests.support.texting import account, send
from tests.support.texting import text as message

pytestmark = pytest.mark.portable

DAY_1 = datetime(2026, 3, 3, 15, 40, tzinfo=UTC)
UNFINISHED = "+447700900199"
"""A number that the double never finishes delivering to."""


@pytest.fixture(scope="module")
def twilio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Double]:
    with running("twilio", tmp_path_factory.mktemp("twilio") / "ledger") as double:
        yield double


@pytest.fixture
def texted(house: House) -> House:
    """A text of day one, sent, of which Twilio says nothing yet."""
    house.enrol(ana(date(2026, 3, 2), email=None, consents=(consent_answer(Channel.SMS),)))
    house.tick(DAY_1)
    return house


def waiting(house: House) -> dict[str, datetime]:
    with reading(house.engine) as session:
        return {row.provider_id: row.due_at for row in session.scalars(select(Redaction))}


def report(house: House, sid: str, status: str, *, redact: bool) -> Status | None:
    line = house.line("day-1")
    with house.engine.connect() as connection:
        asked = text("SELECT claim FROM reminder WHERE id = :id")
        claim = connection.execute(asked, {"id": line.reminder_id}).scalar_one()
    report = Report(f"{line.reminder_id}.{claim}", sid, status, "")
    with writing(house.engine) as session:
        return receipts.record_receipt(session, report, house.clock(), redact=redact)


def ask(house: House, twilio: Double) -> int:
    return redact(house.engine, TwilioSender(account(twilio.port)), house.clock)


def body_of(twilio: Double, sid: str) -> list[str]:
    """Return what Twilio was told to write into a message."""
    return [row["fields"]["Body"] for row in twilio.seen("update") if row["sid"] == sid]


def test_words_are_forgotten_three_days_after_the_text_arrived(
    texted: House, twilio: Double
) -> None:
    sid = send(account(twilio.port), message())
    report(texted, sid, "sent", redact=True)
    assert waiting(texted) == {}
    assert report(texted, sid, "delivered", redact=True) is Status.DELIVERED
    assert waiting(texted) == {sid: DAY_1 + REDACT_AFTER}
    assert ask(texted, twilio) == 0
    texted.clock.now = DAY_1 + REDACT_AFTER
    assert ask(texted, twilio) == 1
    assert body_of(twilio, sid) == [""]
    assert waiting(texted) == {}
    assert ask(texted, twilio) == 0


def test_without_the_setting_only_erased_clients_texts_are_forgotten_and_those_at_once(
    texted: House, twilio: Double
) -> None:
    sid = send(account(twilio.port), message())
    with texted.engine.begin() as connection:
        connection.execute(text("UPDATE attempt SET provider_id = :sid"), {"sid": sid})
    forget(texted)
    assert waiting(texted) == {sid: DAY_1}
    assert ask(texted, twilio) == 1
    assert body_of(twilio, sid) == [""]
    report(texted, sid, "delivered", redact=False)  # news that comes after the erasure
    assert waiting(texted) == {sid: DAY_1}


def test_without_the_setting_nothing_else_is_asked(texted: House) -> None:
    report(texted, "SM" + "1" * 32, "delivered", redact=False)
    assert waiting(texted) == {}


def test_what_twilio_will_not_forget_yet_is_asked_for_again_later(
    texted: House, twilio: Double
) -> None:
    unfinished = send(account(twilio.port), message(UNFINISHED))
    unknown = "SM" + "2" * 32  # its log ends after 400 days
    with writing(texted.engine) as session:
        for sid in (unfinished, unknown, "outbox-file.txt"):
            redactions.ask(session, sid, DAY_1)
    assert ask(texted, twilio) == 1
    assert waiting(texted) == {unfinished: DAY_1 + AGAIN_IN}


def test_two_workers_ask_for_a_text_once(texted: House) -> None:
    with writing(texted.engine) as session:
        redactions.ask(session, "SM" + "3" * 32, DAY_1)
    with writing(texted.engine) as session:
        assert len(redactions.take(session, DAY_1, timedelta(hours=1), 16)) == 1
    with writing(texted.engine) as session:
        assert redactions.take(session, DAY_1, timedelta(hours=1), 16) == []


def test_a_way_out_that_keeps_nothing_is_not_asked(texted: House, tmp_path: Path) -> None:
    with writing(texted.engine) as session:
        redactions.ask(session, "SM" + "4" * 32, DAY_1)
    outbox = OutboxSender(tmp_path, "a@b.example", texted.app.links.reference)
    assert redact(texted.engine, outbox, texted.clock) == 0
