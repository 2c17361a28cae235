"""The verdict of a proof: what the providers' ledgers hold, beside what our own tables claim."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, text

from reminders.rules.terms import Channel
from tests.proofs.cast import SECOND_NAME, SECOND_SENDER
from tests.proofs.stage import Stage
from tests.support.doubles.twilio import ACCOUNT, SECOND


@dataclass
class Verdict:
    """One line of the table: how many messages were at stake, and what became of them."""

    proof: str
    database: str
    channel: str
    seed: int
    number: int = 0
    lost: int = 0
    doubled: int = 0
    marked: int = 0
    seconds: float = 0.0
    what: str = ""
    faults: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)

    @property
    def kept(self) -> bool:
        """Say whether every promise was kept."""
        return not (self.lost or self.doubled or self.faults)


@contextmanager
def timed(verdict: Verdict) -> Iterator[Verdict]:
    """Measure how long the verdict took to reach."""
    began = time.monotonic()
    try:
        yield verdict
    finally:
        verdict.seconds = time.monotonic() - began


@dataclass(frozen=True)
class Row:
    """One reminder as our own table tells it."""

    number: int
    contact: str
    status: str
    reason: str | None
    unproven_attempts: int
    attempts: int

    @property
    def is_marked(self) -> bool:
        """Say whether the staff are shown that nobody knows for sure."""
        return (
            self.status == "unknown" or self.unproven_attempts > 0 or self.reason == "maybe-twice"
        )


def rows_of(engine: Engine, channel: Channel, first: int = 0) -> list[Row]:
    """Return every reminder of a channel, from the one with this number on."""
    contact = "phone" if channel is Channel.SMS else "email"
    query = text(
        f"SELECT r.id, c.{contact}, r.status, r.reason, r.unproven_attempts, r.attempts FROM reminder r"
        " JOIN client c ON c.id = r.client_id WHERE r.channel = :channel AND r.id >= :first ORDER BY r.id"
    )
    with engine.connect() as connection:
        found = connection.execute(query, {"channel": channel.value, "first": first})
        return [Row(*row) for row in found]


def copies_of(stage: Stage, channel: Channel) -> dict[str, list[str]]:
    """Return what each contact got, from the provider's own ledger: a Message-ID for each email."""
    taken: dict[str, list[str]] = defaultdict(list)
    ledger = stage.twilio.seen("message") if channel is Channel.SMS else stage.smtp.seen("mail")
    for entry in ledger:
        taken[entry["to"]].append(entry.get("message_id", ""))
    return taken


def judge(
    verdict: Verdict,
    stage: Stage,
    engine: Engine,
    channel: Channel,
    stopped: Collection[str] = (),
) -> Verdict:
    """Hold what left against what was promised; whoever stopped is to have nothing."""
    rows = [row for row in rows_of(engine, channel) if row.contact not in stopped]
    judge_rows(verdict, rows, copies_of(stage, channel), channel)
    return verdict


def judge_rows(
    verdict: Verdict, rows: Sequence[Row], taken: Mapping[str, list[str]], channel: Channel
) -> None:
    """Hold what left to each contact against what was promised of these reminders."""
    verdict.number += len(rows)
    verdict.marked += sum(row.is_marked for row in rows)
    verdict.lost += sum(_is_lost(row, taken.get(row.contact, []), channel) for row in rows)
    verdict.doubled += sum(_is_doubled(row, taken.get(row.contact, []), channel) for row in rows)
    untrue = Counter(row.status for row in rows if not _is_true(row, taken.get(row.contact, [])))
    verdict.faults += [f"{number} stand as {status}" for status, number in untrue.items()]


def is_broken(row: Row, copies: list[str], channel: Channel) -> bool:
    """Say whether a promise was broken to one."""
    broken = _is_lost(row, copies, channel) or _is_doubled(row, copies, channel)
    return broken or not _is_true(row, copies)


def _is_lost(row: Row, copies: list[str], channel: Channel) -> bool:
    """An email of which nobody can know may be missing, but never silently."""
    return not copies and not (channel is Channel.EMAIL and row.is_marked)


def _is_doubled(row: Row, copies: list[str], channel: Channel) -> bool:
    if channel is Channel.SMS:
        return len(copies) > 1
    return len(copies) > 2 or len(set(copies)) > 1 or (len(copies) == 2 and not row.is_marked)


def _is_true(row: Row, copies: list[str]) -> bool:
    """Accepted means that the provider has it; nothing else but not knowing may be said of it."""
    if row.status in {"accepted", "unknown"}:
        return bool(copies) or row.status == "unknown"
    return False


def facts_of(engine: Engine, query: str, **given: Any) -> Any:
    """Return one value from the tables."""
    with engine.connect() as connection:
        return connection.execute(text(query), given).scalar_one()


LEFT_AS = text(
    "SELECT a.provider_id, k.name, a.account_id, a.sender FROM attempt a"
    " JOIN reminder r ON r.id = a.reminder_id JOIN clinic k ON k.id = r.clinic_id"
    " WHERE r.channel = 'sms' AND a.provider_id IS NOT NULL"
)
CLINICS_OF = text(
    "SELECT c.phone, k.name FROM client c JOIN clinic k ON k.id = c.clinic_id WHERE c.phone IS NOT NULL"
)


def astray(stage: Stage, engine: Engine) -> list[str]:
    """Say how many texts left by another clinic's account or sender, or are written down of another."""
    ours, theirs = (ACCOUNT, stage.settings.twilio_from), (SECOND, SECOND_SENDER)

    def way(clinic: str) -> tuple[str, str]:
        return theirs if clinic.startswith(SECOND_NAME) else ours

    ways_to = defaultdict(set)
    with engine.connect() as connection:
        for row in connection.execute(CLINICS_OF):
            ways_to[row.phone].add(way(row.name))
        written = connection.execute(LEFT_AS).all()
    left = stage.twilio.seen("message")
    wrong = [one for one in left if (one["account"], one["by"]) not in ways_to[one["to"]]]
    left_by = {one["sid"]: (one["account"], one["by"]) for one in left}
    lies = [
        row for row in written
        if left_by.get(row.provider_id) != way(row.name)
        or (row.account_id is not None, row.sender) != (way(row.name) == theirs, way(row.name)[1])
    ]  # fmt: skip
    others = len({one["account"] for one in left}) < len({ours, theirs})
    faults = [f"{len(wrong)} left by another clinic's sender"] * bool(wrong)
    faults += [f"{len(lies)} are written down of another account"] * bool(lies)
    return faults + ["only one account was used"] * others
