"""A host rehearsed: it sets the environment, runs the Procfile, routes requests and stops dynos."""

from __future__ import annotations

import re
import shlex
import shutil
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme

from tests.deploy.common import ROOT, clean, free_port, say, wait_for
from tests.deploy.surroundings import tls_only_postgresql, tls_proxy
from tests.support.days import week_ago
from tests.support.doubles.process import Double, live_through, running

GRACE = 30.0
"""Seconds between a host's SIGTERM and its SIGKILL."""


HONCHO = (
    f"import honcho.manager as m; m.KILL_WAIT = {GRACE}; from honcho.command import main; main()"
)


@dataclass
class Host:
    """A platform: it sets the environment, runs the Procfile, routes requests and stops dynos."""

    folder: Path
    environ: dict[str, str]
    public: str
    authority: Path
    twilio: Double
    mail: Double
    dynos: subprocess.Popen[bytes] | None = None
    log: list[str] = field(default_factory=list)

    def run(self, *words: str, code: int | None = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "reminders", *words],
            env=self.environ, cwd=self.folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert code is None or done.returncode == code, (words, done.stdout, done.stderr)
        return done.stdout

    def release(self) -> None:
        """Run the Procfile's release, as hosts do before anything else."""
        procfile = (ROOT / "Procfile").read_text()
        command = re.search(r"^release: (.+)$", procfile, re.MULTILINE)
        assert command is not None
        done = subprocess.run(
            shlex.split(command[1]),
            env=self.environ,
            cwd=self.folder,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        say(f"release: {done.stdout.decode().strip()}")

    def start(self, *kinds: str) -> float:
        """Start dynos and return the seconds to the first readiness seen from outside."""
        port = self.environ["PORT"]
        command = [
            sys.executable,
            "-c",
            HONCHO,
            "start",
            "-f",
            str(ROOT / "Procfile"),
            "-p",
            port,
            *kinds,
        ]
        self.dynos = subprocess.Popen(
            command, env=self.environ, cwd=self.folder,
            stdout=(self.folder / "honcho.log").open("ab"), stderr=subprocess.STDOUT,
        )  # fmt: skip
        return wait_for(self.ready, 60, "readiness")

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        context = ssl.create_default_context(cafile=str(self.authority))
        request = urllib.request.Request(self.public + path, headers=headers)
        try:
            with urllib.request.urlopen(request, context=context, timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError:
            return 0, b""

    def ready(self) -> bool:
        return self.get("/readyz")[0] == 200

    def pids(self, kind: str) -> list[int]:
        """Return which processes run a command of ours, by their command lines."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                mine = f"DEPLOYED={self.folder}".encode() in (entry / "environ").read_bytes()
            except OSError:
                continue
            if mine and words[1:4] == [b"-m", b"reminders", kind.encode()]:
                found.append(int(entry.name))
        return found

    def memory(self, kind: str, what: str = "VmRSS") -> float:
        """Return the megabytes of a dyno."""
        (pid,) = self.pids(kind)
        status = Path(f"/proc/{pid}/status").read_text()
        return int(re.search(rf"{what}:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]

    def stop(self) -> float:
        """Stop as hosts do: SIGTERM to every dyno, SIGKILL 30 seconds later; none may need it."""
        assert self.dynos is not None
        begun = time.monotonic()
        self.dynos.send_signal(signal.SIGTERM)
        self.dynos.wait(GRACE + 10)
        took = time.monotonic() - begun
        assert took < GRACE, f"SIGKILL was needed after {took:.0f} s"
        assert b"SIGKILL" not in (self.folder / "honcho.log").read_bytes()
        return took

    def messages(self) -> Counter[tuple[str, str]]:
        """Return what the doubles' ledgers say reached whom: a text by its words, a mail by its id."""
        texts = [(row["to"], row["body"]) for row in self.twilio.seen("message")]
        mails = [
            (row["to"][0], re.search(r"(?im)^message-id: (.+)$", row["content"])[1])  # type: ignore[index]
            for row in self.mail.seen("mail")
        ]
        return Counter(texts + mails)

    def sent(self) -> set[str]:
        """Return which clients were reached."""
        return {to for to, _ in self.messages() if not to.startswith("desk@")}

    def take_in(self, first: int, last: int) -> None:
        rows = [
            f"Ana,+4477{n:08},ana{n}@mail.example,{week_ago()},yes,yes,B-{n}"
            for n in range(first, last)
        ]
        header = "first_name,phone,email,treated_at,sms_consent,email_consent,external_id"
        (self.folder / "list.csv").write_text("\n".join((header, *rows)), "utf-8")
        self.run("import", "list.csv", "--clinic", "Rosewood Skin")


@contextmanager
def host(folder: Path) -> Iterator[Host]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    with ExitStack() as stack:
        database = stack.enter_context(tls_only_postgresql(folder, authority))
        twilio = stack.enter_context(running("twilio", folder / "twilio.ledger"))
        mail = stack.enter_context(running("smtp", folder / "mail.ledger", "none"))
        port, outside = free_port(), free_port()
        public = f"http://127.0.0.1:{port}"
        if shutil.which("nginx"):
            stack.enter_context(tls_proxy(folder, authority, outside, port))
            public = f"https://localhost:{outside}"
        else:
            say("SKIPPED nginx: not on this machine (apt-get install nginx)")
        environ = clean() | {
            "DEPLOYED": str(folder),
            "DATABASE_URL": database,
            "PORT": str(port),
            "WEB_CONCURRENCY": "2",
            "PUBLIC_URL": public,
            "TRUSTED_PROXIES": "1",
            "METRICS_TOKEN": "m" * 30,
            **live_through(twilio, mail),
            "PYTHONPATH": str(ROOT),
            "SSL_CERT_FILE": str(folder / "ca.pem"),
        }
        if not public.startswith("https"):
            environ |= {"PUBLIC_URL": "http://localhost:" + str(port)}
        found = Host(folder, environ, public, folder / "ca.pem", twilio, mail)
        try:
            yield found
        finally:
            if found.dynos is not None and found.dynos.poll() is None:
                found.dynos.kill()
