"""Find the network address of a request behind trusted proxies."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send


class Proxies:
    """Believe what the last ``trusted`` proxies say, and nothing that was said before them.

    Each appends the address it was called from to X-Forwarded-For, so that the one we look for
    stands that many places from the right; whatever stands further left anybody may have
    written. Without trusted proxies the header is not read at all.
    """

    def __init__(self, app: ASGIApp, trusted: int) -> None:
        """Take what is to be served, and how many proxies of the host's stand before it."""
        self.app = app
        self.trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if self.trusted and scope["type"] == "http":
            told = Headers(scope=scope)
            hops = ",".join(told.getlist("x-forwarded-for")).split(",")
            if len(hops) >= self.trusted and (caller := hops[-self.trusted].strip()):
                scope["client"] = (caller, 0)
            if told.get("x-forwarded-proto", "").rpartition(",")[2].strip() == "https":
                scope["scheme"] = "https"
        await self.app(scope, receive, send)
