"""An earlier version and today's at once on one database, which is brought forward under both."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, text

from reminders import __version__
from reminders.rules.terms import Channel
from reminders.settings import Settings
from reminders.store.database import open_engine
from tests.proofs.editions import ROOT, Edition, released
from tests.proofs.plan import Plan
from tests.proofs.stage import Stage, Theatre
from tests.proofs.verdict import Verdict, copies_of, facts_of
from tests.support.days import week_ago, zone_where_it_is_afternoon
from tests.support.doubles.twilio import ACCOUNT, TOKEN

ABSENT = "left out: this is no checkout, or holds no released version"
LIST = 30
"""Clients on each list."""

AT_MOST = 120.0
"""Seconds until all that is due must have left."""

WORD = "from reminders.cli import common, main; common.require_tables = lambda engine: None; main()"
"""How a version is told a command. Some earlier ones will not begin beside newer tables; here is to
be seen what they do that had begun before.
"""

LIST_HEAD = "first_name,phone,email,treated_at,sms_consent,email_consent,external_id"
OPEN = (
    "SELECT count(*) FROM reminder WHERE status IN ('claimed', 'handoff')"
    " OR (status = 'planned' AND due_at <= now())"
)
LEFT = (
    "SELECT c.{contact}, count(r.id) FROM client c LEFT JOIN reminder r ON r.client_id = c.id"
    " AND r.channel = :channel AND r.status = 'accepted' GROUP BY 1"
)


def run(theatre: Theatre, plan: Plan) -> Iterator[Verdict]:
    """Play every released version beside the work tree; the latest alone, if quick."""
    older_first = sorted(released(), key=lambda edition: edition.version == __version__)
    editions = older_first[: plan.times(99, 1)]
    if not editions:
        yield Verdict("versions", "postgresql", "-", plan.seed, what=ABSENT)
    for edition in editions:
        yield from _prove(theatre.stage("postgresql"), edition, plan)


def _prove(stage: Stage, edition: Edition, plan: Plan) -> Iterator[Verdict]:
    began = time.monotonic()
    engine = open_engine(stage.url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    old = Version("old", edition.lay_out(stage.folder / "then"), stage)
    new = Version("new", ROOT, stage)
    faults = _faults(old, new, partial(_until_left, engine))
    shares = f"{old.sent} left by it, {new.sent} by today's"
    for channel in Channel:
        what = f"{edition.version} beside today's: {shares}"
        verdict = Verdict("versions", stage.kind, channel.value, plan.seed, what=what)
        verdict.faults += faults
        _judge(verdict, stage, engine)
        verdict.seconds = time.monotonic() - began
        yield verdict
    engine.dispose()


def _faults(old: Version, new: Version, left: partial[None]) -> list[str]:
    try:
        return _play(old, new, left)
    except (AssertionError, TimeoutError) as error:
        return [str(error)]


def _play(old: Version, new: Version, left: partial[None]) -> list[str]:
    """Bring the tables forward under the old version; then either sends what either enrolled."""
    old.tell("migrate")
    old.tell(
        "clinic", "add", "Rosewood Skin", "--time-zone", zone_where_it_is_afternoon(),
        "--phone", "+44 20 7946 0018", "--email", "desk@rosewood.example",
        "--address", "18 Rose Street, London", "--live",
    )  # fmt: skip
    with old.working():
        old.take_in(0)
        new.tell("migrate")
        new.take_in(1)
        old.take_in(2)
        left()
        alone = old.sent
        with new.working():
            old.take_in(3)
            new.take_in(4)
            left()
            old.stop()
            before = new.sent
            old.take_in(5)
            left()
    idle = {"the old one": alone, "today's": new.sent - before}
    return [f"{who} sent nothing alone" for who, sent in idle.items() if not sent]


@dataclass
class Version:
    """One version of this program, as an operator runs it: commands, and a worker."""

    name: str
    folder: Path
    stage: Stage
    worker: subprocess.Popen[bytes] | None = None
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.stage.folder / f"{self.name}.log"
        self.log.touch()

    @property
    def _environment(self) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if k.lower() not in Settings.model_fields}
        return clean | {
            "PYTHONPATH": str(self.folder),
            "DATABASE_URL": self.stage.url,
            "DELIVERY": "live",
            "SECRET_KEY": "s" * 40,
            "PUBLIC_URL": "http://127.0.0.1:8000",
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_FROM": "+15005550006",
            "TWILIO_API_URL": f"http://127.0.0.1:{self.stage.twilio.port}",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(self.stage.smtp.port),
            "SMTP_SECURITY": "none",
            "MAIL_FROM": "care@clinic.example",
            "SMS_PER_MINUTE": "1000000",
            "LOG_LEVEL": "debug",
        }

    def tell(self, *words: str) -> None:
        """Run a command to its end. Raises ``AssertionError`` with what it said."""
        command = [sys.executable, "-c", WORD, *words]
        where = self.stage.folder
        done = subprocess.run(command, cwd=where, env=self._environment, capture_output=True, text=True, check=False)  # fmt: skip
        assert done.returncode == 0, f"{self.name}: {words[0]}: {done.stderr}"

    def take_in(self, number: int) -> None:
        """Enrol a list of clients whose week is up today."""
        first = number * LIST
        rows = [
            f"Ana,+4477{n:08},c{n}@mail.example,{week_ago()},yes,yes,B-{n}"
            for n in range(first, first + LIST)
        ]
        path = self.stage.folder / f"list{number}.csv"
        path.write_text("\n".join((LIST_HEAD, *rows)), "utf-8")
        self.tell("import", str(path), "--clinic", "Rosewood Skin")

    @contextmanager
    def working(self) -> Iterator[None]:
        """Run a worker until the context ends, or until it is stopped."""
        command = [sys.executable, "-m", "reminders", "worker"]
        where = self.stage.folder
        with self.log.open("ab") as told:
            self.worker = subprocess.Popen(command, cwd=where, env=self._environment, stdout=told, stderr=told)  # fmt: skip
        try:
            yield
            self.stop()
        finally:
            self.worker.kill()

    def stop(self) -> None:
        """Stop the worker in good order. Raises ``AssertionError`` where it had died before."""
        assert self.worker is not None
        self.worker.terminate()
        assert self.worker.wait(30) == 0, self.log.read_text()[-2000:]

    @property
    def sent(self) -> int:
        """Return how many messages its worker says it sent."""
        return sum('"accepted"' in line for line in self.log.read_text().splitlines())


def _until_left(engine: Engine) -> None:
    """Wait until nothing that is due still waits. Raises ``TimeoutError``."""
    until = time.monotonic() + AT_MOST
    while facts_of(engine, OPEN):
        if time.monotonic() > until:
            raise TimeoutError("what was due did not leave")
        time.sleep(0.2)


def _judge(verdict: Verdict, stage: Stage, engine: Engine) -> None:
    """Hold each contact's messages against those that stand as accepted: no more, no fewer."""
    channel = Channel(verdict.channel)
    taken = copies_of(stage, channel)
    query = text(LEFT.format(contact="phone" if channel is Channel.SMS else "email"))
    with engine.connect() as connection:
        accepted = connection.execute(query, {"channel": channel}).all()
    for contact, number in accepted:
        copies = taken.get(contact, [])
        alike = len(copies) - len(set(copies)) if channel is Channel.EMAIL else 0
        verdict.number += len(copies)
        verdict.lost += max(number, 1) > len(copies)
        verdict.doubled += number < len(copies) or alike > 0
