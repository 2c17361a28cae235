"""Whatever the desk says comes from a catalogue: seen with one that marks each sentence it is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, time, timedelta
from gettext import NullTranslations
from html import unescape

import pytest

from reminders.rules.roles import Role
from reminders.rules.translation import Translation, current_language
from reminders.wording.library import Library
from tests.conftest import House, ana
from tests.support.desk import Desk, signed_in
from tests.web.desk.test_routes import filled_house

pytestmark = pytest.mark.portable

LANGUAGE = "xx"

MARKED = re.compile(r"⟦[^⟦⟧]*⟧")
INNER = re.compile(r"⟦([^⟦⟧]*)⟧(?=[^⟦]*⟧)")
HIDDEN = re.compile(
    r"<(script|style|svg|code|pre|datalist|textarea|blockquote)\b.*?</\1>"
    r"|<button[^>]*data-insert.*?</button>|<div class=\"(?:bubble|wordy|mail)[^>]*>.*?</div>|<select.*?</select>",
    re.DOTALL,
)
"""What is shown as it came, such as messages to clients, whose languages are their own."""

DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*"
DATA = re.compile(
    rf"\b(?:{DAY}|Ana|Costa|Sam|Field|Rosewood|Skin|English|Europe/London|UTC|GBP|Twilio|SMS|API|GB|v1|Hello|France|Guernsey|Ireland|Isle of Man|Jersey"
    r"|Deutsch|Español|Français|Polski|Português|Brasil|Cal\.com|Calendly|Acuity|Square|page_url"
    r"|\w+@\S+|https?://\S+|/\S+)\b"
)
"""Names, days of the English desk, addresses."""


TO_CLIENTS = re.compile(
    r"^Rosewood Skin: |\b(?:visit|tomorrow|Day one|flakes|One week|Two weeks|One month|been|months on)\b"
)
"""Openings and subjects of messages, which have their clients' languages."""


class Marking(NullTranslations):
    """Translates every sentence into itself between brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"

    def pgettext(self, context: str, message: str) -> str:
        return f"⟦{message}⟧"


@pytest.fixture
def marked(house: House, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Return the browser of an owner, whose pages mark what they take from the catalogue."""
    filled_house(house)
    house.enrol(ana(date(2026, 3, 2) - timedelta(days=7), time(9)))
    desk = signed_in(house, Role.OWNER)
    marking = Translation(LANGUAGE, Marking())
    monkeypatch.setattr(Library, "translation", lambda *_: marking)
    desk.browser.headers["Accept-Language"] = "de"
    return desk


def flat(text: str) -> str:
    """Take the marks off what is marked within another mark."""
    inner = INNER.sub(r"\1", text)
    return text if inner == text else flat(inner)


def unmarked(page: str) -> list[str]:
    """Return the words of a page that came from no catalogue."""
    shown = HIDDEN.sub(" ", re.split("<body[^>]*>", page)[-1])
    body = MARKED.sub(" ", flat(shown))
    attributes = re.findall(r' (?:placeholder|title|alt|aria-label)="([^"]*)"', body)
    found = []
    for text in (*re.sub(r"<[^>]*>", "\0", body).split("\0"), *attributes):
        left = DATA.sub(" ", text)
        if re.search(r"[A-Za-z]{3,}", left) and not TO_CLIENTS.search(text):
            found.append(" ".join(text.split()))
    return found


def pages(desk: Desk) -> Iterator[tuple[str, str]]:
    """Follow every link from Today on, one of each kind of address."""
    waiting, seen = ["/"], set[str]()
    while waiting:
        path = waiting.pop()
        kind = re.sub(r"\d+", "1", path.partition("?")[0].partition("#")[0])
        if kind in seen:
            continue
        seen.add(kind)
        answer = desk.get(path)
        if "text/html" not in answer.headers["content-type"]:
            continue
        assert answer.status_code == 200, path
        yield path, answer.text
        links = re.findall(r'<a [^>]*href="(/[^"]*)"', unescape(answer.text))
        waiting += [
            link for link in links if not link.startswith(("/help", "/api", "/a/", "/join"))
        ]


def test_every_page_of_the_desk_takes_its_words_from_the_catalogue(marked: Desk) -> None:
    found = {path: words for path, page in pages(marked) if (words := unmarked(page))}
    assert not found
    assert f'lang="{LANGUAGE}"' in marked.get("/").text


def test_signing_in_speaks_the_browser_s_language(marked: Desk) -> None:
    marked.browser.cookies.clear()
    assert not unmarked(marked.get("/sign-in").text)
    assert current_language() == "en", "a request's language ends with it"


def test_an_account_s_language_goes_before_the_browser_s(house: House) -> None:
    desk = signed_in(house)
    desk.browser.headers["Accept-Language"] = "fr"
    assert '<html lang="fr">' in desk.get("/").text
    desk.get("/account")
    desk.post("/account/language", language="de")
    assert '<html lang="de">' in desk.get("/").text
    assert desk.post("/account/language", language="xx").status_code == 404
    desk.get("/account")
    desk.post("/account/language", language="")
    assert '<html lang="fr">' in desk.get("/").text
