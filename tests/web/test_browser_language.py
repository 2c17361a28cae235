"""The language of a request: the browser's for people, English for programs."""

from __future__ import annotations

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from reminders.rules.translation import current_language
from reminders.web.browser_language import BrowserLanguage
from reminders.wording.library import packaged


async def which(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(current_language())(scope, receive, send)


@pytest.mark.parametrize(
    "path, language",
    [("/", "de"), ("/sign-in", "de"), ("/hooks/bookings/calcom/1", "en"), ("/hooks/tick", "en")],
)
def test_programs_are_answered_in_english(path: str, language: str) -> None:
    web = TestClient(BrowserLanguage(which, packaged()))
    assert web.get(path, headers={"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}).text == language
