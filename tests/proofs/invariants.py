"""What must hold at every step of a world: the seven invariants of the delivery promise."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text

from reminders.rehearsal.simulation import SetClock
from reminders.rules.sending_hours import next_open, parse, parse_emails
from reminders.rules.terms import Channel
from tests.proofs.courier import next_look
from tests.proofs.provider import Copy, Provider

ROWS = text(
    "SELECT r.id, r.client_id, r.channel, r.status, r.reason, r.unproven_attempts, r.attempts, r.settled_at,"
    " r.treatment_id, r.milestone, c.phone, c.email, k.name, k.time_zone, k.sending_hours, k.email_hours"
    " FROM reminder r JOIN client c ON c.id = r.client_id JOIN clinic k ON k.id = r.clinic_id"
)
ATTEMPTS = text("SELECT reminder_id, claim FROM attempt")
SAID_TO_HAVE_LEFT = {"accepted", "delivered", "undelivered"}
MAY_HAVE_LEFT = {*SAID_TO_HAVE_LEFT, "handoff", "unknown"}
FINAL = {*SAID_TO_HAVE_LEFT, "unknown", "skipped", "cancelled", "failed"}


@dataclass
class Watch:
    """Look at the ledgers and at our own tables, side by side."""

    engine: Engine
    clock: SetClock
    texts: Provider
    mails: Provider
    stopped: set[tuple[int, Channel]] = field(default_factory=set)
    _seen: dict[Channel, int] = field(default_factory=dict)

    def look(self) -> None:
        """Raise ``AssertionError`` where an invariant does not hold."""
        with self.engine.connect() as connection:
            rows = {row.id: row for row in connection.execute(ROWS)}
            attempts = [tuple(row) for row in connection.execute(ATTEMPTS)]
        copies: dict[int, list[Copy]] = defaultdict(list)
        for copy in (*self.texts.ledger, *self.mails.ledger):
            copies[copy.reminder_id].append(copy)
        for number, row in rows.items():
            _at_most_once(row, copies[number])
            _true_to_the_ledger(row, copies[number])
        _once_a_milestone(rows.values())
        _written_down(rows, attempts, copies)
        for channel, provider in ((Channel.SMS, self.texts), (Channel.EMAIL, self.mails)):
            self._look_at_new(rows, provider.ledger[self._seen.get(channel, 0) :], channel)
            self._seen[channel] = len(provider.ledger)

    def _look_at_new(self, rows: dict[int, Any], new: list[Copy], channel: Channel) -> None:
        """Nothing leaves after a stop, at night, or for another clinic (I4, I5, I6)."""
        for copy in new:
            row = rows[copy.reminder_id]
            assert (row.client_id, channel) not in self.stopped, f"{row} left after a stop"
            zone, hours = ZoneInfo(row.time_zone), parse(row.sending_hours)
            if channel is Channel.EMAIL:
                hours = parse_emails(row.email_hours)
            assert next_open(copy.at, hours, zone) == copy.at, f"{row} left at {copy.at}"
            contact = row.phone if channel is Channel.SMS else row.email
            assert (copy.message.to, copy.message.clinic_name) == (contact, row.name), (
                f"{row} went astray"
            )

    def look_at_the_end(self) -> None:
        """Every reminder has come to its one end (I1)."""
        with self.engine.connect() as connection:
            late = [row for row in connection.execute(ROWS) if row.status not in FINAL]
        waiting = self.next_look()
        assert not late or (waiting is not None and waiting > self.clock()), f"{late} never ended"

    def next_look(self) -> datetime | None:
        """Return when something is to be looked at next."""
        found = next_look(self.engine)
        return found and found.astimezone(UTC)


def _at_most_once(row: Any, copies: list[Copy]) -> None:
    """One text; one email, or two alike where it is marked (I2)."""
    assert len(copies) <= 1 + (row.channel == "email" and row.unproven_attempts > 0), (
        f"{row} left {len(copies)} times"
    )
    assert len({copy.message.reference for copy in copies}) <= 1, f"{row} has two Message-IDs"


def _true_to_the_ledger(row: Any, copies: list[Copy]) -> None:
    """Who stands as accepted left, and who left stands as accepted (I3)."""
    if row.status in SAID_TO_HAVE_LEFT:
        assert copies, f"{row} never left"
    elif copies and not row.unproven_attempts:
        assert row.status in MAY_HAVE_LEFT, f"{row} did leave"


def _once_a_milestone(rows: Any) -> None:
    """Of a milestone by a channel no more than one may have left (I2, across replanning)."""
    left = Counter((r.client_id, r.treatment_id, r.milestone, r.channel) for r in rows if r.status in MAY_HAVE_LEFT)  # fmt: skip
    assert not left or max(left.values()) == 1, f"{left.most_common(1)} left more than once"


def _written_down(rows: dict[int, Any], attempts: list[Any], copies: dict[int, list[Copy]]) -> None:
    """Every handoff has its attempt, every copy its handoff, every end its moment (I7)."""
    tried = Counter(number for number, _ in attempts)
    for number, row in rows.items():
        assert tried[number] >= row.attempts, f"{row} has {tried[number]} attempts written down"
        assert row.settled_at is not None or row.status not in FINAL, f"{row} ended, but when?"
        for copy in copies[number]:
            assert (number, copy.claim) in attempts, f"{row} left without a handoff"
