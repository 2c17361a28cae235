"""Translate what answers a request into the language that its browser asks for."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from reminders.rules.translation import ENGLISH, translated_to
from reminders.wording.library import Library

PROGRAMS = "/hooks/"
"""What programs alone ask for: they read English, and what is kept of it is in English too."""


class BrowserLanguage:
    """Set the language of each request; a page may choose another, that of its account."""

    def __init__(self, app: ASGIApp, library: Library) -> None:
        """Take what is to be served, and where the catalogues are."""
        self.app = app
        self.library = library

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        programs = scope.get("path", "").startswith(PROGRAMS)
        asked = "headers" in scope and not programs
        accepted = Headers(scope=scope).get("accept-language") if asked else None
        wanted = self.library.phrases.spoken(accepted) if accepted else None
        with translated_to(self.library.translation(wanted) if wanted else ENGLISH):
            await self.app(scope, receive, send)
