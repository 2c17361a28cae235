"""A system for all tests of events out, and a clinic that tells it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import House
from tests.support.doubles.webhook_server import WebhookServer, webhook_server
from tests.support.endpoints import Listener


@pytest.fixture(scope="session")
def running() -> Iterator[WebhookServer]:
    with webhook_server() as server:
        yield server


@pytest.fixture
def server(running: WebhookServer) -> WebhookServer:
    running.got.clear()
    running.headers.clear()
    running.answer = lambda _: 200
    return running


@pytest.fixture
def listener(house: House, server: WebhookServer) -> Listener:
    return Listener(house, server)
