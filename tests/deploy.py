"""A deployment rehearsed: the Procfile under honcho, PostgreSQL by TLS only, nginx before it, and the
Dockerfile's steps in order. Run it with ``python -m tests.deploy``; what a machine lacks is skipped
with a word.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import psycopg
import trustme

from reminders.settings import Settings
from tests.support.days import week_ago, zone_where_it_is_afternoon
from tests.support.doubles.process import Double, killed_after, live_through, running

ROOT = Path(__file__).parents[1]
PASSWORD = "p@ss:w/rd %1"
GRACE = 30.0
"""Seconds between a host's SIGTERM and its SIGKILL."""

HONCHO = (
    f"import honcho.manager as m; m.KILL_WAIT = {GRACE}; from honcho.command import main; main()"
)


def say(words: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {words}", flush=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: Callable[[], bool], seconds: float, words: str) -> float:
    """Wait, and return how long it took."""
    begun = time.monotonic()
    while not what():
        assert time.monotonic() - begun < seconds, f"{words}: not within {seconds:.0f} s"
        time.sleep(0.02)
    return time.monotonic() - begun


def clean() -> dict[str, str]:
    """Return this environment without settings of ours."""
    ours = {name.upper() for name in Settings.model_fields}
    python = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {k: v for k, v in os.environ.items() if k not in ours} | {"PATH": python}


@contextmanager
def tls_only_postgresql(folder: Path, authority: trustme.CA) -> Iterator[str]:
    """Run PostgreSQL so that nobody gets in but by TLS and a password full of odd characters."""
    tools = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)
    assert tools is not None, "needs a PostgreSQL that speaks TLS: apt-get install postgresql"
    data, port = folder / "pg", free_port()
    owner = "nobody" if os.getuid() == 0 else None
    data.mkdir()
    if owner:
        shutil.chown(data, owner)

    def run(tool: str, *words: str) -> None:
        command = [str(tools / tool), *words]
        done = subprocess.run(command, user=owner, cwd=data, capture_output=True, check=False)
        log = data / "log"
        assert done.returncode == 0, done.stderr.decode() + (
            log.read_text() if log.exists() else ""
        )

    (folder / "password").write_text(PASSWORD)
    run(
        "initdb",
        "-D",
        str(data),
        "-U",
        "clinic",
        f"--pwfile={folder / 'password'}",
        "-A",
        "scram-sha-256",
    )
    certificate = authority.issue_cert("localhost")
    certificate.cert_chain_pems[0].write_to_path(data / "server.crt")
    certificate.private_key_pem.write_to_path(data / "server.key")
    (data / "pg_hba.conf").write_text(
        "hostssl all all 127.0.0.1/32 scram-sha-256\nhostnossl all all all reject\n"
    )
    for name in ("server.crt", "server.key"):
        (data / name).chmod(0o600)
        if owner:
            shutil.chown(data / name, owner)
    options = f"-p {port} -c ssl=on -c listen_addresses=127.0.0.1 -k {data}"
    run("pg_ctl", "-D", str(data), "-w", "-l", str(data / "log"), "-o", options, "start")
    try:
        ca = folder / "ca.pem"
        where = f"clinic:{quote(PASSWORD, safe='')}@localhost:{port}/postgres"
        try:
            psycopg.connect(f"postgresql://{where}?sslmode=disable").close()
        except psycopg.OperationalError:
            say("PostgreSQL refuses whoever comes without TLS")
        else:
            raise AssertionError("PostgreSQL took a connection without TLS")
        yield f"postgres://{where}?sslmode=verify-full&sslrootcert={ca}"
    finally:
        run("pg_ctl", "-D", str(data), "-m", "fast", "stop")


NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; worker_processes 1;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/web.crt; ssl_certificate_key {folder}/web.key;
    location / {{
      proxy_pass http://127.0.0.1:{behind};
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto https;
    }}
  }}
}}
"""


@contextmanager
def tls_proxy(folder: Path, authority: trustme.CA, port: int, behind: int) -> Iterator[None]:
    """Run nginx as a host's router: TLS outside, plain HTTP within."""
    certificate = authority.issue_cert("localhost")
    certificate.cert_chain_pems[0].write_to_path(folder / "web.crt")
    certificate.private_key_pem.write_to_path(folder / "web.key")
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, behind=behind))
    with subprocess.Popen(
        ["nginx", "-c", folder / "nginx.conf"], stderr=subprocess.DEVNULL
    ) as nginx:
        try:
            yield
        finally:
            nginx.terminate()


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


