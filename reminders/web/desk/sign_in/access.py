"""Sessions of the staff pages: who is signed in, protection against forged forms, cookies."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from urllib.parse import urlsplit

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from reminders.app import App
from reminders.staff import credentials
from reminders.staff.credentials import Sealer
from reminders.staff.sign_in import SignInRequest
from reminders.store.database import reading, writing
from reminders.store.queries import staff as queries
from reminders.store.queries.staff import SignedIn, is_signed_in

LARGEST = 12 * 1024 * 1024
"""Bytes of a form, a clinic's list included."""

TOUCH = timedelta(minutes=1)
"""How exactly we know when a browser was last used; finer would be a write for every page."""

STILL = "still"
"""What a page says that looks again by itself: nobody is there, so the session is not kept."""

KEEPS = timedelta(hours=12)
"""How long what was typed can still be handed in after a new sign-in."""


class TooLarge(Exception):  # noqa: N818 (nobody's fault)
    """The form is too large."""


class Access:
    """Sessions and form protection, by one operator's key and address."""

    def __init__(self, app: App) -> None:
        """Take the app."""
        self.app = app
        s = app.settings
        self.lock = Sealer(s.secret_key.get_secret_value(), s.older_keys)
        self._secure = app.settings.public_url.startswith("https://")

    @cached_property
    def cookie(self) -> str:
        """Return the session cookie's name; plain http, for trying out, cannot have the prefix."""
        return "__Host-desk" if self._secure else "desk"

    @cached_property
    def known_cookie(self) -> str:
        """Return the name of the cookie that remembers who signed in with a browser before."""
        return "__Host-known" if self._secure else "known"

    def token(self, request: Request) -> str:
        """Return the browser's token, signed in or not."""
        return request.cookies.get(self.cookie, "")

    def csrf(self, token: str) -> str:
        """Return what every form of this browser carries."""
        return self.lock.sign("form", token)

    def signed_in(self, request: Request, now: datetime) -> SignedIn | None:
        """Return who is fully signed in, and record the browser's last use."""
        found = self.any_session(request, now)
        return found if found and found.sign_in.proven_at else None

    def any_session(self, request: Request, now: datetime) -> SignedIn | None:
        """Return the account of this browser, also where the second step is still missing."""
        found = self.session_row(request)
        if found is None or not is_signed_in(found.sign_in, now):
            return None
        still = STILL in request.headers or STILL in request.query_params
        if now - found.sign_in.seen_at > TOUCH and not still:
            with writing(self.app.engine) as session:
                fresh = queries.signed_in(session, found.sign_in.token_hash)
                if fresh is not None:
                    fresh.sign_in.seen_at = now
        return found

    def session_row(self, request: Request) -> SignedIn | None:
        """Return this browser's sign-in, open or ended."""
        token = self.token(request)
        if not token:
            return None
        with reading(self.app.engine) as session:
            found = queries.signed_in(session, credentials.hash_token(token))
            session.expunge_all()
            return found

    def has_valid_token(self, request: Request, form: FormData) -> bool:
        """Say whether a form was sent from our own page in this browser.

        Another site cannot forge the headers Sec-Fetch-Site and Origin, nor the token in the form
        (ASVS 5.0, 3.5.1).
        """
        site = request.headers.get("sec-fetch-site", "same-origin")
        origin = request.headers.get("origin")
        ours = {
            "{0.scheme}://{0.netloc}".format(urlsplit(self.app.settings.public_url)),
            f"{request.url.scheme}://{request.url.netloc}",
        }
        token, given = self.token(request), form.get("csrf")
        return (
            site in {"same-origin", "none"}
            and (origin is None or origin in ours)
            and bool(token)
            and isinstance(given, str)
            and self.lock.signed("form", token, given)
        )

    def sign_in_request(self, request: Request, email: str) -> SignInRequest:
        """Return the sign-in attempt: network address, account, and whether the browser is
        known."""
        known = request.cookies.get(self.known_cookie, "")
        words, _, signature = known.rpartition(".")
        remembered = words == email and self.lock.signed("known", words, signature)
        return SignInRequest(address_of(request), email, known if remembered else "")

    def set_token(self, response: Response, token: str) -> None:
        """Give the browser its token; it ends with the browser, and with the row."""
        response.set_cookie(
            self.cookie, token, secure=self._secure, httponly=True, samesite="lax", path="/"
        )

    def remember(self, response: Response, email: str) -> None:
        """Set a cookie that later shows that this account has signed in with this browser
        before."""
        response.set_cookie(
            self.known_cookie,
            f"{email}.{self.lock.sign('known', email)}",
            max_age=400 * 24 * 3600,
            secure=self._secure,
            httponly=True,
            samesite="lax",
            path="/",
        )

    def keep_form(self, request: Request, form: FormData) -> str:
        """Seal what was typed into a form whose session has ended, for the same person and page."""
        was = self.session_row(request)
        fields = [
            (k, v)
            for k, v in form.multi_items()
            if isinstance(v, str) and k not in {"csrf", "kept"}
        ]
        return self.lock.seal([request.url.path, was.staff.id if was else 0, fields])

    def kept_form(self, sealed: str, staff_id: int) -> tuple[str, list[list[str]]] | None:
        """Return page and fields of a form that was typed before this person signed in again."""
        found = self.lock.unseal(sealed, KEEPS) if sealed else None
        return (found[0], found[2]) if found and found[1] == staff_id else None


def address_of(request: Request) -> str:
    """Return the network address of a request, as ``Proxies`` found it."""
    return request.client.host if request.client else ""


async def read_form(request: Request) -> FormData:
    """Read a form with up to one file in it; raises ``TooLarge``."""
    if int(request.headers.get("content-length") or 0) > LARGEST:
        raise TooLarge
    return await request.form(max_files=1, max_fields=2_000, max_part_size=LARGEST)


def text_of(form: FormData, name: str) -> str:
    """Return what was typed into a field; nothing for a missing one."""
    value = form.get(name)
    return "" if value is None or isinstance(value, UploadFile) else value
