"""Rates, forecasts and papers: how fast, how long, and what carriers and regulators are told."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from reminders.cli import commands
from reminders.delivery.dispatcher import Dispatcher
from reminders.delivery.queues import Rates
from reminders.monitoring import carrier_registration
from reminders.rules.forecast import ForecastBatch, ForecastMessage, RateLimit, forecast
from reminders.rules.terms import Channel
from reminders.settings import read_settings
from reminders.store.database import reading
from reminders.store.queries.clinic_facts import clinic_facts
from tests.conftest import MONDAY, House, ana
from tests.support.many_reminders import several
from tests.support.scripted_sender import Scripted
from tests.test_settings import LIVE

pytestmark = pytest.mark.portable

DAY_1 = datetime(2026, 3, 3, 15, 30, tzinfo=UTC)
JOIN = "https://aftercare.clinic.example/join/rosewood"
SMS = Channel.SMS


def slow(house: House, rate: RateLimit, sender: Scripted) -> Dispatcher:
    return Dispatcher(
        house.engine, house.app.renderer, {SMS: sender}, house.clock, rates=Rates({SMS: rate})
    )


def test_all_clinics_together_leave_no_faster_than_their_sender(house: House) -> None:
    house.enrol(*several(5))
    house.clock.now = DAY_1
    sender = Scripted()
    hourly = RateLimit(per_minute=1)
    slow(house, hourly, sender).run()
    assert len(sender.sent) == 1
    house.clock.now += timedelta(minutes=1)
    slow(house, hourly, sender).run()
    slow(house, hourly, sender).run()
    assert len(sender.sent) == 2
    house.clock.now += timedelta(hours=1)
    slow(house, RateLimit(per_minute=1, per_day=3), sender).run()
    slow(house, RateLimit(), sender).run()
    assert len(sender.sent) == 5


def test_a_sender_s_day_has_an_end(house: House) -> None:
    house.enrol(*several(5))
    house.clock.now = DAY_1
    sender = Scripted()
    for _ in range(3):
        slow(house, RateLimit(per_day=2), sender).run()
    assert len(sender.sent) == 2


@pytest.mark.parametrize(
    "sender,per_minute",
    [("+447700900000", 60), ("+18885550100", 180), ("12345", None)],
)
def test_texts_leave_as_carriers_let_them_through(
    house: House, sender: str, per_minute: int | None
) -> None:
    settings = read_settings(LIVE | {"TWILIO_FROM": sender})
    assert replace(house.app, settings=settings).rates.by_channel[SMS] == RateLimit(per_minute)
    faster = read_settings(LIVE | {"TWILIO_FROM": sender, "SMS_PER_MINUTE": "600"})
    assert replace(house.app, settings=faster).rates.by_channel[SMS] == RateLimit(600)


def coming(minutes: float, clinic: int = 1, hours: float = 4) -> ForecastMessage:
    due = MONDAY + timedelta(minutes=minutes)
    return ForecastMessage(due, clinic, SMS, due + timedelta(hours=hours))


def ends(batches: list[ForecastBatch]) -> list[tuple[int, float, int]]:
    """Return of each batch how many it has, its minutes and how many are late."""
    return [(b.count, round((b.ends - b.begins).total_seconds() / 60, 1), b.late) for b in batches]


def test_a_morning_takes_as_long_as_its_rates_make_it() -> None:
    morning = [coming(0, clinic=n % 2) for n in range(300)]
    assert ends(forecast(morning, {}, {})) == [(300, 0, 0)]
    assert ends(forecast(morning, {SMS: RateLimit(60)}, {})) == [(300, 5.0, 0)]
    assert ends(forecast(morning, {SMS: RateLimit(1)}, {})) == [(300, 299, 60)]
    by_clinic = {(0, SMS): RateLimit(10)}
    assert ends(forecast(morning, {}, by_clinic)) == [(300, 14.9, 0)]


def test_what_exceeds_a_day_waits_for_the_next() -> None:
    (batch,) = forecast([coming(0) for _ in range(3)], {SMS: RateLimit(per_day=2)}, {})
    assert (batch.count, batch.late) == (3, 1)


def test_mornings_apart_are_told_apart() -> None:
    assert ends(forecast([coming(0), coming(1), coming(60 * 24)], {}, {})) == [(2, 1, 0), (1, 0, 0)]


def test_the_pack_is_made_of_the_words_that_leave(house: House) -> None:
    house.enrol(ana(date(2026, 3, 2)))
    with reading(house.engine) as session:
        clinic = clinic_facts(session, house.clinic())
    made = carrier_registration.pack(
        house.app.library, house.app.renderer, clinic, JOIN, "+12125550100", MONDAY
    )
    assert made.faults == []
    house.play(DAY_1 + timedelta(hours=1))
    really = house.line("day-1").body or ""
    assert really.split("http")[0] in "".join(made.fields["Samples"])
    flow = str(made.fields["Message flow"])
    assert 40 <= len(flow) <= 2048
    assert JOIN in flow
    assert "+1 212" in flow
    assert "carriers are not liable" in flow.lower()
    assert "STOP" in str(made.fields["Opt-out keywords"])
    without = carrier_registration.pack(
        house.app.library, house.app.renderer, clinic, "http://localhost/join/x", "MG1", MONDAY
    )
    assert any("PUBLIC_URL" in fault for fault in without.faults)


def test_commands_print_papers(
    house: House, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.enrol(ana(date(2026, 3, 2), first_name="Ana"))
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)

    def run(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(commands, list(words))
        assert done.exit_code == code, (done.output, done.exception)
        return done.stdout

    told = json.loads(run("registration", "--clinic", "Rosewood Skin", "--json"))
    assert told["fields"]["Samples"]
    assert "Message flow" in run("registration", "--clinic", "Rosewood Skin")
    run("consent-report", "paper.csv", "--clinic", "Rosewood Skin")
    run("consent-report", "paper.csv", "--clinic", "Rosewood Skin", code=2)
    assert (tmp_path / "paper.csv").stat().st_mode & 0o777 == 0o600
    rows = list(csv.DictReader((tmp_path / "paper.csv").read_text("utf-8-sig").splitlines()))
    assert {row["channel"] for row in rows} == {"sms", "email"}
    assert {row["given"] for row in rows} == {"True"}
    as_json = json.loads(run("consent-report", "--clinic", "Rosewood Skin", "--json"))
    assert len(as_json) == len(rows)
    run("consent-report", "--clinic", "Rosewood Skin", code=2)
    assert "scheduled" in run("forecast") or "Messages" in run("forecast", "--days", "31")
