"""Fetch a calendar from an address that somebody typed: from the internet only, and so much at
most.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from ssl import SSLContext
from typing import TYPE_CHECKING, Any

from reminders.calendars.terms import COPY_ANEW, LARGEST, cut_off, too_large
from reminders.internet import Internet, is_private
from reminders.rules.addresses import is_public
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext, gettext_noop

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

TOTAL, CONNECT, SILENCE = 20.0, 8.0, 8.0
"""Seconds that everything, the connection, and a pause may take."""

AGAIN = gettext_noop("It is tried again automatically.")


@dataclass(frozen=True, slots=True)
class Validators:
    """What HTTP tells a version of a file by."""

    etag: str | None = None
    changed: str | None = None

    def headers(self) -> dict[str, str]:
        """Return how to ask for the file only if it is another version."""
        told = {"If-None-Match": self.etag, "If-Modified-Since": self.changed}
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A calendar as it came; ``content`` is None where it is as it was."""

    content: bytes | None
    validators: Validators


class Fetcher:
    """Fetch files from addresses of the internet; redirects are refused."""

    def __init__(
        self, may_reach: Callable[[str], bool] = is_public, trusted: SSLContext | None = None
    ) -> None:
        """Take which numeric addresses may be connected to, and whose certificates are believed."""
        self._internet = Internet(may_reach, trusted)

    def fetch(self, address: str, known: Validators = Validators()) -> Fetched:
        """Return what is at an address. Raises ``InputError``, whose words never hold the address."""
        return self.fetch_all([(address, known)])[0].result()

    def fetch_all(self, wanted: Sequence[tuple[str, Validators]]) -> list[Answer]:
        """Fetch several at once."""
        return asyncio.run(self._fetch_all(wanted))

    async def _fetch_all(self, wanted: Sequence[tuple[str, Validators]]) -> list[Answer]:
        async with self._session() as session:
            return await asyncio.gather(*(self._answer(session, *one) for one in wanted))

    def _session(self) -> ClientSession:
        import aiohttp  # noqa: PLC0415 (10 MB, for whoever has calendars)

        return self._internet.session(
            aiohttp.ClientTimeout(TOTAL, connect=CONNECT, sock_read=SILENCE),
            {"Accept": "text/calendar, */*;q=0.1", "Accept-Encoding": "gzip"},
        )

    async def _answer(self, session: ClientSession, address: str, known: Validators) -> Answer:
        import aiohttp  # noqa: PLC0415 (as above)

        try:
            return Answer(await _ask(session, address, known))
        except InputError as error:
            return Answer(error)
        except (TimeoutError, aiohttp.ConnectionTimeoutError):
            slow = gettext("The calendar’s server takes too long to answer.")
            return Answer(InputError(slow, gettext(AGAIN)))
        except aiohttp.ClientConnectorCertificateError:
            wrong = gettext("The calendar’s server has an invalid certificate.")
            return Answer(InputError(wrong, gettext(AGAIN)))
        except aiohttp.ClientPayloadError:
            return Answer(cut_off())
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Answer(_unreached(error))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a fetch came to: a file, or why there is none."""

    came: Fetched | InputError

    def result(self) -> Fetched:
        """Return the file; raises the ``InputError``."""
        if isinstance(self.came, InputError):
            raise self.came
        return self.came


def _unreached(error: BaseException) -> InputError:
    if is_private(error):
        return InputError(
            gettext("This address leads into a private network, which is not allowed."),
            gettext("Use the address that your calendar gives to other programs."),
        )
    return InputError(gettext("The calendar’s server cannot be reached."), gettext(AGAIN))


_ELSEWHERE = {301, 302, 303, 307, 308}


async def _ask(session: ClientSession, address: str, known: Validators) -> Fetched:
    """Ask at an address, and nowhere else: where it would lead on to nobody has looked at."""
    async with session.get(address, headers=known.headers(), allow_redirects=False) as response:
        return await _read(response, known)


async def _read(response: ClientResponse, known: Validators) -> Fetched:
    if response.status == HTTPStatus.NOT_MODIFIED and known.headers():
        return Fetched(None, known)
    if response.status != HTTPStatus.OK:
        raise _refused(response.status)
    content = await _body(response)
    told = response.headers
    return Fetched(content, Validators(told.get("ETag"), told.get("Last-Modified")))


def _refused(status: int) -> InputError:
    if status in _ELSEWHERE:
        return InputError(gettext("The address redirects to another one."), gettext(COPY_ANEW))
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return InputError(
            gettext("There is no calendar at this address any more."),
            gettext("Copy the address from your calendar’s settings again, and add it here."),
        )
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return InputError(
            gettext("The calendar’s server asks for a password."),
            gettext("Use the calendar’s secret or published address, which needs none."),
        )
    wrong = gettext(
        "The calendar’s server responded with an error (%(status)s).", status=str(status)
    )
    return InputError(wrong, gettext(AGAIN))


async def _body(response: ClientResponse) -> bytes:
    """Read a body as it comes, and no more of it than a calendar may have, packed or unpacked."""
    packing = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in {"identity", "", "gzip", "x-gzip"}:
        packed = gettext("The calendar’s server sent it in an unsupported compression.")
        raise InputError(packed, gettext(COPY_ANEW))
    unpacking = zlib.decompressobj(31) if "gzip" in packing else None
    content, came = bytearray(), 0
    async for chunk in response.content.iter_chunked(64 * 1024):
        came += len(chunk)
        content += _unpacked(unpacking, chunk, LARGEST + 1 - len(content)) if unpacking else chunk
        if len(content) > LARGEST or came > LARGEST:
            raise too_large()
    if unpacking is not None and not unpacking.eof:
        raise cut_off()
    return bytes(content)


def _unpacked(unpacking: Any, chunk: bytes, most: int) -> bytes:
    try:
        found: bytes = unpacking.decompress(unpacking.unconsumed_tail + chunk, most)
    except zlib.error:
        raise cut_off() from None
    return found
