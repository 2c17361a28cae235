"""Security headers: what every answer carries, whatever it is, and what some pages may do more."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALWAYS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}
"""What an answer carries that says nothing else under the same name."""

OVER_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}

DESK = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; frame-src 'self'; manifest-src 'self'; form-action 'self'; "
        "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
}
"""A page for staff has scripts and pictures of our own."""

EMAIL = {
    "Content-Security-Policy": (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'"
    ),
}
"""An email is shown as it is, with its inline styles, and may do nothing at all."""


class SecurityHeaders:
    """Add the headers to every answer; a page's own take precedence."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        """Take what is to be served, and whether its public address is https."""
        self.app = app
        self.https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                secure = self.https or scope["scheme"] == "https"
                for name, value in (ALWAYS | OVER_HTTPS if secure else ALWAYS).items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)
