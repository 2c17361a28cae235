"""Health for hosts, and unsubscribing by looking (which changes nothing) and by pressing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from starlette.testclient import TestClient

from reminders.app import build
from reminders.privacy import retention
from reminders.rules.terms import Channel, Reason, Status
from reminders.store import migrations
from reminders.store.database import reading, writing
from reminders.store.queries import delivery, people
from reminders.web import create_web
from tests.conftest import House, ana

pytestmark = pytest.mark.portable


@pytest.fixture
def browser(house: House) -> Iterator[TestClient]:
    with TestClient(create_web(house.app)) as client:
        yield client


def test_a_living_process_says_so_without_the_database(browser: TestClient) -> None:
    assert browser.get("/healthz").json() == {"ok": True}


def test_readiness_is_database_tables_and_heartbeat(house: House, browser: TestClient) -> None:
    silent = browser.get("/readyz")
    assert silent.status_code == 503
    assert silent.json() == {"database": True, "tables": True, "heartbeat": False}
    house.tick()
    assert browser.get("/readyz").status_code == 200
    house.clock.now += timedelta(minutes=6)
    assert browser.get("/readyz").json()["heartbeat"] is False


def test_an_older_database_is_not_ready(
    house: House, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.tick()
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, "9999"))
    assert browser.get("/readyz").json()["tables"] is False


def unsubscribe_path(house: House) -> str:
    return house.app.links.unsubscribe_url(1).removeprefix(house.app.links.public_url)


def test_looking_at_an_unsubscribe_link_changes_nothing(house: House, browser: TestClient) -> None:
    house.enrol(ana(date(2026, 3, 12)))
    page = browser.get(unsubscribe_path(house))
    assert page.status_code == 200
    assert "Stop emails from Rosewood Skin?" in page.text
    assert "Ana" not in page.text
    with reading(house.engine) as session:
        assert people.clients_of(session)
    house.play(datetime(2026, 3, 5, 10, tzinfo=ZoneInfo("UTC")))
    assert house.line("week-before", Channel.EMAIL).status is Status.ACCEPTED


@pytest.mark.parametrize(
    "body,kind",
    [
        (b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
        (b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--', "multipart/form-data; boundary=x"),
        (b"", "text/plain"),
    ],
)  # fmt: skip
def test_the_mail_program_s_own_button_stops_emails_at_once(
    house: House,
    browser: TestClient,
    body: bytes,
    kind: str,
) -> None:
    house.enrol(ana(date(2026, 3, 12)))
    for _ in range(2):  # however often it is pressed
        answer = browser.post(
            unsubscribe_path(house),
            content=body,
            headers={"Content-Type": kind},
            follow_redirects=False,
        )
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
    house.play(datetime(2026, 5, 1, tzinfo=ZoneInfo("UTC")))
    assert {line.reason for line in house.lines(Channel.EMAIL)} == {Reason.OPTED_OUT}
    assert house.line("day-1", Channel.SMS).status is Status.ACCEPTED


def press(browser: TestClient, path: str) -> int:
    """Press the mail program's own button: no cookie, no redirect, nothing asked."""
    answer = browser.post(path, content=b"List-Unsubscribe=One-Click", follow_redirects=False)
    assert "set-cookie" not in answer.headers
    return answer.status_code


def test_the_links_in_old_emails_answer_kindly_after_an_erasure(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(date(2026, 3, 12)))
    path = unsubscribe_path(house)
    with writing(house.engine) as session:
        client = people.client(session, 1)
        assert client is not None
        retention.forget(session, client, house.clock(), by="Mia")
    assert browser.get(path).status_code == 200
    assert press(browser, path) == press(browser, path) == 200
    never = house.app.links.unsubscribe_url(999).removeprefix(house.app.links.public_url)
    assert browser.get(never).status_code == 200
    assert press(browser, never) == 200


@pytest.mark.parametrize("token", ["x", "AAAAAAABAAAAAAAAAAAAAAAAAAAAAA", "..%2f..%2fetc"])
def test_a_made_up_link_stops_nobody(house: House, browser: TestClient, token: str) -> None:
    house.enrol(ana(date(2026, 3, 12)))
    assert browser.get(f"/u/{token}").status_code == 404
    assert browser.post(f"/u/{token}").status_code == 404
    house.play(datetime(2026, 3, 5, 10, tzinfo=ZoneInfo("UTC")))
    assert house.line("week-before", Channel.EMAIL).status is Status.ACCEPTED


def test_pages_carry_the_headers_that_keep_them_safe(house: House, browser: TestClient) -> None:
    house.enrol(ana(date(2026, 3, 12)))
    headers = browser.get(unsubscribe_path(house)).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert browser.get("/style.css").headers["Content-Type"].startswith("text/css")


def test_two_heartbeats_may_beat_at_once(house: House) -> None:
    with writing(house.engine) as session:
        delivery.beat(session, "one", house.clock())
    with writing(house.engine) as session:
        delivery.beat(session, "one", house.clock() + timedelta(seconds=1))
        delivery.beat(session, "two", house.clock())
    with reading(house.engine) as session:
        assert delivery.last_beat(session) == house.clock() + timedelta(seconds=1)


def test_an_address_that_leads_nowhere_says_so_in_plain_words(browser: TestClient) -> None:
    answer = browser.get("/nowhere", headers={"Accept-Language": "es"})
    assert answer.status_code == 404
    assert "<h1>" in answer.text
    assert 'lang="es"' in answer.text
    assert "style-src 'self'" in answer.headers["Content-Security-Policy"]


def test_requests_that_come_at_once_share_one_engine(house: House) -> None:
    """A cached property has no lock from Python 3.12 on: it must stand before they come."""
    app = build(house.app.settings, house.clock)
    assert "engine" not in vars(app)
    create_web(app)
    assert {"engine", "inbound_texts", "restore_guard"} <= vars(app).keys()
    app.close()
