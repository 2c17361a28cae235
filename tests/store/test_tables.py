"""The database: its tables are what its migrations make, and what is due is found by an index."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import bindparam, create_engine, text, update
from sqlmodel import SQLModel

from reminders.enrolment.terms import Enrolment
from reminders.rules.terms import Channel, Status
from reminders.store import migrations
from reminders.store.column_types import Instant
from reminders.store.database import normalise, open_engine, reading, writing
from reminders.store.queries import delivery, sent_lately
from reminders.store.tables import Clinic, Reminder
from reminders.store.transactions import BY_INDEX
from tests.conftest import MONDAY, House, ana


def test_migrations_make_just_the_tables_the_code_has(house: House) -> None:
    with house.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_migrating_twice_is_migrating_once(house: House) -> None:
    assert migrations.migrate(house.engine) is False
    assert migrations.current(house.engine) == migrations.newest()


def test_many_who_migrate_an_empty_database_at_once_do_it_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"

    def migrate(_: int) -> bool:
        engine = open_engine(url)
        try:
            return migrations.migrate(engine)
        finally:
            engine.dispose()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(migrate, range(4))) == [False, False, False, True]


def test_many_who_migrate_an_empty_postgresql_at_once_do_it_once(postgres_server: str) -> None:
    admin = create_engine(normalise(postgres_server), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS fresh"))
        connection.execute(text("CREATE DATABASE fresh"))
    admin.dispose()
    url = normalise(postgres_server).set(database="fresh").render_as_string(hide_password=False)

    def migrate(_: int) -> bool:
        engine = open_engine(url)
        try:
            return migrations.migrate(engine)
        finally:
            engine.dispose()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(migrate, range(4))) == [False, False, False, True]


@pytest.mark.parametrize(
    "url,driver",
    [
        ("postgres://u:p%40ss@h/d?sslmode=require", "postgresql+psycopg"),
        ("postgresql://u:p@h/d", "postgresql+psycopg"),
        ("sqlite:///x.db", "sqlite"),
    ],
)
def test_the_addresses_hosts_hand_out_are_understood(url: str, driver: str) -> None:
    found = normalise(url)
    assert found.drivername == driver
    if "%40" in url:
        assert found.password == "p@ss"
        assert found.query["sslmode"] == "require"


def test_sqlite_keeps_what_was_committed_through_a_power_cut(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'x.db'}")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()


def test_a_reader_does_not_wait_for_a_writer(house: House) -> None:
    with writing(house.engine) as session:
        clinic = session.get(Clinic, 1)
        assert clinic is not None
        clinic.name = "Changed"
        session.flush()
        with reading(house.engine) as other:
            seen = other.get(Clinic, 1)
            assert seen is not None
            assert seen.name == "Rosewood Skin"


def fill(house: House, rows: int) -> None:
    """Plan many reminders far ahead, with a few due now."""
    house.enrol(
        *(
            Enrolment(
                first_name="Ana",
                protocol="skin-needling",
                treated_on=date(2026, 6, 1) + timedelta(days=n % 300),
                phone=f"+4477{n:08}",
                client_id=f"C-{n}",
            )
            for n in range(rows)
        ),
        ana(date(2026, 2, 23)),
    )


DUE = """SELECT id FROM reminder WHERE reminder.status = 'planned' AND due_at <= :now
    AND clinic_id = 1 AND channel = 'sms' ORDER BY due_at LIMIT 64"""


def test_what_is_due_is_found_by_its_partial_index(house: House) -> None:
    fill(house, 500)
    postgres = house.engine.dialect.name == "postgresql"
    explain = text(f"{'EXPLAIN' if postgres else 'EXPLAIN QUERY PLAN'} {DUE}")
    with house.engine.begin() as connection:
        if postgres:
            connection.execute(text("ANALYZE reminder"))
        now = bindparam("now", MONDAY, type_=Instant())
        plan = str(connection.execute(explain.bindparams(now)).all())
    assert "reminder_lane" in plan


def test_the_statement_that_claims_spells_its_state_out(house: House) -> None:
    """A bound parameter would leave the partial index unused."""
    from sqlalchemy import event

    fill(house, 1)
    seen: list[str] = []
    event.listen(house.engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
    with writing(house.engine) as session:
        delivery.claim_due(
            session,
            MONDAY,
            channel=Channel.SMS,
            shares=[(1, 5)],
            claim="c",
            lease=timedelta(minutes=1),
        )
        delivery.rescue(session, MONDAY)
    claims = [statement for statement in seen if "UPDATE reminder" in statement]
    assert "reminder.status = 'planned'" in claims[0]
    assert "reminder.status = 'claimed'" in claims[1]


def test_words_that_are_not_ours_cannot_be_stored(house: House) -> None:
    house.enrol(ana(date(2026, 3, 12)))
    nonsense = update(Reminder).values(status="nonsense")
    with pytest.raises(Exception, match="nonsense"), writing(house.engine) as session:
        session.execute(nonsense)
    with reading(house.engine) as session:
        row = session.get(Reminder, 1)
        assert row is not None
        assert row.status is Status.PLANNED
        assert row.channel in Channel


SENT_LATELY = """INSERT INTO attempt (reminder_id, claim, handoff_at, contact, subject, body, segments, tells_stop,
    sender, country) SELECT id, 'c', :now, '+4477' || id, '', '', 1, false, '', '' FROM reminder"""


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_was_sent_to_a_number_is_found_by_it_before_anybody_counts_what_was_sent(
    house: House,
) -> None:
    statement = sent_lately.STATEMENT.compile(dialect=house.engine.dialect)
    spans = {"since": MONDAY - timedelta(days=9), "texts_since": MONDAY - timedelta(days=40)}
    with house.engine.connect() as connection:
        fill(house, 200)
        connection.execute(text("ANALYZE attempt, reminder"))  # nothing has left yet
        connection.execute(text("UPDATE reminder SET status = 'accepted', claim = 'c'"))
        connection.execute(text(SENT_LATELY), {"now": MONDAY})
        for way, use in BY_INDEX.items():
            connection.execute(text(f"SET LOCAL {way} = {use}"))
        contacts = [f"+4477{n}" for n in range(64)]
        asked = statement.params | spans | {"contacts": contacts}
        plan = str(connection.exec_driver_sql(f"EXPLAIN {statement}", asked).all())
    assert "attempt_contact" in plan
    assert "reminder_pkey" in plan
