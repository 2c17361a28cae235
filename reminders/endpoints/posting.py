"""Post messages to addresses that owners named, many at once; of the answers only the status is read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reminders.endpoints.messages import Post
from reminders.internet import Internet, is_private
from reminders.rules.endpoints import Outcome, outcome_of

if TYPE_CHECKING:
    from aiohttp import ClientSession

TOTAL, CONNECT = 10.0, 5.0
"""Seconds that everything, and the connection, may take."""

LONGEST = 4096
"""Bytes of an answer that are read at most."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a post; the HTTP status where there was an answer."""

    outcome: Outcome
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Poster:
    """Post by https to the internet, and follow nobody elsewhere."""

    internet: Internet = field(default_factory=Internet)

    def post_all(self, posts: Sequence[Post]) -> list[Answer]:
        """Post several at once; one that hangs keeps none of the others."""
        return asyncio.run(self._post_all(posts)) if posts else []

    async def _post_all(self, posts: Sequence[Post]) -> list[Answer]:
        import aiohttp  # noqa: PLC0415 (10 MB, for whoever has endpoints)

        timeout = aiohttp.ClientTimeout(TOTAL, connect=CONNECT)
        async with self.internet.session(timeout, {"Accept": "*/*"}) as session:
            return await asyncio.gather(*(_post(session, one) for one in posts))


async def _post(session: ClientSession, post: Post) -> Answer:
    """Post once. Of the answer only the status counts; a short body is read to its end, so that the
    connection can be used again, and kept nowhere, since it may hold anything.
    """
    import aiohttp  # noqa: PLC0415 (as above)

    asked = session.post(
        post.address, data=post.body.encode(), headers=post.headers, allow_redirects=False
    )
    try:
        async with asked as response:
            with suppress(aiohttp.ClientError, OSError, asyncio.IncompleteReadError):
                await response.content.readexactly(LONGEST)
            return Answer(outcome_of(response.status), response.status)
    except aiohttp.ClientConnectorCertificateError:
        return Answer(Outcome.UNTRUSTED)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return Answer(Outcome.PRIVATE if is_private(error) else Outcome.AWAY)