def procfile(folder: Path, clients: int) -> None:
    """Release, start, send, stop in the middle, start again: once each, whatever happens."""
    with host(folder) as there:
        there.release()
        took = there.start("web")
        idle = there.memory("web" if there.pids("web") else "serve")
        say(f"start to first /readyz 200 through nginx: {took:.2f} s; serve idle: {idle:.0f} MB")
        busy = os.getloadavg()[0] > 1.5 * (os.cpu_count() or 1)
        assert took < 5 or busy, "start to readiness takes too long"
        assert idle < 150
        assert len(there.pids("serve")) == 1, "one process, whatever WEB_CONCURRENCY says"
        there.run(
            "clinic", "add", "Rosewood Skin", "--time-zone", zone_where_it_is_afternoon(),
            "--phone", "+44 20 7946 0018", "--email", "desk@rosewood.example",
            "--address", "18 Rose Street", "--live",
        )  # fmt: skip
        there.take_in(0, 20)
        wait_for(lambda: len(there.sent()) >= 40, 60, "web alone sends")
        say("web alone sent 40 messages")
        checks = {
            c["name"]: c for c in json.loads(there.run("doctor", "--fix", "--json", code=None))
        }
        for name in (
            "database",
            "tables",
            "Twilio account",
            "Twilio sender",
            "replies webhook",
            "SMTP",
            "public address",
        ):
            assert checks[name]["verdict"] == "pass", checks[name]
        say(f"doctor: {checks['database']['found']}; {checks['public address']['found']}")
        status, told = there.get("/metrics", Authorization="Bearer " + "m" * 30)
        assert status == 200
        assert b"reminders_sent_last_hour" in told
        say(f"stopped by SIGTERM in {there.stop():.1f} s, no SIGKILL")
        there.take_in(20, clients)
        there.start("web", "worker")
        wait_for(lambda: len(there.sent()) > clients // 2, 120, "half of a long list")
        took = there.stop()
        sent = len(there.sent())
        say(f"stopped in the middle ({sent} of {2 * clients} sent) in {took:.1f} s, no SIGKILL")
        begun = time.monotonic()
        there.start("web", "worker")
        wait_for(lambda: len(there.sent()) >= 2 * clients, 300, "the rest of the list")
        rate = (2 * clients - sent) / (time.monotonic() - begun)
        peak = there.memory("serve", "VmHWM")
        say(f"the rest left at {rate:.0f} messages a second; serve at most {peak:.0f} MB")
        assert peak < 250
        there.stop()
        messages = there.messages()
        twice = [what for what, count in messages.items() if count > 1]
        assert not twice, f"left twice: {twice[:5]}"
        status_now = json.loads(there.run("status", "--json"))
        reached = sum(1 for to, _ in messages if not to.startswith("desk@"))
        assert (status_now["sent"], status_now["in_doubt"]) == (reached, 0)
        log = (folder / "honcho.log").read_text("utf-8", "replace")
        assert "Traceback" not in log
        leaked = re.findall(r"\+4477\d+|ana\d+@|Rosewood|Ana\b|SPF", log)
        assert not leaked, f"the log names {set(leaked)}"
        say(f"{len(messages)} messages, each once; {len(log.splitlines())} log lines name nobody")


@dataclass
class Image:
    """A folder that stands for an image, and what its file said of running it."""

    folder: Path
    environ: dict[str, str]
    cwd: Path
    user: int | None = None
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    def inside(self, words: str) -> str:
        return re.sub(r"(?<![\w.])/(app|data)\b", rf"{self.folder}/\1", words)

    def follow(self, step: str, words: str) -> None:
        steps: dict[str, Callable[[str], None]] = {
            "ENV": lambda words: self.environ.update(
                [
                    (pair.partition("=")[0], pair.partition("=")[2])
                    for pair in shlex.split(self.inside(words))
                ]
            ),
            "COPY": self.copy,
            "RUN": self.run,
            "WORKDIR": lambda words: setattr(self, "cwd", Path(self.inside(words))),
            "USER": lambda words: setattr(self, "user", int(words.split(":")[0])),
            "CMD": lambda words: setattr(self, "command", json.loads(words)),
            "HEALTHCHECK": lambda words: setattr(
                self, "health", json.loads(words.partition("CMD ")[2])
            ),
        }
        if step in steps:
            steps[step](words)

    def copy(self, words: str) -> None:
        source, target = words.split()
        copied = Path(self.inside(target))
        copied.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
        copy(ROOT / source, copied)

    def run(self, words: str) -> None:
        say(f"RUN {words[:70]}…")
        command = ["sh", "-ec", self.inside(words)]
        subprocess.run(
            command, env=self.environ, cwd=self.cwd, check=True, stdout=subprocess.DEVNULL
        )

    def healthy(self) -> bool:
        done = subprocess.run(self.health, env=self.environ, check=False, capture_output=True)
        return done.returncode == 0


def dockerfile(folder: Path) -> None:
    """Follow the Dockerfile in a clean folder, and run its command and its health check."""
    python = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable
    subprocess.run([python, "-m", "venv", f"{folder}/usr"], check=True)
    environ = {"PATH": f"{folder}/usr/bin:/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
    image = Image(folder, environ, folder)
    for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines():
        image.follow(*line.partition(" ")[::2])
    if os.getuid() != 0:
        image.user = None
    environ["PORT"] = str(free_port())
    with (
        subprocess.Popen(
            image.command, env=environ, cwd=image.cwd, user=image.user, group=image.user,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as service,
        killed_after(service),
    ):  # fmt: skip
        took = wait_for(image.healthy, 30, "the image's health check")
        service.terminate()
        assert service.wait(20) == 0
    assert (folder / "data" / "reminders.db").stat().st_uid == (image.user or os.getuid())
    say(f"the Dockerfile's steps, in order: healthy after {took:.1f} s, as user {image.user}")


def main() -> None:
    clients = 200 if "--quick" in sys.argv else 2_000
    for name, part in (("procfile", lambda f: procfile(f, clients)), ("dockerfile", dockerfile)):
        if (
            any(word in {"procfile", "dockerfile"} for word in sys.argv[1:])
            and name not in sys.argv
        ):
            continue
        with TemporaryDirectory(prefix=f"deploy-{name}-", ignore_cleanup_errors=True) as folder:
            Path(folder).chmod(0o755)
            part(Path(folder))
    if (
        not shutil.which("docker")
        or subprocess.run(["docker", "info"], capture_output=True, check=False).returncode
    ):
        say("SKIPPED docker build: no engine runs here; its steps were followed by hand above")
    else:
        subprocess.run(["docker", "build", "-q", "-t", "reminders-rehearsal", ROOT], check=True)
        say("docker build: done")


if __name__ == "__main__":
    main()
