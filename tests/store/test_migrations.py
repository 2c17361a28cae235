"""Upgrading while it runs: old and new version at once on one database, and nobody waits for long."""

from __future__ import annotations

import ast
import shutil
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData, create_engine, inspect, text
from sqlalchemy.exc import OperationalError

from reminders.cli.common import require_tables
from reminders.monitoring import doctor
from reminders.plans import reminder_plans
from reminders.plans.time_zones import follow_zone_data
from reminders.store import migrations
from reminders.store.database import normalise, open_engine
from reminders.store.migrations.alembic_runner import step_to
from tests.conftest import House, ana

STEPS = sorted(migrations.VERSIONS.glob("0*.py"))
FIRST_RELEASE = 1
"""Steps after this one are taken while an older version may still run."""

NEXT_STEP = f"""
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{migrations.newest()}"


def upgrade():
    op.add_column("clinic", sa.Column("motto", sa.String(), nullable=False, server_default=""))
"""

CONTRACTING = {"drop_table", "drop_column", "rename_table"}


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node


@pytest.mark.parametrize("path", STEPS[FIRST_RELEASE:], ids=lambda path: path.stem)
def test_a_step_only_adds_so_that_the_version_before_goes_on_working(path: Path) -> None:
    """A column that the older version does not know must fill itself when that inserts a row."""
    for name, call in calls(path):
        assert name not in CONTRACTING, f"{path.name}: contract in a later release"
        if name != "add_column":
            continue
        column = next((a for a in call.args if isinstance(a, ast.Call)), None)
        if column is None:
            continue  # made in a loop: the schemas themselves are compared below
        given = {word.arg: word.value for word in column.keywords}
        nullable = ast.literal_eval(given["nullable"]) if "nullable" in given else True
        assert nullable or "server_default" in given, f"{path.name}: {ast.unparse(column)}"


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Return an empty database of each kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'fresh.db'}"
    else:
        server = str(request.getfixturevalue("postgres_server"))
        admin = create_engine(normalise(server), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS upgrading WITH (FORCE)"))
            connection.execute(text("CREATE DATABASE upgrading"))
        admin.dispose()
        address = normalise(server).set(database="upgrading")
        url = address.render_as_string(hide_password=False)
    engine = open_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def next_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let the code know a step more than has been released, and return its revision."""
    steps = tmp_path / "versions"
    shutil.copytree(migrations.VERSIONS, steps)
    (steps / "9999_motto.py").write_text(NEXT_STEP, "utf-8")
    monkeypatch.setattr(migrations, "VERSIONS", steps)
    monkeypatch.setattr(migrations, "STEPS", [*migrations.STEPS, "9999"])
    return "9999"


def columns(engine: Engine) -> dict[str, dict[str, bool]]:
    """Return of every table which columns must be given by whoever inserts a row."""
    found = inspect(engine)
    return {
        table: {
            column["name"]: not column["nullable"]
            and column["default"] is None
            and column.get("autoincrement", False) is not True
            for column in found.get_columns(table)
        }
        for table in found.get_table_names()
    }


def test_what_each_version_writes_every_later_schema_takes(fresh: Engine) -> None:
    """Step by step: no table or column that a version knows goes away, and none that it does not
    know is asked of it. (The renamed indexes and constraints are of no version's concern.)
    """
    before: dict[str, dict[str, bool]] = {}
    for number, step in enumerate(STEPS, 1):
        with fresh.begin() as connection:
            step_to(connection, step.stem[:4])
        after = columns(fresh)
        if number > FIRST_RELEASE:
            for table, known in before.items():
                assert table in after, f"{step.name} drops {table}"
                assert known.keys() <= after[table].keys(), f"{step.name} drops from {table}"
                asked = {name for name, must in after[table].items() if must} - known.keys()
                assert not asked, f"{step.name} asks {asked} of who inserts into {table}"
        before = after


def test_a_step_leaves_rows_as_they_were_and_lets_the_version_before_write_on(
    house: House, next_step: str
) -> None:
    house.enrol(ana(date(2026, 3, 12)))
    assert migrations.migrate(house.engine) is True
    assert migrations.migrate(house.engine) is False, "taken once"
    assert migrations.current(house.engine) == next_step
    house.enrol(ana(date(2026, 3, 12), first_name="Bea", phone="+447700900109", email=None))
    with house.engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM client")).scalar_one() == 2
        assert connection.execute(text("SELECT motto FROM clinic")).scalar_one() == ""
        connection.execute(text("ALTER TABLE clinic DROP COLUMN motto"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))


def test_clinics_go_on_texting_every_country_their_clients_have_numbers_of(fresh: Engine) -> None:
    """But not those that strangers typed into the form, nor of who never consented to texts."""
    with fresh.begin() as connection:
        step_to(connection, "0017")
    tables = MetaData()
    tables.reflect(fresh)
    at = datetime(2026, 1, 1, tzinfo=UTC) if fresh.dialect.name == "postgresql" else 0
    numbers = ["+447400123456", "+12125550123", "+14165550123", "+353851234567", "+447797712345"]
    strangers = ["+99365123456", "+33612345678", "+881612345678"]
    clinic = {
        "id": 1, "name": "A", "name_key": "a", "time_zone": "Europe/London", "country": "GB",
        "phone": "+442079460018", "email": "a@a.example", "address": "1", "sending_hours": "",
        "texts_per_day": 1, "texts_per_week": 3, "live": True, "segment_price": 43_700, "created_at": at,
    }  # fmt: skip
    with fresh.begin() as connection:
        connection.execute(tables.tables["clinic"].insert(), clinic)
        for number, phone in enumerate(numbers + strangers, 1):
            client = {
                "id": number,
                "clinic_id": 1,
                "first_name": "A",
                "last_name": "",
                "phone": phone,
            }
            connection.execute(
                tables.tables["client"].insert(), client | {"language": "en", "created_at": at}
            )
            said = {"client_id": number, "given_at": at, "recorded_at": at, "source": "x"}
            for channel, given in (("sms", phone in numbers), ("email", True)):
                connection.execute(
                    tables.tables["consent"].insert(), said | {"channel": channel, "given": given}
                )
        connection.execute(
            tables.tables["practice_recipient"].insert(),
            {"clinic_id": 1, "contact": "+4915112345678"},
        )
        step_to(connection, "0018")
        kept = connection.execute(
            text("SELECT other_countries, segment_price, country_prices FROM clinic")
        ).one()
    assert tuple(kept) == ("CA DE IE JE US", 43_700, "")


@pytest.mark.portable
@pytest.mark.usefixtures("next_step")
def test_a_step_gives_up_its_place_to_senders_and_tries_again(
    fresh: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It never queues for long behind a long transaction, for all others would queue behind it."""
    monkeypatch.setattr(migrations, "AGAIN", 0.05)
    with fresh.begin() as connection:
        step_to(connection, "0001")
    tries: list[int] = []
    original = migrations._migrate

    def busy_at_first(engine: Engine) -> bool:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("ALTER TABLE", {}, Exception("lock timeout"))
        return original(engine)

    monkeypatch.setattr(migrations, "_migrate", busy_at_first)
    assert migrations.migrate(fresh) is True
    assert len(tries) == 3
    with fresh.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == migrations.newest()


def test_a_version_that_is_started_again_beside_a_newer_schema_works_on(house: House) -> None:
    """A host restarts processes of the version before at any moment of a deploy, or goes back."""
    newer = "UPDATE alembic_version SET version_num = :to"
    with house.engine.begin() as connection:
        connection.execute(text(newer), {"to": "9999"})
    try:
        assert migrations.migrate(house.engine) is False
        require_tables(house.engine)
        found = {check.name: check for check in doctor.database(house.engine)}
        assert "newer than this program" in found["tables"].found
    finally:
        with house.engine.begin() as connection:
            connection.execute(text(newer), {"to": migrations.newest()})


# SQLite has one writer at a time: there a migrator waits its turn like everybody.
@pytest.mark.parametrize("fresh", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("next_step")
def test_a_migrator_that_finds_a_table_in_use_does_not_wait_for_ever(
    fresh: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "PATIENCE", 0.0)
    with fresh.begin() as connection:
        step_to(connection, "0001")
    quick = create_engine(fresh.url, connect_args={"options": "-c lock_timeout=200ms"})
    holding, done = threading.Event(), threading.Event()

    def hold() -> None:
        with fresh.begin() as connection:
            connection.execute(text("LOCK TABLE clinic IN ACCESS SHARE MODE"))
            holding.set()
            done.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    holding.wait(10)
    begun = time.monotonic()
    with pytest.raises(OperationalError, match="lock timeout"):
        migrations.migrate(quick)
    assert time.monotonic() - begun < 3
    done.set()
    thread.join()
    assert migrations.migrate(quick) is True
    quick.dispose()


def test_following_new_zone_data_goes_on_where_it_was_cut_off(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminder_plans, "TOGETHER", 2)
    for number in range(5):
        house.enrol(ana(date(2026, 3, 12), phone=f"+44770090012{number}", email=None))
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    done: list[int] = []

    def follow(edition: str) -> bool:
        return follow_zone_data(house.engine, house.app.library, now, edition, done.append)

    def cut_off(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        follow_zone_data(house.engine, house.app.library, now, "2099z", cut_off)
    assert follow("2099z")
    assert done == [2, 1], "two were done before"
    assert not follow("2099z")
    assert follow("2100a")
    assert done == [2, 1, 2, 2, 1], "another edition concerns everybody"
