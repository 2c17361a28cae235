"""Ask booking systems that say only a number for the rest, at fixed addresses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reminders.rules.payloads import parse
from reminders.rules.told_bookings import SourceKind, ToldBooking, Unfit
from reminders.rules.translation import gettext, gettext_noop

if TYPE_CHECKING:
    from aiohttp import ClientSession

SECONDS = 10
"""A vendor answers within one; what hangs is asked again later."""

LARGEST = 1024 * 1024
"""Bytes of an answer; an appointment takes a few thousand."""


class FetchError(Exception):
    """A booking could not be asked for; the sentence says why. ``lasting`` says that asking again
    soon is of no use, ``gone`` that the system does not know it.
    """

    def __init__(self, sentence: str, *, lasting: bool = False, gone: bool = False) -> None:
        super().__init__(sentence)
        self.lasting, self.gone = lasting, gone


@dataclass(frozen=True, slots=True)
class Connection:
    """A way to one system's API: where it is, what lets us in, and the system's name to people."""

    session: ClientSession
    url: str
    headers: Mapping[str, str]
    name: str

    async def get(self, path: str, **query: str) -> dict[str, Any]:
        """Return the object at a path. Raises ``FetchError``."""
        from aiohttp import ClientError  # noqa: PLC0415 (large; for those who fetch)

        try:
            async with self.session.get(
                self.url + path, params=query, headers=self.headers, allow_redirects=False
            ) as answer:
                self._check(answer.status)
                return self._read(await answer.content.read(LARGEST + 1))
        except (TimeoutError, ClientError, OSError):
            silent = gettext("%(name)s does not answer. It is asked again.", name=self.name)
            raise FetchError(silent) from None

    def _check(self, status: int) -> None:
        if status in {401, 403}:
            wrong = gettext_noop(
                "%(name)s refuses our key. Paste it again on the page of this source."
            )
            raise FetchError(gettext(wrong, name=self.name), lasting=True)
        if status == 404:
            gone = gettext("%(name)s does not know this booking.", name=self.name)
            raise FetchError(gone, gone=True)
        if status != 200:
            wrong = gettext_noop("%(name)s answered with an error (%(status)s). It is asked again.")
            raise FetchError(gettext(wrong, name=self.name, status=str(status)))

    def _read(self, raw: bytes) -> dict[str, Any]:
        if len(raw) > LARGEST:
            long = gettext("%(name)s answered with too much.", name=self.name)
            raise FetchError(long, lasting=True)
        try:
            return parse(raw)
        except Unfit:
            wrong = gettext_noop("%(name)s’s answer cannot be read. It is asked again.")
            raise FetchError(gettext(wrong, name=self.name)) from None


@dataclass(frozen=True, slots=True)
class BookingSystems:
    """The systems whose bookings are asked for, by their addresses."""

    acuity_url: str
    square_url: str

    def ask(self, kind: SourceKind, api_key: str, number: str) -> ToldBooking:
        """Return what a booking is now. Raises ``FetchError``, and ``InputError`` where it cannot
        be understood.
        """
        from reminders.booking_systems import acuity, square  # noqa: PLC0415 (they need all of this)

        if kind is SourceKind.ACUITY:
            return asyncio.run(_connected(lambda http: acuity.fetch(http, self.acuity_url, api_key, number)))  # fmt: skip
        return asyncio.run(_connected(lambda http: square.fetch(http, self.square_url, api_key, number)))  # fmt: skip


async def _connected(
    ask: Callable[[ClientSession], Coroutine[Any, Any, ToldBooking]],
) -> ToldBooking:
    from aiohttp import ClientSession, ClientTimeout  # noqa: PLC0415 (large; for those who fetch)

    async with ClientSession(timeout=ClientTimeout(total=SECONDS), trust_env=False) as session:
        return await ask(session)
