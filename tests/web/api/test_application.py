"""The API is loaded before the program is ready where a program has a key, else with a request."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from reminders.store.database import reading, writing
from reminders.store.queries import api_keys
from reminders.web import create_web
from reminders.web.api import Api
from tests.conftest import House
from tests.support.api import Program


@pytest.mark.portable
def test_the_api_is_loaded_before_the_program_is_ready_where_a_program_has_a_key(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[Api] = []
    monkeypatch.setattr(Api, "_load", lambda api: loaded.append(api))  # noqa: PLW0108
    with TestClient(create_web(house.app)):
        assert not loaded
    Program(house)
    with TestClient(create_web(house.app)):
        assert loaded


def test_a_revoked_key_is_no_key(house: House) -> None:
    program = Program(house)
    with writing(house.engine) as session:
        assert api_keys.is_any_valid(session)
        api_keys.by_id(session, program.key_id).revoked_at = house.clock()  # type: ignore[union-attr]
    with reading(house.engine) as session:
        assert not api_keys.is_any_valid(session)
