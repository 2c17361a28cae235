"""Connect to addresses that somebody typed: by https, and to the internet only."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ssl import SSLContext
from typing import TYPE_CHECKING, Any

from reminders.rules.addresses import is_public

if TYPE_CHECKING:
    from aiohttp import ClientSession, ClientTimeout

MOST_HEADERS = 16 * 1024

AGENT = "aftercare-reminders"


class PrivateAddressError(OSError):
    """The address about to be connected to is none of the internet."""


@dataclass(frozen=True, slots=True)
class Internet:
    """A way out. Every address is looked at as it is connected to: what a name led to before, or
    leads to next, does not matter.

    ``may_reach`` (which numeric addresses may be connected to) and ``trusted`` (whose certificates
    are believed) are other than the internet and its authorities in tests alone: no setting leads
    to them.
    """

    may_reach: Callable[[str], bool] = is_public
    trusted: SSLContext | None = None

    def session(self, timeout: ClientTimeout, headers: Mapping[str, str]) -> ClientSession:
        """Return a session without cookies that unpacks nothing by itself."""
        import aiohttp  # noqa: PLC0415 (10 MB, for whoever has calendars or endpoints)

        connector = aiohttp.TCPConnector(
            ssl=self.trusted or True, use_dns_cache=False, socket_factory=self._socket
        )
        return aiohttp.ClientSession(
            connector=connector,
            timeout=timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            max_line_size=MOST_HEADERS,
            max_field_size=MOST_HEADERS,
            headers={"User-Agent": AGENT, **headers},
        )

    def _socket(self, at: tuple[Any, ...]) -> socket.socket:
        """Make the socket for an address that has been looked at, which it connects to and no other."""
        family, kind, protocol, _, address = at
        if not self.may_reach(str(address[0])):
            raise PrivateAddressError
        return socket.socket(family, kind, protocol)


def is_private(error: BaseException) -> bool:
    """Say whether a connection failed since its address is none of the internet."""
    causes = [error, error.__cause__, getattr(error, "os_error", None)]
    return any(isinstance(one, PrivateAddressError) for one in causes)
