"""The limit of the database: a hundred claimed, then marked together, each commit durable."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine, bindparam, text

from reminders.store.column_types import microseconds
from reminders.store.database import open_engine
from tests.bench.filling import NOW
from tests.bench.peers.order import Watch, read_order

TOGETHER = 100
CLAIM = (
    "UPDATE reminder SET status = 'claimed', claim = :claim, lease_until = :now WHERE id IN"
    " (SELECT id FROM reminder WHERE status = 'planned' AND due_at <= :now"
    " ORDER BY due_at LIMIT :limit {lock}) RETURNING id"
)
MARK = text(
    "UPDATE reminder SET status = 'accepted', settled_at = :now WHERE id IN :ids AND claim = :claim"
).bindparams(bindparam("ids", expanding=True))


def main() -> None:
    order = read_order()
    engine = open_engine(order.database_url)
    watch = Watch(order)
    for number in range(-(-order.count // TOGETHER)):
        claim = f"c{number}"
        mark(engine, claim, claim_some(engine, claim))
    watch.end()


def claim_some(engine: Engine, claim: str) -> Sequence[int]:
    """Claim what was due first, and commit."""
    lock = "FOR UPDATE SKIP LOCKED" if engine.dialect.name == "postgresql" else ""
    facts = {"claim": claim, "now": _now(engine), "limit": TOGETHER}
    with engine.begin() as connection:
        return connection.execute(text(CLAIM.format(lock=lock)), facts).scalars().all()


def mark(engine: Engine, claim: str, ids: Sequence[int]) -> None:
    """Mark these as accepted, and commit."""
    with engine.begin() as connection:
        connection.execute(MARK, {"claim": claim, "now": _now(engine), "ids": ids})


def _now(engine: Engine) -> object:
    return NOW if engine.dialect.name == "postgresql" else microseconds(NOW)


if __name__ == "__main__":
    main()
