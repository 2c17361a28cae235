"""The desk of this worker, where libraries that call by name can find it."""

from __future__ import annotations

from functools import cache

from tests.bench.peers.desk import Desk
from tests.bench.peers.order import read_order


@cache
def desk() -> Desk:
    """Return the one desk."""
    return Desk(read_order())


def deliver(reminder_id: int) -> None:
    """See one reminder through."""
    desk().deliver(reminder_id)
