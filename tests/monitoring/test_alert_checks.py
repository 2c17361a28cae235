"""Alarms: whoever must know is told once, in words, and every clinic hears each morning."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from reminders.delivery import pauses
from reminders.delivery.failover import FailoverReport
from reminders.delivery.holds import Hold, Suspicion
from reminders.enrolment import clinics
from reminders.monitoring import alert_checks as raising
from reminders.rules import alert_conditions
from reminders.rules.alert_conditions import Stop
from reminders.rules.terms import Channel
from reminders.rules.translation import current_language, translated_to
from reminders.store.database import reading, writing
from reminders.store.queries import stored_settings
from reminders.store.queries.pauses import HELD
from reminders.store.tables import Alert, Clinic, Lane
from tests.conftest import MONDAY, House, ana
from tests.support.samples import CLINIC

pytestmark = pytest.mark.portable

TREATED = date(2026, 3, 2)
DAY_1 = datetime(2026, 3, 3, 15, 30, tzinfo=UTC)
NIGHT = datetime(2026, 3, 3, 3, tzinfo=UTC)


def raised(house: House, at: datetime) -> list[str]:
    """Look for alarms at that moment, and return the subjects of all there are."""
    with writing(house.engine) as session:
        raising.raise_all(session, house.app.library, at)
    with reading(house.engine) as session:
        return sorted(alert.subject for alert in session.query(Alert))


@pytest.mark.parametrize(
    "channel,code,minutes,said",
    [
        (Channel.SMS, "20003", 0, "credentials are refused"),
        (Channel.EMAIL, "535 5.7.8", 0, "credentials are refused"),
        (Channel.SMS, "30034", 0, "blocked or not set up"),
        (Channel.EMAIL, "550 5.7.1", 0, "blocked or not set up"),
        (Channel.SMS, "no connection", 5, None),
        (Channel.SMS, "no connection", 30, "does not accept them"),
        (Channel.SMS, "429", 5, None),
        (Channel.EMAIL, "421", 5, None),
        (Channel.EMAIL, "421", 45, "does not accept them"),
    ],
)
def test_a_stop_is_told_by_what_it_means(
    channel: Channel, code: str, minutes: int, said: str | None
) -> None:
    alarm = alert_conditions.stopped(
        Stop(channel, code, MONDAY, 3), MONDAY + timedelta(minutes=minutes)
    )
    assert (alarm is None) if said is None else (alarm is not None and said in alarm.subject)


@pytest.mark.parametrize("tried,failed,told", [(19, 19, False), (100, 19, False), (100, 20, True)])
def test_a_fifth_of_a_day_s_messages_failing_is_told(
    tried: int, failed: int, *, told: bool
) -> None:
    assert (alert_conditions.failing(1, Channel.SMS, tried, failed, TREATED) is not None) is told


def test_a_stopped_account_is_told_once_however_many_clinics_it_stops(house: House) -> None:
    with writing(house.engine) as session:
        clinics.add(session, CLINIC | {"name": "Second Skin"}, MONDAY, live=True)
        session.execute(
            update(Lane).where(Lane.channel == Channel.SMS)  # type: ignore[arg-type]
            .values(stopped_until=NIGHT, stopped_since=NIGHT, stopped_for="20003")
        )  # fmt: skip
    once = raised(house, NIGHT + timedelta(minutes=1))
    assert once == ["Texts are stopped: our credentials are refused (20003)"]
    assert raised(house, NIGHT + timedelta(hours=2)) == once


def test_a_spent_budget_is_told_to_the_clinic_once(house: House) -> None:
    house.enrol(ana(TREATED))
    with writing(house.engine) as session:
        session.execute(update(Clinic).values(segment_budget=1))
    house.tick(DAY_1)
    house.tick(NIGHT + timedelta(days=1))
    once = raised(house, NIGHT + timedelta(days=1))
    assert once == ["This month's limit of 1 segment is reached"]
    house.tick(NIGHT + timedelta(days=1, hours=1))
    assert raised(house, NIGHT + timedelta(days=1, hours=1)) == once


def test_a_late_heartbeat_is_told_once_for_each_silence(house: House) -> None:
    house.tick(NIGHT)
    assert raised(house, NIGHT + timedelta(minutes=4)) == []
    once = raised(house, NIGHT + timedelta(minutes=6))
    assert once == ["Nothing was sent because the heartbeat was late"]
    assert raised(house, NIGHT + timedelta(hours=2)) == once
    house.tick(NIGHT + timedelta(hours=2))
    assert len(raised(house, NIGHT + timedelta(hours=3))) == 2


def test_a_held_database_is_told(house: House) -> None:
    with writing(house.engine) as session:
        Hold(Suspicion.COPY, NIGHT, None, NIGHT).save(session)
    house.tick(NIGHT)
    assert raised(house, NIGHT) == ["Nothing is sent because the database is held"]


def test_a_failover_is_told_once_when_it_is_settled(house: House) -> None:
    """While it settles by itself nobody has to do anything, unless that takes too long."""
    with writing(house.engine) as session:
        held = Hold(Suspicion.FAILOVER, NIGHT, NIGHT - timedelta(seconds=9), NIGHT)
        held.save(session)
    house.tick(NIGHT)
    assert raised(house, NIGHT) == []
    late = NIGHT + timedelta(minutes=31)
    house.tick(late)
    assert raised(house, late) == ["Nothing is sent because the database is held"]
    with writing(house.engine) as session:
        stored_settings.clear(session, HELD)
        report = FailoverReport.of(session, held)
        replace(report, texts_left=3, settled_at=late).save(session)
    for at in (late, late + timedelta(minutes=1)):
        house.tick(at)
    assert "The database failed over: 3 texts were sent and are marked as sent" in raised(house, at)
    assert len(raised(house, at)) == 2


def test_every_morning_the_clinic_hears_what_the_day_brings(house: House) -> None:
    house.enrol(ana(TREATED))
    seven = datetime(2026, 3, 3, 7, tzinfo=UTC)
    house.tick(seven)
    assert raised(house, seven) == []
    at = seven + timedelta(minutes=30)
    house.tick(at)
    assert raised(house, at) == ["Rosewood Skin: 2 scheduled today, 0 failed, 0 unconfirmed"]
    house.tick(at + timedelta(hours=1))
    assert len(raised(house, at + timedelta(hours=1))) == 1
    with writing(house.engine) as session:
        pauses.pause(session, None, "Bo", at)
    tomorrow = at + timedelta(days=1)
    house.tick(tomorrow)
    assert any(subject.endswith("(paused)") for subject in raised(house, tomorrow))


def test_a_clinic_that_practises_is_left_in_peace(house: House) -> None:
    with writing(house.engine) as session:
        session.execute(update(Clinic).values(live=False))
    at = datetime(2026, 3, 3, 8, tzinfo=UTC)
    house.tick(at)
    assert raised(house, at) == []


def test_a_clinic_is_told_in_its_country_s_language_and_the_operator_in_english(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is worded for one clinic, the next is told in its own language again."""
    worded: list[tuple[str, str]] = []
    morning, late = alert_conditions.morning, alert_conditions.late

    def spied(clinic_id: int, name: str, *facts: Any, **more: Any) -> alert_conditions.Alarm:
        worded.append((name, current_language()))
        return morning(clinic_id, name, *facts, **more)

    def of_operator(*facts: Any) -> alert_conditions.Alarm | None:
        worded.append(("operator", current_language()))
        return late(*facts)

    monkeypatch.setattr(alert_conditions, "morning", spied)
    monkeypatch.setattr(alert_conditions, "late", of_operator)
    with writing(house.engine) as session:
        for name, country in (("Haut", "DE"), ("Piel", "ES"), ("Skin", "US")):
            added = clinics.add(session, CLINIC | {"name": name}, MONDAY, live=True)
            added.country = country
    with translated_to(house.app.library.translation("pl")):
        raised(house, datetime(2026, 3, 3, 8, tzinfo=UTC))
        assert current_language() == "pl"
    languages = {"Rosewood Skin": "en", "Haut": "de", "Piel": "es", "Skin": "en", "operator": "en"}
    assert dict(worded) == languages


def test_on_its_own_clock(house: House) -> None:
    with writing(house.engine) as session:
        session.execute(update(Clinic).values(time_zone="America/New_York"))
    at = datetime(2026, 3, 3, 8, tzinfo=UTC)
    house.tick(at)
    assert raised(house, at) == [], "it is three at night there"
    house.tick(at + timedelta(hours=5))
    assert len(raised(house, at + timedelta(hours=5))) == 1
