"""The limit of texts as the official client comes: its own asynchronous HTTP client."""

from __future__ import annotations

import asyncio

from twilio.http.async_http_client import AsyncTwilioHttpClient

from reminders.rules.terms import Message
from tests.bench.peers.bare import send_all
from tests.bench.peers.desk import twilio_client
from tests.bench.peers.order import FROM, read_order


async def main() -> None:
    order = read_order()
    async with AsyncTwilioHttpClient() as http:
        client = twilio_client(order, http)

        async def send(message: Message) -> None:
            await client.messages.create_async(to=message.to, from_=FROM, body=message.text)

        await send_all(order, send)


if __name__ == "__main__":
    asyncio.run(main())
