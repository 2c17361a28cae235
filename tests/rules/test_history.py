"""Where a database's history stands, set against what was last seen of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reminders.rules.history import Cut, LastCommit, Position, RecordedHistory, compare

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
A_SECOND = timedelta(seconds=1)
HERE = Position(2, 500)


def recorded(
    timeline: int, server: str = "ours", settled_until: datetime | None = None
) -> RecordedHistory:
    return RecordedHistory(timeline, NOON, server, settled_until)


def known(timeline: int, written: int = 400, beats: int = 7) -> LastCommit:
    return LastCommit(Position(timeline, written), NOON, beats)


@pytest.mark.parametrize(
    "database, worker, expected",
    [
        pytest.param(None, None, None, id="a new database"),
        pytest.param(recorded(2), None, None, id="a new worker on the same timeline"),
        pytest.param(recorded(2), known(2), None, id="everything as it was"),
        pytest.param(recorded(1), None, Cut.FAILOVER, id="a copy took over, met by a new worker"),
        pytest.param(recorded(1), known(1), Cut.FAILOVER, id="a copy took over under a worker"),
        pytest.param(None, known(1), Cut.FAILOVER, id="from before the first beat"),
        pytest.param(recorded(2), known(2, 501), Cut.FAILOVER, id="behind what was committed"),
        pytest.param(recorded(2), known(2, beats=9), Cut.FAILOVER, id="a beat is gone"),
        pytest.param(recorded(1, "theirs"), None, Cut.FORK, id="a copy under another address"),
        pytest.param(recorded(1, "theirs"), known(1), Cut.FAILOVER, id="the address was moved"),
        pytest.param(recorded(2), known(3), Cut.OLDER, id="the old primary came back"),
        pytest.param(
            recorded(2, settled_until=NOON), known(1), None, id="others have settled it meanwhile"
        ),
        pytest.param(
            recorded(2, settled_until=NOON - A_SECOND),
            known(1),
            Cut.FAILOVER,
            id="a worker that committed after what was settled",
        ),
        pytest.param(
            recorded(2, settled_until=NOON), known(3), None, id="a person chose the older one"
        ),
    ],
)
def test_a_cut_in_history_is_told_from_what_is_remembered(
    database: RecordedHistory | None, worker: LastCommit | None, expected: Cut | None
) -> None:
    assert compare(HERE, 8, database, worker, "ours") == expected
