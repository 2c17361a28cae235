"""A browser at the clients' pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from reminders.web import create_web
from tests.conftest import House


@pytest.fixture
def browser(house: House) -> Iterator[TestClient]:
    with TestClient(create_web(house.app), follow_redirects=True) as client:
        yield client
