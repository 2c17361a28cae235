"""What the doubles of the proofs share: a lean server that ends with whoever started it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable


async def serve(protocol: Callable[[], asyncio.Protocol]) -> None:
    """Listen on loopback, say where on the first line, and go on while our parent lives."""
    parent = os.getppid()
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    while os.getppid() == parent:  # noqa: ASYNC110 (nobody tells of a parent's end)
        await asyncio.sleep(0.5)
