"""What left to whom so far: the providers' ledgers, read on from where they were read before."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import Engine, text

from reminders.rules.terms import Channel
from tests.proofs.stage import Stage
from tests.proofs.verdict import Row, Verdict, is_broken, judge_rows, rows_of

KINDS = {Channel.SMS: "message", Channel.EMAIL: "mail"}
SHOWN = 6
"""Broken reminders that are told of; more are more of the same."""

TRIED = text(
    "SELECT handoff_at, outcome, code, provider_id, settled_at FROM attempt"
    " WHERE reminder_id = :id ORDER BY id"
)
REMEMBERED = (
    "SELECT key, value FROM setting WHERE key IN ('held', 'history', 'failover')",
    (
        "SELECT channel, status, reason, claim, due_at, count(*) FROM reminder"
        " WHERE status IN ('planned', 'claimed', 'handoff') GROUP BY 1, 2, 3, 4, 5 ORDER BY 5 LIMIT 9"
    ),
    "SELECT * FROM lane",
    "SELECT * FROM sender_rate",
    (
        "SELECT pid, state, wait_event, clock_timestamp() - xact_start, pg_blocking_pids(pid), query"
        " FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    ),
)
"""What the database can tell of itself where a promise was broken."""

Copies = dict[str, list[str]]


@dataclass
class Tally:
    """What each contact got, and how far the ledgers were read."""

    stage: Stage
    taken: dict[Channel, Copies] = field(
        default_factory=lambda: {channel: defaultdict(list) for channel in Channel}
    )
    _read: dict[Channel, int] = field(default_factory=lambda: dict.fromkeys(Channel, 0))

    def read_on(self, channel: Channel) -> set[str]:
        """Read what left since the last time, and return to whom."""
        double = self.stage.twilio if channel is Channel.SMS else self.stage.smtp
        came: set[str] = set()
        with double.ledger.open("rb") as file:
            file.seek(self._read[channel])
            whole, ended, _ = file.read().rpartition(b"\n")  # one may be half-written
        self._read[channel] += len(whole + ended)
        for entry in map(json.loads, whole.splitlines()):
            if entry["kind"] == KINDS[channel]:
                self.taken[channel][entry["to"]].append(entry.get("message_id", ""))
                came.add(entry["to"])
        return came

    def judge(self, verdict: Verdict, engine: Engine, first: int, stopped: Collection[str]) -> None:
        """Judge the reminders from the one with this number on, and whatever left since the last
        time: it has to be of these.
        """
        for channel, taken in self.taken.items():
            came = self.read_on(channel)
            rows = rows_of(engine, channel, first)
            rows = [row for row in rows if row.contact not in stopped]
            judge_rows(verdict, rows, taken, channel)
            late = came - {row.contact for row in rows} - set(stopped)
            verdict.faults += [f"{len(late)} {channel} left to whom all had left"] * bool(late)
            verdict.details += islice(_broken(engine, rows, taken, channel), SHOWN)
        texted = [one for one in stopped if self.taken[Channel.SMS].get(one)]
        verdict.faults += [f"{len(texted)} were texted after their STOP"] * bool(texted)
        verdict.details += [] if verdict.kept else _remembered(engine)


def _broken(engine: Engine, rows: list[Row], taken: Copies, channel: Channel) -> Iterator[str]:
    """Tell of each reminder whose promise was broken, with every attempt at it."""
    for row in rows:
        copies = taken.get(row.contact, [])
        if is_broken(row, copies, channel):
            with engine.connect() as connection:
                tried = connection.execute(TRIED, {"id": row.number}).all()
            yield f"{row}, {len(copies)} left {set(copies)}; tried {list(map(_told, tried))}"


def _told(attempt: Any) -> str:
    return " ".join(map(str, attempt))


def _remembered(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return [_told(row) for asked in REMEMBERED for row in connection.execute(text(asked))]
