"""Debian's pgbouncer in transaction mode before a PostgreSQL server, as some hosts sell it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.servers import OWNER

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
"""None where it is not installed: apt-get install pgbouncer."""


@contextmanager
def pooler(folder: Path, server: Path, size: int = 4) -> Iterator[str]:
    """Run one before the server on this socket, and return the address at which it answers: every
    transaction gets whichever of a few connections is free.
    """
    assert PROGRAM is not None
    folder.chmod(0o755)
    port = _free_port()
    settings = folder / "pgbouncer.ini"
    (folder / "people").write_text('"postgres" ""\n')
    settings.write_text(
        f"""[databases]
* = host={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/people
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 200
server_login_retry = 0.2
"""
    )
    user = ["-u", OWNER] if os.geteuid() == 0 else []
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen([PROGRAM, *user, str(settings)], stdout=log, stderr=log) as process,
    ):
        try:
            _wait_for(port)
            yield f"postgresql://postgres@127.0.0.1:{port}"
        finally:
            process.kill()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(port: int) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise TimeoutError("pgbouncer did not start")
