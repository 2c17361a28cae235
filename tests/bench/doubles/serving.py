"""What both doubles share: a count of what they took, and serving until told to stop."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class Taken:
    """How many messages were taken, and by whom: each client is due only one."""

    def __init__(self) -> None:
        self.messages = 0
        self.recipients: set[bytes] = set()

    def count(self, recipient: bytes) -> None:
        self.messages += 1
        self.recipients.add(recipient)


Make = Callable[[Taken, float], asyncio.BaseProtocol]


def main(make: Make) -> None:
    """Serve with the delay of the first argument, until the standard input ends."""
    asyncio.run(_serve(make, float(sys.argv[1])))


async def _serve(make: Make, delay: float) -> None:
    taken, ended = Taken(), asyncio.Event()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: make(taken, delay), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    loop.add_reader(sys.stdin, ended.set)
    await ended.wait()
    print(json.dumps([taken.messages, len(taken.recipients)]))


class Running:
    """A running double: its port, and once it has stopped what it took."""

    def __init__(self, program: subprocess.Popen[str]) -> None:
        assert program.stdout is not None
        self._program: Any = program
        self.port = int(program.stdout.readline())

    def stop(self) -> tuple[int, int]:
        """Return how many messages it took, and from how many they differed."""
        told, _ = self._program.communicate(timeout=10)
        messages, recipients = json.loads(told)
        return messages, recipients


@contextmanager
def running(name: str, delay: float) -> Iterator[Running]:
    """Run a double, answering each message after ``delay`` seconds."""
    command = [sys.executable, "-m", f"tests.bench.doubles.{name}", str(delay)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        try:
            yield Running(program)
        finally:
            program.kill()
