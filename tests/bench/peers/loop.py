"""The plainest way: one thread, one reminder after another."""

from __future__ import annotations

from tests.bench.peers.desk import Desk
from tests.bench.peers.order import read_order


def main() -> None:
    desk = Desk(read_order())
    desk.watch.begin()
    for reminder_id in desk.due():
        desk.deliver(reminder_id)


if __name__ == "__main__":
    main()
