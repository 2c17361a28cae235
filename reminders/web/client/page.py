"""What all client pages share: layout, language, protection of forms, and request limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from babel.dates import format_skeleton, format_time
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from reminders.app import App
from reminders.enrolment.sender_names import texts_one_way
from reminders.rules.contacts import show_national
from reminders.rules.keywords import LONGEST
from reminders.store.connections import AWAY, reason
from reminders.store.tables import Clinic
from reminders.web.client.request_limits import Throttle
from reminders.web.templating import pages_in
from reminders.wording.languages import usual_language
from reminders.wording.phrases import Words

log = structlog.get_logger()

Typed = Mapping[str, str]
"""What came in a form, by field; files are no part of it."""

Answer = Callable[["ClientRequest"], Response]

LARGEST = 16 * 1024
"""Bytes of a form; ours take a few hundred."""


class ClientRequest:
    """One request to a client's page: what was asked, typed, and by whom."""

    def __init__(self, http: Request, typed: Typed) -> None:
        """Take the request and its form."""
        self.http, self.typed = http, typed
        self.app: App = http.app.state.app
        self.now = self.app.clock()

    @property
    def token(self) -> str:
        """Return the part of the address that opens the page."""
        return str(self.http.path_params["token"])

    @property
    def network_address(self) -> str:
        """Return the network address of whoever asks."""
        return self.http.client.host if self.http.client else ""

    @property
    def chosen(self) -> str | None:
        """Return the language a form was shown in, so that what it agrees to is kept in these very
        words, or the one chosen from the list on a page.
        """
        asked = self.typed.get("shown") or self.http.query_params.get("language")
        return asked if asked in self.templates.phrasebook.names else None

    @property
    def templates(self) -> PageTemplates:
        """Return what draws the pages."""
        return _templates(self.app)

    def words(self, language: str | None = None, country: str = "") -> Words:
        """Return the phrases in the language that was chosen, else in the client's own, the
        browser's, or that of the clinic's country.
        """
        book = self.templates.phrasebook
        found = self.chosen or language or book.spoken(self.http.headers.get("Accept-Language", ""))
        return book.words(found or usual_language(country), country)

    def words_at(self, clinic: Clinic, language: str | None = None, number: str = "") -> Words:
        """Return the same words as they are at a clinic: where nobody can reply to its texts (to this
        number), they say so.
        """
        words = self.words(language, clinic.country)
        one_way = texts_one_way(clinic, self.app.settings.text_sender, number)
        return words.where_nobody_replies() if one_way else words

    def page(self, template: str, words: Words, status: int = 200, /, **facts: Any) -> HTMLResponse:
        """Draw a page; the one that answers a form offers no other language, since to follow a link
        would lose what it says.
        """
        offered = self.templates.phrasebook.names if self.http.method == "GET" else {}
        return self.templates.draw(template, words, status, **({"languages": offered} | facts))

    def wrong_link(self) -> HTMLResponse:
        """Return the page for an invalid link, whatever the reason."""
        return self.problem(404, "wrong_link")

    def problem(self, status: int, why: str, language: str | None = None) -> HTMLResponse:
        """Say in plain words what is wrong, and what to do."""
        return self.page("problem.html", self.words(language), status, why=why)


class PageTemplates:
    """The templates and words of one folder, read once."""

    def __init__(self, app: App) -> None:
        """Find the pages in the app's library."""
        self.phrasebook = app.library.phrases
        self.join_limit = Throttle(20, 600)
        self.posts = Throttle(40, 600)
        self._pages = _pages_in(app.library.root / "pages")

    def draw(self, template: str, words: Words, status: int = 200, /, **facts: Any) -> HTMLResponse:
        """Draw a page in someone's language."""
        drawn = self._pages.get_template(template).render({"t": words, "clinic": None, **facts})
        return HTMLResponse(drawn, status, headers={"Content-Language": words.language})


_pages_in = cache(pages_in)


@cache
def _templates(app: App) -> PageTemplates:
    return PageTemplates(app)


def page_route(path: str, answer: Answer, method: str = "GET", *, foreign: bool = False) -> Route:
    """Return a route to a page. Forms are accepted from our own pages only, since the address alone
    opens a page and another site could send its form; a ``foreign`` route is for programs that post
    without a page.
    """

    async def endpoint(http: Request) -> Response:
        posted = method == "POST"
        request = ClientRequest(http, await _typed(http) if posted and not foreign else {})
        if posted and not foreign and is_forged(http, request.app.settings.public_url):
            return request.problem(403, "forged")
        try:
            return await run_in_threadpool(answer, request)
        except AWAY as error:
            log.warning("database away", why=reason(error))
            away = request.problem(503, "away")
            away.headers["Retry-After"] = "60"
            return away

    return Route(path, endpoint, methods=[method], name=f"{method} {path}")


async def _typed(http: Request) -> Typed:
    length = http.headers.get("Content-Length", "")
    if not length.isdigit() or int(length) > LARGEST:
        return {}
    form = await http.form()
    return {name: said[:LONGEST] for name, said in form.items() if isinstance(said, str)}


def is_forged(http: Request, public_url: str) -> bool:
    """Say whether a form was sent from another site, by the browser's headers. Our pages send no
    referrer, so that their own forms come from “null”.
    """
    site = http.headers.get("Sec-Fetch-Site", "same-origin")
    origin = http.headers.get("Origin", "null")
    return site not in {"same-origin", "none"} or origin not in {"null", public_url}


def clinic_words(clinic: Clinic) -> dict[str, str]:
    """Return what a page says of a clinic, and how to call it: a number stays on one line."""
    return {
        "name": clinic.name,
        "phone": show_national(clinic.phone, clinic.country).replace(" ", "\u00a0"),
        "dial": clinic.phone,
        "address": clinic.address,
        "slug": clinic.slug or "",
    }


def say_when(moment: datetime | date, zone: ZoneInfo, words: Words) -> str:
    """Format a day, or a moment (UTC) in the client's time zone, for the client's country."""
    if not isinstance(moment, datetime):
        return say_day(moment, words)
    local = moment.astimezone(zone)
    clock = format_time(local.time(), "short", locale=words.locale)
    return f"{say_day(local.date(), words)}, {clock}"


def say_day(day: date, words: Words) -> str:
    """Format a day with its weekday, for the client's country."""
    said = format_skeleton("MMMEd", datetime.combine(day, time()), locale=words.locale)
    return said.removesuffix(".")  # “12. Feb.” would end a sentence with two
