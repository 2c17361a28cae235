"""A member of staff at a browser, for tests of the desk: signs in, reads pages, fills forms."""

from __future__ import annotations

import html
import re
from typing import Any

import pyotp
from httpx2 import Request, Response
from starlette.responses import Response as Answer
from starlette.testclient import TestClient

from reminders.rules.roles import Role
from reminders.staff import credentials, invitations, sign_in
from reminders.store.database import writing
from reminders.store.queries import people
from reminders.web import create_web
from reminders.web.desk.page import access_of
from tests.conftest import House

PASSWORD = "correct horse battery staple"


class Desk:
    """One browser."""

    def __init__(self, house: House, address: str = "198.51.100.7") -> None:
        self.house = house
        self.browser = TestClient(
            create_web(house.app),
            base_url="http://localhost:8000",
            client=(address, 50_000),
            follow_redirects=True,
        )
        self._page: Response | None = None

    @property
    def page(self) -> Response | None:
        """Return the page that is open: today's for who has just signed in."""
        if self._page is None and self.browser.cookies:
            self.get("/")
        return self._page

    @page.setter
    def page(self, page: Response | None) -> None:
        self._page = page

    def get(self, path: str) -> Response:
        self.page = page = self.browser.get(path)
        return page

    def post(self, path: str, **fields: Any) -> Response:
        """Fill the form of the page that is open, as its hidden fields have it, and hand it in."""
        self.page = page = self.browser.post(path, data=self.hidden(path) | fields)
        return page

    def take_cookies(self, answer: Answer) -> None:
        """Keep the cookies of an answer as if a page had come with them."""
        asked = Request("GET", self.browser.base_url)
        self.browser.cookies.extract_cookies(
            Response(200, headers=answer.raw_headers, request=asked)
        )

    def hidden(self, path: str) -> dict[str, str]:
        text = self.page.text if self.page is not None else ""
        forms = re.findall(r"<form.*?</form>", text, re.DOTALL)
        fits = [form for form in forms if f'action="{path}"' in form] or forms[-1:]
        found: dict[str, str] = {}
        for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", "".join(fits[:1])):
            name = re.search(r'name="([^"]*)"', tag)
            value = re.search(r'value="([^"]*)"', tag)
            assert name
            assert value
            found[name[1]] = html.unescape(value[1])
        return found

    @property
    def text(self) -> str:
        """Return what the page says, without its markup."""
        assert self.page is not None
        return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.page.text)))


def invite(house: House, email: str, role: Role = Role.STAFF, clinic: int = 0) -> str:
    with writing(house.engine) as session:
        found = people.clinics(session)[clinic]
        return invitations.invite(session, found, email, role, house.clock())


def signed_in(
    house: House, role: Role = Role.STAFF, clinic: int = 0, email: str = "sam@rosewood.example"
) -> Desk:
    """Return a browser signed in through a one-time link, with the second step for owners: without
    the pages on the way, which the tests of sign-in look at.
    """
    desk, now, access = Desk(house), house.clock(), access_of(house.app)
    with writing(house.engine) as session:
        found = people.clinics(session)[clinic]
        invited = invitations.invite(session, found, email, role, now)
        invitation = invitations.find(session, invited, now)
        assert invitation is not None
        member = invitations.accept(session, invitation, "Sam Field", PASSWORD, now)
        opened, token = sign_in.begin(session, member, found.id, "Browser on another device", now)
        if role is Role.OWNER:
            seed = credentials.new_seed()
            code = pyotp.TOTP(seed).at(now)
            proven = sign_in.set_up_code(session, access.lock, opened, seed, code, now)
            assert proven is not None
            token, _ = proven
    answer = Answer()
    access.set_token(answer, token)
    access.remember(answer, email)
    desk.take_cookies(answer)
    return desk


def seed_of(desk: Desk) -> str:
    assert desk.page is not None
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", desk.page.text)
    assert found, desk.page.text
    return found[1].replace(" ", "")


def code_now(desk: Desk) -> str:
    return pyotp.TOTP(seed_of(desk)).at(desk.house.clock.now)
