"""The doctor on the server: what a failover would lose, and how many connections are left."""

from __future__ import annotations

import pytest

from reminders.monitoring import server_checks
from reminders.monitoring.checks import Verdict
from reminders.store.queries.server import ServerFacts
from tests.conftest import House

USUAL = ServerFacts(
    waits_for_copy=False, copies=0, history_readable=True, connections=3, connections_allowed=20
)


def test_only_a_server_is_looked_at(house: House) -> None:
    found = {check.name: check for check in server_checks.checks(house.engine)}
    expected = {"failover", "connections"} if house.engine.dialect.name == "postgresql" else set()
    assert found.keys() == expected
    assert all(check.verdict is Verdict.PASS for check in found.values())


@pytest.mark.parametrize(
    "waits, copies, said",
    [
        (True, 1, "loses nothing"),
        (False, 2, "copied with a delay (2 seen)"),
        (False, 0, "none seen"),
        (False, None, "may not see any"),
    ],
)
def test_what_a_failover_would_lose_is_said(waits: bool, copies: int | None, said: str) -> None:
    found = server_checks._failover(ServerFacts(waits, copies, True, 3, 20))
    assert said in found.found


def test_a_server_that_is_nearly_full_is_warned_of() -> None:
    assert server_checks._connections(USUAL, pooled=True).verdict is Verdict.PASS
    full = ServerFacts(False, 0, True, 17, 20)
    assert server_checks._connections(full, pooled=False).verdict is Verdict.WARN
