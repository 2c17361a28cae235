"""Compare where a database's history stands with what was last seen of it: a failover to a copy
that lags behind, a fork and a server that comes back all cut it off from what was sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a PostgreSQL server's history: its timeline, which every promotion of a copy
    counts up, and how many bytes of its log were written.
    """

    timeline: int
    written: int


@dataclass(frozen=True, slots=True)
class LastCommit:
    """Where and when (UTC) a worker last committed, and how many beats had been counted."""

    position: Position
    at: datetime
    beats: int


@dataclass(frozen=True, slots=True)
class RecordedHistory:
    """What a database itself remembers: the timeline at its last beat, when that was (UTC), under
    which server's name, and until when an earlier cut was settled.
    """

    timeline: int
    at: datetime
    server: str
    settled_until: datetime | None = None


class Cut(StrEnum):
    """In which way history was cut."""

    FAILOVER = "failover"  # a copy took over, and may lack what was committed last
    FORK = "fork"  # a copy goes on elsewhere, perhaps beside the original
    OLDER = "older"  # the server from before a failover answers again


def compare(
    here: Position, beats: int, recorded: RecordedHistory | None, known: LastCommit | None, server: str
) -> Cut | None:  # fmt: skip
    """Say whether history was cut between what is remembered and what is here; None where it goes
    on.

    ``recorded`` is the database's own memory, ``known`` this worker's: a worker that has
    committed knows that its address led to the original. One that missed a cut which others have
    settled since takes their word.
    """
    if known is not None and recorded is not None and _is_settled(here, recorded, known):
        return None
    if known is not None and here.timeline < known.position.timeline:
        return Cut.OLDER
    moved = recorded is not None and recorded.timeline != here.timeline
    if not moved and (known is None or not _lacks(here, beats, known)):
        return None
    elsewhere = recorded is not None and known is None and recorded.server != server
    return Cut.FORK if elsewhere else Cut.FAILOVER


def _lacks(here: Position, beats: int, known: LastCommit) -> bool:
    """Say whether what a worker committed is no longer here."""
    return (
        here.timeline != known.position.timeline
        or here.written < known.position.written
        or beats < known.beats
    )


def _is_settled(here: Position, recorded: RecordedHistory, known: LastCommit) -> bool:
    """Say whether the database has been settled since a worker's last commit."""
    until = recorded.settled_until
    return until is not None and known.at <= until and recorded.timeline == here.timeline
