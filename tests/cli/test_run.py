"""The service as an operator runs it: processes, providers' doubles beside them, and SIGTERM."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from reminders.app import build
from reminders.enrolment import clinics, treatments
from reminders.settings import Settings
from reminders.store.database import writing
from reminders.store.queries import people
from tests.conftest import ana
from tests.support.days import week_ago, zone_where_it_is_afternoon
from tests.support.desk import PASSWORD
from tests.support.doubles.process import Double, live_through, running
from tests.support.samples import CLINIC
from tests.support.workbooks import HOSTILE

pytestmark = pytest.mark.slow


@dataclass
class Operator:
    """Somebody who set the environment and runs commands in it."""

    environ: dict[str, str]
    folder: Path
    twilio: Double
    mail: Double

    def ask(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "reminders", *words],
            env=self.environ,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def run(self, *words: str) -> str:
        done = self.ask(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def running(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        with (self.folder / f"{words[0]}.log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "reminders", *words],
                env=self.environ,
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
            )
            try:
                yield process
            finally:
                process.kill()
                process.wait()

    def get(self, path: str) -> tuple[int, dict[str, Any]]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.environ['PORT']}{path}") as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)
        except OSError:
            return 0, {}

    def ready(self) -> bool:
        return self.get("/readyz")[0] == 200

    def sent(self) -> Counter[str]:
        return Counter(
            [row["to"] for row in self.twilio.seen("message")]
            + [row["to"][0] for row in self.mail.seen("mail")],
        )

    def signed_in(self, stack: ExitStack) -> httpx2.Client:
        """Sign a member of staff in with the link that the command prints."""
        told = self.run("staff", "invite", "sam@rosewood.example", "--clinic", "Rosewood Skin")
        link = next(word for word in told.split() if word.startswith(self.environ["PUBLIC_URL"]))
        browser = httpx2.Client(base_url=self.environ["PUBLIC_URL"], timeout=120)
        stack.enter_context(browser)
        browser.follow_redirects = True
        form = {"csrf": csrf_of(browser.get(link)), "name": "Sam", "password": PASSWORD}
        assert browser.post(link, data=form).status_code == 200
        return browser

    def drop(self, browser: httpx2.Client, workbook: bytes) -> int:
        """Drop a workbook on the page for lists, and return how that was answered."""
        form = {"csrf": csrf_of(browser.get("/lists"))}
        return browser.post("/lists", data=form, files={"file": ("a.xlsx", workbook)}).status_code

    def take_in(self, clients: int, first: int = 0) -> None:
        """Add a live clinic, once, and clients treated a week ago, whose week-1 message is due."""
        app, now = build(Settings(database_url=self.environ["DATABASE_URL"])), datetime.now(UTC)
        told = [
            ana(week_ago(), phone=f"+4477009{n:05}", email=f"ana{n}@mail.example")
            for n in range(first, first + clients)
        ]
        with writing(app.engine) as session:
            where = CLINIC | {"time_zone": zone_where_it_is_afternoon(), "phone": "+442079460018"}
            known = people.clinics(session)
            clinic = known[0] if known else clinics.add(session, where, now, live=True)
            treatments.enrol(session, app.library, clinic, told, now)
        app.close()


def csrf_of(page: httpx2.Response) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def wait_for(what: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.05)


@pytest.fixture
def operator(database_url: str, tmp_path: Path) -> Iterator[Operator]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with ExitStack() as stack:
        twilio = stack.enter_context(running("twilio", tmp_path / "twilio.ledger"))
        mail = stack.enter_context(running("smtp", tmp_path / "mail.ledger", "none"))
        environ = {k: v for k, v in os.environ.items() if k.lower() not in Settings.model_fields}
        environ |= {
            "DATABASE_URL": database_url,
            "PORT": str(port),
            "PUBLIC_URL": "https://aftercare.clinic.example",
            **live_through(twilio, mail),
            "WEB_CONCURRENCY": "2",
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        yield Operator(environ, tmp_path, twilio, mail)


def test_serve_sends_what_is_due_and_ends_well_when_told(operator: Operator) -> None:
    operator.take_in(clients=5)
    with operator.running("serve") as service:
        wait_for(operator.ready)
        assert operator.get("/healthz") == (200, {"ok": True})
        wait_for(lambda: len(operator.sent()) == 10)
        service.send_signal(signal.SIGTERM)
        assert service.wait(20) == 0
    assert {to: times for to, times in operator.sent().items() if times > 1} == {}
    status = json.loads(operator.run("status", "--json"))
    assert (status["sent"], status["in_doubt"]) == (10, 0)
    assert "Traceback" not in (operator.folder / "serve.log").read_text("utf-8")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_web_process_and_two_workers_together_send_each_message_once(operator: Operator) -> None:
    operator.take_in(clients=60)
    with ExitStack() as stack:
        processes = [
            stack.enter_context(operator.running(*words))
            for words in (["serve"], ["worker"], ["tick"])
        ]
        wait_for(lambda: len(operator.sent()) == 120, 60)
        for process in processes[:2]:
            process.send_signal(signal.SIGTERM)
        assert [process.wait(20) for process in processes] == [0, 0, 0]
    assert {to: times for to, times in operator.sent().items() if times > 1} == {}
    assert json.loads(operator.run("status", "--json"))["sent"] == 120


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_told_to_stop_in_the_middle_it_finishes_what_is_in_hand(operator: Operator) -> None:
    operator.take_in(clients=80)
    script = [{"wait": 1.5, "commit": True, "status": 201, "body": json.dumps({"sid": "SM1"})}]
    request = urllib.request.Request(
        f"http://127.0.0.1:{operator.twilio.port}/_script",
        json.dumps(script * 400).encode(),
        {"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request).read()
    with operator.running("worker") as service:
        wait_for(lambda: bool(operator.twilio.seen("message")), 30)
        began = time.monotonic()
        service.send_signal(signal.SIGTERM)
        assert service.wait(20) == 0
        assert time.monotonic() - began < 20
    status = json.loads(operator.run("status", "--json"))
    assert status["in_doubt"] == 0
    assert status["sent"] == sum(operator.sent().values())
    assert {to: times for to, times in operator.sent().items() if times > 1} == {}
    assert status["planned"] > 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_hundred_hostile_files_at_once_hurt_nobody(operator: Operator) -> None:
    operator.environ["PUBLIC_URL"] = f"http://127.0.0.1:{operator.environ['PORT']}"
    files = [written() for written, _ in HOSTILE.values()]
    with ExitStack() as stack:
        service = stack.enter_context(operator.running("serve"))
        wait_for(operator.ready)
        operator.take_in(clients=1)
        wait_for(lambda: len(operator.sent()) == 2)
        browser = operator.signed_in(stack)
        staff = stack.enter_context(ThreadPoolExecutor(100))
        before, most = memory(service.pid), 0.0
        answers = [staff.submit(operator.drop, browser, files[n % len(files)]) for n in range(100)]
        operator.take_in(clients=20, first=100)
        due = time.monotonic()
        while not all(answer.done() for answer in answers) or len(operator.sent()) < 42:
            most = max(most, memory(service.pid))
            asked = time.monotonic()
            assert operator.get("/healthz") == (200, {"ok": True})
            assert time.monotonic() - asked < 2
            assert len(operator.sent()) == 42 or time.monotonic() - due < 30, "sent late"
            time.sleep(0.05)
        said = Counter(answer.result() for answer in answers)
        assert service.poll() is None
    assert said.keys() <= {422}
    assert {to: times for to, times in operator.sent().items() if times > 1} == {}
    assert most - before < 30, f"{most:.0f} MB instead of {before:.0f} MB"
    assert "Traceback" not in (operator.folder / "serve.log").read_text("utf-8")


def memory(pid: int) -> float:
    """Return how many megabytes a process holds."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_doctor_knows_the_providers(operator: Operator) -> None:
    operator.take_in(clients=1)
    told = operator.ask("doctor", "--fix", "--json")
    found = {check["name"]: check for check in json.loads(told.stdout)}
    assert found["Twilio account"]["verdict"] == "pass"
    assert found["SMTP"]["verdict"] == "pass"
    assert found["replies webhook"]["verdict"] == "pass"
    operator.environ |= {"TWILIO_AUTH_TOKEN": "w" * 32, "SMTP_PORT": "1"}
    told = operator.ask("doctor", "--json")
    assert told.returncode == 1
    found = {check["name"]: check for check in json.loads(told.stdout)}
    assert found["Twilio account"]["verdict"] == found["SMTP"]["verdict"] == "fail"
    assert "2525" in found["SMTP"]["mend"]


def test_two_that_start_at_once_on_an_empty_database_both_serve(tmp_path: Path) -> None:
    environ = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "reminders", "migrate"],
            env=environ,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    told = sorted(process.communicate(timeout=30)[0].strip() for process in processes)
    assert (
        told == ["The database is now up to date."] + ["The database was already up to date."] * 2
    )
    assert [process.returncode for process in processes] == [0, 0, 0]
