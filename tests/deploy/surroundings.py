"""What stands around a deployment: PostgreSQL that takes TLS only, and nginx as a host's router."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import trustme

from tests.deploy.common import free_port, say

PASSWORD = "p@ss:w/rd %1"


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
