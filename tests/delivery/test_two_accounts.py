"""Two clinics, two accounts at Twilio: each text leaves, is asked for and is forgotten by its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from reminders.app import App, build
from reminders.cli import commands
from reminders.cli.common import settings
from reminders.delivery.redaction import redact
from reminders.delivery.unknown_messages import unheard_texts
from reminders.rehearsal.simulation import SetClock
from reminders.rules.terms import Channel, Status
from reminders.store.database import writing
from reminders.store.queries import redactions
from tests.support.doubles.twilio import ACCOUNT, SECOND, SECOND_NUMBER, SECOND_TOKEN
from tests.support.operations import Operator, operating

pytestmark = pytest.mark.portable

OURS = "+447700900000"
BAY = ("--phone", "+44 20 7946 0099", "--email", "desk@bay.example", "--address", "1 Bay Road")
WAYS = {"Rosewood Skin": (ACCOUNT, OURS), "Bay Skin": (SECOND, SECOND_NUMBER)}
ATTEMPTS = (
    "SELECT k.name, a.account_id, a.sender FROM attempt a JOIN reminder r ON r.id = a.reminder_id"
    " JOIN clinic k ON k.id = r.clinic_id WHERE r.channel = 'sms' ORDER BY a.id"
)


@pytest.fixture
def operator(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Operator]:
    """An installation with two clinics, of which Bay Skin has an account and a number of its own."""
    with operating(database_url, tmp_path, monkeypatch) as found:
        monkeypatch.setenv("TWILIO_FROM", OURS)
        zone = found.json("clinic", "list")[0]["time_zone"]
        found.run("clinic", "add", "Bay Skin", "--time-zone", zone, *BAY, "--live")
        sender(found, "Bay Skin", "--account", SECOND, "--text", SECOND_NUMBER)
        found.run("tick")
        yield found


@pytest.fixture
def app(operator: Operator) -> Iterator[App]:
    found = build(settings(), SetClock(datetime.now(UTC)))
    yield found
    found.close()


def sender(
    operator: Operator, clinic: str, *words: str, typed: str = SECOND_TOKEN, code: int = 0
) -> str:
    given = ["clinic", "sender", clinic, *words]
    result = CliRunner().invoke(commands, given, input=f"{typed}\n")
    assert result.exit_code == code, (result.output, result.exception)
    assert typed not in result.output, "a secret is never shown"
    return result.output


def left(operator: Operator) -> dict[str, tuple[str, str]]:
    """Return by which account and sender a text left to each number."""
    rows = operator.twilio.seen("message")
    assert len({row["to"] for row in rows}) == len(rows), "nobody gets two"
    return {row["to"]: (row["account"], row["fields"]["From"]) for row in rows}


def phone(number: int) -> str:
    return f"+4477009{number:05}"


def asked(operator: Operator, kind: str) -> list[str]:
    """Return which accounts were asked for something, in order."""
    return [row["account"] for row in operator.twilio.seen(kind)]


@pytest.mark.both
def test_each_clinics_texts_leave_by_its_own_account_and_are_written_down_so(
    operator: Operator,
) -> None:
    operator.take_in(0, 2)
    operator.take_in(2, 4, "Bay Skin")
    operator.run("tick")
    ours, theirs = WAYS.values()
    assert left(operator) == {phone(0): ours, phone(1): ours, phone(2): theirs, phone(3): theirs}
    written = {tuple(row) for row in operator.ask(ATTEMPTS)}
    assert written == {("Rosewood Skin", None, OURS), ("Bay Skin", 1, SECOND_NUMBER)}
    reports = {
        row["fields"].get("StatusCallback", "")[:50] for row in operator.twilio.seen("message")
    }
    assert reports == {"https://aftercare.clinic.example/hooks/twilio/stat"}, "both report to us"


def test_a_clinics_refused_account_stops_nobody_else_and_goes_on_once_it_is_mended(
    operator: Operator,
) -> None:
    sender(operator, "Bay Skin", "--account", SECOND, typed="x" * 32)
    operator.take_in(0, 1, "Bay Skin")
    operator.take_in(1, 3)
    operator.run("tick")
    assert set(left(operator)) == {phone(1), phone(2)}
    stopped = operator.json("status")["stopped"]
    assert [(one["clinic"], one["channel"]) for one in stopped] == [("Bay Skin", "sms")]
    sender(operator, "Bay Skin", "--account", SECOND)
    operator.run("tick")
    assert left(operator)[phone(0)] == WAYS["Bay Skin"]


def test_credentials_that_no_key_opens_stop_their_clinic_alone(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.sql("UPDATE sender_account SET auth_token = 'sealed by nobody'")
    operator.take_in(0, 1, "Bay Skin")
    operator.take_in(1, 2)
    operator.run("tick")
    assert set(left(operator)) == {phone(1)}
    assert "cannot be read" in operator.run("doctor", code=1)


@pytest.mark.both
def test_a_text_in_doubt_is_asked_for_where_it_left_though_the_clinic_moved_on(
    operator: Operator, app: App
) -> None:
    operator.tell_twilio(f"/_script?account={SECOND}", [{"commit": True, "reset": True}])  # type: ignore[arg-type]
    operator.take_in(0, 1, "Bay Skin")
    operator.run("tick")
    assert operator.ask("SELECT count(*) FROM reminder WHERE status = 'handoff'")[0][0] == 1
    sender(operator, "Bay Skin", "--account", "", "--text", "")
    before = len(asked(operator, "list"))
    app.clock.now = datetime.now(UTC) + timedelta(minutes=3)  # type: ignore[attr-defined]
    assert app.dispatcher().look_up() == {"accepted": 1}
    assert asked(operator, "list")[before:] == [SECOND]
    assert len(left(operator)) == 1


@pytest.mark.both
def test_what_left_by_each_account_is_known_after_a_restore(operator: Operator, app: App) -> None:
    operator.take_in(0, 1)
    operator.take_in(1, 2, "Bay Skin")
    operator.run("tick")
    listed = app.unknown_messages.listed(datetime.now(UTC) - timedelta(hours=1))
    known = {(one.to, one.account_id, one.sender) for one in listed}
    assert known == {(phone(0), None, OURS), (phone(1), 1, SECOND_NUMBER)}


def test_what_left_by_an_account_is_never_taken_for_another_clinics(
    operator: Operator, app: App
) -> None:
    """After a restore nobody knows of Bay's text; Rosewood's to the same number is still to leave."""
    operator.take_in(0, 1, "Bay Skin")
    operator.run("tick")
    operator.take_in(0, 1)
    operator.sql(
        "DELETE FROM attempt",
        "UPDATE reminder SET status = 'planned', claim = NULL WHERE status = 'accepted'",
        "UPDATE client SET first_name = 'Zoe'",
    )
    listed = app.unknown_messages.listed(datetime.now(UTC) - timedelta(hours=1))
    with writing(app.engine) as session:
        matches = list(app.unknown_messages.matches(session, listed, app.clock()))
    assert [(one.reminder.clinic.name, one.exact) for one in matches] == [("Bay Skin", False)]


def test_texts_of_an_account_that_cannot_be_asked_are_left_to_a_person(
    operator: Operator, app: App
) -> None:
    sender(operator, "Bay Skin", "--account", SECOND, typed="x" * 32)
    operator.take_in(0, 1)
    operator.take_in(1, 2, "Bay Skin")
    asking, now = app.unknown_messages, app.clock()
    assert asking.listed(now - timedelta(hours=1)) == []
    assert asking.unheard == {1}
    with writing(app.engine) as session:
        found = unheard_texts(session, asking.unheard, now + timedelta(hours=1), now)
    assert {(one.reminder.clinic.name, one.status) for one in found} == {
        ("Bay Skin", Status.UNKNOWN)
    }


def test_words_are_forgotten_where_they_are(operator: Operator, app: App) -> None:
    operator.take_in(0, 1)
    operator.take_in(1, 2, "Bay Skin")
    operator.run("tick")
    with writing(app.engine) as session:
        for row in operator.twilio.seen("message"):
            account = 1 if row["account"] == SECOND else None
            redactions.ask(session, row["sid"], app.clock(), account)
    assert redact(app.engine, app.senders()[Channel.SMS], app.clock) == 2
    accounts = {row["sid"]: row["account"] for row in operator.twilio.seen("message")}
    assert {row["sid"]: row["account"] for row in operator.twilio.seen("update")} == accounts


def test_a_stop_that_a_clinics_own_number_missed_is_read_before_anything_goes_out(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPT_OUT_SCOPE", "number")
    operator.take_in(0, 1)
    operator.take_in(0, 2, "Bay Skin")
    told = {"from": phone(0), "body": "STOP", "ago": 1800}
    operator.tell_twilio(f"/_hear?account={SECOND}", told)
    operator.age_heartbeat()
    operator.sql("DELETE FROM setting WHERE key LIKE 'texts heard until%'")
    operator.run("tick")
    assert left(operator) == {phone(0): WAYS["Rosewood Skin"], phone(1): WAYS["Bay Skin"]}
    assert [tuple(row) for row in operator.ask("SELECT sender, account_id FROM reply")] == [(SECOND_NUMBER, 1)]  # fmt: skip


def test_the_doctor_asks_every_account_and_mends_each_webhook(operator: Operator) -> None:
    def names(verdict: str) -> list[str]:
        return [one["name"] for one in operator.json("doctor") if one["verdict"] == verdict]

    webhooks = ["replies webhook", f"replies webhook: Bay Skin, {SECOND_NUMBER}"]
    assert [one for one in names("fail") if "webhook" in one] == webhooks
    assert f"Twilio account: Bay Skin, {SECOND_NUMBER}" in names("pass")
    operator.run("doctor", "--fix", code=1)
    assert {row["account"] for row in operator.twilio.seen("webhook")} == {ACCOUNT, SECOND}
    assert [one for one in names("pass") if "webhook" in one] == webhooks
    assert SECOND_TOKEN not in json.dumps(operator.json("doctor"))


def test_a_text_to_another_country_leaves_as_the_sender_for_it(operator: Operator) -> None:
    sender(operator, "Bay Skin", "--country", "GB=Bay Skin")
    operator.take_in(0, 1, "Bay Skin")
    operator.run("tick")
    assert left(operator) == {phone(0): (SECOND, "Bay Skin")}


def test_secrets_stand_nowhere_in_plain(operator: Operator) -> None:
    dumped: list[Any] = [list(row) for row in operator.ask("SELECT * FROM sender_account")]
    dumped += [list(row) for row in operator.ask("SELECT * FROM audit")]
    assert SECOND_TOKEN not in str(dumped)
    assert SECOND in str(dumped)
    shown = operator.json("clinic", "sender", "Bay Skin")
    assert (shown["account"], shown["texts"]) == (SECOND, SECOND_NUMBER)
    assert "token" not in str(shown)


@pytest.mark.parametrize(
    "words, typed, sentence",
    [
        (("--account", ACCOUNT), SECOND_TOKEN, "the account of the installation"),
        (("--account", "AC123"), SECOND_TOKEN, "not an Account SID"),
        (("--account", SECOND), "short", "not an auth token"),
        (("--account", SECOND), "", "auth token is missing"),
        (("--account", SECOND), SECOND_TOKEN, "needs a sender in it"),
        (("--text", "Rosewood Skin"), "-", "cannot send texts"),
        (("--country", "XX=Rosewood"), "-", "not a country"),
        (("--country", "DE"), "-", "sets no sender"),
        (("--mail-from", "nowhere"), "-", "email address"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_sentence(
    operator: Operator, words: tuple[str, ...], typed: str, sentence: str
) -> None:
    given = ["clinic", "sender", "Rosewood Skin", *words]
    result = CliRunner().invoke(commands, given, input=f"{typed}\n")
    assert result.exit_code == 2
    assert sentence in result.output
    assert operator.json("clinic", "sender", "Rosewood Skin")["account"] is None
