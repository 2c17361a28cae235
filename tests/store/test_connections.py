"""Connections to PostgreSQL: few, given back, none of the session's own behind a pooler, and patient."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from reminders.store import connections
from reminders.store.connections import AWAY, IdleConnections, is_pooled, reason, wait_for
from reminders.store.database import open_engine
from reminders.store.transactions import Transactions
from tests.support import pooler


@pytest.fixture
def engine(postgres_server: str) -> Iterator[Engine]:
    found = open_engine(postgres_server, connections=2)
    yield found
    found.dispose()


def _lock_timeout(engine: Engine) -> str:
    with engine.begin() as connection:
        return str(connection.execute(text("SHOW lock_timeout")).scalar_one())


def test_a_direct_connection_keeps_its_settings_for_its_session(engine: Engine) -> None:
    assert not is_pooled(engine)
    assert _lock_timeout(engine) == "5s"


def test_what_is_said_to_be_pooled_gets_its_settings_in_each_transaction(
    postgres_server: str,
) -> None:
    engine = open_engine(postgres_server, pooled=True)
    with engine.connect() as connection:
        assert connection.connection.driver_connection.prepare_threshold is None  # type: ignore[union-attr]
    assert _lock_timeout(engine) == "5s"
    engine.dispose()


@pytest.mark.skipif(pooler.PROGRAM is None, reason="needs pgbouncer")
def test_a_pooler_is_recognised(postgres_server: str) -> None:
    socket = Path(str(make_url(postgres_server).query["host"]))
    with ExitStack() as opened:
        folder = opened.enter_context(TemporaryDirectory())
        url = opened.enter_context(pooler.pooler(Path(folder), socket))
        engine = open_engine(f"{url}/postgres")
        assert is_pooled(engine)
        assert _lock_timeout(engine) == "5s"
        engine.dispose()


def test_no_more_connections_are_opened_than_allowed_and_the_next_is_refused_in_time(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.pool, "_timeout", 0.1)
    with (
        engine.connect(),
        engine.connect(),
        pytest.raises(AWAY),
        engine.connect(),
    ):
        pass


def test_connections_that_nobody_needed_lately_are_given_back(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle = IdleConnections(engine)
    with engine.connect(), engine.connect():
        pass
    assert not idle.has_surplus(), "it is looked at now and then"
    monkeypatch.setattr(connections, "LATELY", 0.0)
    assert not idle.has_surplus(), "both were needed"
    with engine.connect():
        pass
    assert idle.has_surplus()


def test_a_server_that_only_reads_is_let_go(engine: Engine) -> None:
    """As after a failover: the address leads to another server, the connection to the old one."""
    with engine.connect() as connection:
        connection.execute(text("SET TRANSACTION READ ONLY"))
        with pytest.raises(AWAY):
            connection.execute(text("CREATE TABLE refused (id integer)"))
        assert connection.invalidated


def test_a_database_that_is_away_is_waited_for_and_why_is_said(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    answers = iter(["too many clients", "the database system is starting up", None])
    monkeypatch.setattr(connections, "_absence", lambda _: next(answers))
    monkeypatch.setattr("reminders.store.connections.time.sleep", waits.append)
    wait_for(engine)
    assert waits == [1.0, 2.0]


def test_the_reason_is_the_drivers_own_last_words(tmp_path: Path) -> None:
    engine = open_engine(f"postgresql://nobody:secret@/none?host={tmp_path}")
    with pytest.raises(SQLAlchemyError) as raised, engine.connect():
        pass
    said = reason(raised.value)
    assert "No such file" in said or "running" in said
    assert "secret" not in said


@pytest.mark.portable
def test_what_was_kept_ends_where_an_event_loop_runs(database_url: str) -> None:
    engine = open_engine(database_url)

    async def serve() -> None:
        with Transactions(engine).kept():
            pass

    asyncio.run(serve())
    engine.dispose()
