"""Posting: by https to the internet alone, and nothing of an answer but its status."""

from __future__ import annotations

import gc
import socket
from datetime import UTC, datetime

import pytest

from reminders.endpoints import messages
from reminders.endpoints.endpoints import new_secret
from reminders.endpoints.messages import Post
from reminders.endpoints.posting import Answer, Poster
from reminders.internet import Internet
from reminders.rules.endpoints import Outcome
from tests.support.doubles.webhook_server import ENDLESS, HANG, WebhookServer

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def post(address: str) -> Post:
    return messages.signed(address, new_secret(), "evt_1", "{}", NOW)


def came(server: WebhookServer, answer: int = 200) -> Answer:
    server.answer = lambda _: answer
    (answered,) = server.poster().post_all([post(server.address())])
    return answered


@pytest.mark.parametrize(
    "answer, outcome",
    [(200, Outcome.TAKEN), (204, Outcome.TAKEN), (400, Outcome.REFUSED), (410, Outcome.GONE), (503, Outcome.AWAY)],
)  # fmt: skip
def test_an_answer_is_told_by_its_status(
    server: WebhookServer, answer: int, outcome: Outcome
) -> None:
    assert came(server, answer) == Answer(outcome, answer)


@pytest.mark.parametrize(
    "location", ["/elsewhere", "https://10.0.0.1/", "http://169.254.169.254/latest"]
)
def test_a_redirect_is_not_followed(server: WebhookServer, location: str) -> None:
    server.headers["Location"] = location
    assert came(server, 307) == Answer(Outcome.REFUSED, 307)
    assert len(server.got) == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_endless_answer_is_not_read_to_its_end(server: WebhookServer) -> None:
    server.written = 0
    assert came(server, ENDLESS).outcome is Outcome.TAKEN
    assert server.written < 20_000_000, "no more than what lies between the two"
    gc.collect()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_system_that_hangs_is_not_waited_for(
    server: WebhookServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reminders.endpoints.posting.TOTAL", 0.5)
    assert came(server, HANG) == Answer(Outcome.AWAY)
    gc.collect()  # TLS would wait half a minute for a goodbye that a hanging server never says


def test_endless_headers_are_not_read(server: WebhookServer) -> None:
    server.headers["X-Long"] = "0" * 100_000
    assert came(server) == Answer(Outcome.AWAY)


def test_nobody_there_is_no_answer(server: WebhookServer) -> None:
    (answer,) = server.poster().post_all([post("https://127.0.0.1:1/")])
    assert answer == Answer(Outcome.AWAY)


def test_a_certificate_that_nobody_vouches_for_is_not_believed(server: WebhookServer) -> None:
    (answer,) = Poster(Internet(lambda _: True)).post_all([post(server.address())])
    assert answer == Answer(Outcome.UNTRUSTED)
    assert server.got == []


@pytest.mark.parametrize("found", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1"])
def test_a_name_that_leads_into_a_private_network_is_refused_as_it_is_connected_to(
    server: WebhookServer, monkeypatch: pytest.MonkeyPatch, found: str
) -> None:
    """Whatever it led to when somebody looked: what is looked at is what is connected to."""
    family = socket.AF_INET6 if ":" in found else socket.AF_INET
    at = (found, server.port, 0, 0) if ":" in found else (found, server.port)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(family, socket.SOCK_STREAM, 6, "", at)])  # fmt: skip
    (answer,) = Poster(Internet(trusted=server.trusted)).post_all([post(f"https://hooks.example:{server.port}/")])  # fmt: skip
    assert answer == Answer(Outcome.PRIVATE)
    assert server.got == []


def test_numeric_addresses_are_looked_at_too(server: WebhookServer) -> None:
    real = Poster(Internet(trusted=server.trusted))
    for host in (f"127.0.0.1:{server.port}", "[::ffff:10.0.0.1]", "192.168.1.1"):
        assert real.post_all([post(f"https://{host}/")]) == [Answer(Outcome.PRIVATE)]
    assert server.got == []
