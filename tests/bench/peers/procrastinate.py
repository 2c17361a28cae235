"""Procrastinate, whose queue stands in the same PostgreSQL, with a thread for each at work."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.bench.peers import current


async def main() -> None:
    from procrastinate import App, PsycopgConnector  # asked for by measurements only

    desk = current.desk()
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(desk.order.concurrency))
    app = App(connector=PsycopgConnector(conninfo=desk.conninfo, max_size=8))
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        deliver: Any = app.task(name="deliver")(current.deliver)
        await deliver.batch_defer_async(*({"reminder_id": number} for number in desk.due()))
        desk.watch.begin()
        await app.run_worker_async(
            concurrency=desk.order.concurrency, wait=False, install_signal_handlers=False
        )


if __name__ == "__main__":
    asyncio.run(main())
