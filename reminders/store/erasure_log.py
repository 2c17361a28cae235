"""A file that lists erased clients by number and keyed hash, and survives a restore."""

from __future__ import annotations

import os
from datetime import UTC
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reminders.private_files import owner_only
from reminders.store.queries.consents import keyed, keyed_by_any
from reminders.store.tables import Client


def noting(engine: Engine, named: str) -> Engine:
    """Let a database's erasures be noted in a file: the one named, else one beside an SQLite
    database, else nowhere.
    """
    here = engine.url.database if engine.dialect.name == "sqlite" else None
    beside = f"{here}-erasures" if here not in {None, "", ":memory:"} else ""
    path = Path(named or beside) if named or beside else None
    engine.update_execution_options(erasures=path)
    return engine


def note(session: Session, client: Client) -> None:
    """Add a client to the file, on disk before the erasure is committed, since a line too many does
    less harm than one too few. Raises ``OSError``; then the client is not erased.
    """
    path, line = _path(session), f"{client.id} {_proof(session, client)}\n"
    if path is None or (path.exists() and line in path.read_text("ascii")):
        return
    with open(path, "a", encoding="ascii", opener=owner_only) as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def noted(session: Session) -> list[Client]:
    """Return the erased clients in the file that are in the database again, after a restore. The
    hash includes when the client was created, so that another client with the same number does not
    match.
    """
    path = _path(session)
    if path is None or not path.exists():
        return []
    lines = [line.split() for line in path.read_text("ascii").splitlines()]
    known = ((session.get(Client, int(number)), proof) for number, proof in lines)
    return [
        client
        for client, proof in known
        if client and client.erased_at is None and proof in _proofs(session, client)
    ]


def _path(session: Session) -> Path | None:
    found: Path | None = session.connection().get_execution_options().get("erasures")
    return found


def _proof(session: Session, client: Client) -> str:
    return keyed(session, _named(client))


def _proofs(session: Session, client: Client) -> list[str]:
    """Return the proofs under today's key and those of before."""
    return keyed_by_any(session, _named(client))


def _named(client: Client) -> str:
    return f"client {client.id} {client.created_at.astimezone(UTC).isoformat()}"
