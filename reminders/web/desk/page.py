"""What all staff pages share: sign-in and role, the layout, and reading forms."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from typing import Any, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import structlog
from anyio import CapacityLimiter, to_thread
from sqlalchemy.orm import Session
from sqlmodel import SQLModel
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from reminders.app import App
from reminders.monitoring import open_items
from reminders.rules.roles import Role
from reminders.rules.terms import Facts, InputError, Message
from reminders.rules.translation import Translation, current_language, gettext, translated_to
from reminders.store.connections import AWAY, reason
from reminders.store.database import reading
from reminders.store.queries import audit, desk
from reminders.store.queries.desk import NotAtClinic
from reminders.store.queries.staff import SignedIn
from reminders.web.desk.labels import SAID
from reminders.web.desk.navigation import place_of, places
from reminders.web.desk.responses import html, milestone_names, rendered, safe_path
from reminders.web.desk.sign_in.access import Access, TooLarge, read_form, text_of

log = structlog.get_logger()

T = TypeVar("T")

AT_ONCE = 6
"""How many pages are answered at once at most."""


class EditConflict(Exception):  # noqa: N818 (nobody's fault)
    """Somebody else changed it meanwhile; nothing was overwritten."""


@dataclass
class DeskRequest:
    """One request of a signed-in member of staff, at one clinic and one moment."""

    access: Access
    http: Request
    signed_in: SignedIn
    now: datetime
    form: FormData
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def app(self) -> App:
        """Return the app."""
        return self.access.app

    @property
    def clinic_id(self) -> int:
        """Return the clinic's id, which every query takes."""
        return self.signed_in.clinic.id

    @property
    def zone(self) -> ZoneInfo:
        """Return the clinic's time zone, which all staff pages use."""
        return ZoneInfo(self.signed_in.clinic.time_zone)

    @property
    def translation(self) -> Translation:
        """Return the translation to the account's language, else to the browser's."""
        chosen = self.signed_in.staff.language or current_language()
        return self.app.library.translation(chosen)

    @property
    def id(self) -> int:
        """Return the number in the address."""
        return int(self.http.path_params["id"])

    def row(
        self, session: Session, table: type[T], row_id: int | None = None, *, lock: bool = False
    ) -> T:
        """Return the row of that number (the address's, if none is given) if it is this
        clinic's; raises ``NotHere``.
        """
        number = self.id if row_id is None else row_id
        return desk.row_of_clinic(session, self.clinic_id, table, number, lock=lock)

    def reading(self) -> AbstractContextManager[Session]:
        """Open a read-only session."""
        return reading(self.app.engine)

    def milestone(self, key: str) -> str:
        """Return what staff call a milestone, or another kind of message."""
        return milestone_names(self.app).get(key, key)

    def render(self, facts: Facts, now: datetime, expires_at: datetime) -> Message:
        """Render a message; where its wording is broken, return a message that says so."""
        return rendered(self.app, facts, now, expires_at)

    def back(self, otherwise: str) -> str:
        """Return the page of ours that the form names as the one to go back to."""
        return safe_path(self.typed("back")) if self.typed("back") else otherwise

    def may(self, role: Role) -> bool:
        """Say whether the signed-in account has the rights of this role."""
        return self.signed_in.role.includes(role)

    def typed(self, name: str) -> str:
        """Return what was typed into a field, or asked for in the address."""
        return text_of(self.form, name) or self.http.query_params.get(name, "")

    def read(self, name: str, reader: Callable[[str], Any], *, empty: Any = None) -> Any:
        """Read a field; what is wrong with it is kept under its name, to be shown beside it."""
        typed = self.typed(name).strip()
        if not typed:
            return empty
        try:
            return reader(typed)
        except InputError as error:
            self.faults[name] = str(error)
            return empty

    def record(
        self, session: Session, what: str, of: type[SQLModel], row_id: int | None, detail: str = ""
    ) -> None:
        """Record an action in the audit log, in the transaction that does it."""
        who = self.signed_in.staff.email
        audit.record(session, self.clinic_id, who, what, of, row_id, self.now, detail)

    def page(self, name: str, status: int = 200, **words: Any) -> Response:
        """Return a page within the layout; with faults it says so on top, and answers 422."""
        with reading(self.app.engine) as session:
            counts = open_items.count(session, self.signed_in.clinic, self.now)
        words = {
            "request": self,
            "clinic": self.signed_in.clinic,
            "me": self.signed_in.staff,
            "role": self.signed_in.role,
            "zone": self.zone,
            "now": self.now,
            "nav": places(self.signed_in.role, live=self.app.settings.live),
            "place": place_of(self.http.url.path),
            "path": self.http.url.path,
            "counts": counts,
            "csrf": self.access.csrf(self.access.token(self.http)),
            "faults": self.faults,
            "typed": self.typed,
            "said": gettext(SAID.get(self.http.query_params.get("said", ""), "")),
            **words,
        }
        return html(self.app, name, 422 if self.faults else status, **words)

    def redirect(self, to: str, said: str = "") -> Response:
        """Redirect to another page of ours, with a sentence from ``SAID`` on top of it."""
        mark = "&" if "?" in to else "?"
        return RedirectResponse(f"{to}{mark}said={said}" if said else to, 303)


Handler = Callable[[DeskRequest], Response]


@cache
def access_of(app: App) -> Access:
    """Return what knows who is signed in to an app's pages."""
    return Access(app)


@cache
def limiter_of(app: App) -> CapacityLimiter:
    """Return what lets pages of an app take turns. A page may hold two connections to the database;
    one more than there are pages always lets one of them, or a hook, come to its end.
    """
    return CapacityLimiter(min(AT_ONCE, app.settings.database_connections_web - 1))


def desk_route(path: str, handler: Handler, needs: Role, method: str = "GET") -> Route:
    """Return a route for this role only, within its own clinic, and with protection of forms.

    ``handler`` runs in a thread, so that a slow database holds nobody else up.
    """

    async def endpoint(http: Request) -> Response:
        access = access_of(http.app.state.app)
        try:
            form = await read_form(http) if method == "POST" else FormData()
        except TooLarge:
            return _problem_page(
                access,
                413,
                gettext("This file is too large."),
                gettext("Choose a file of at most 10 MB."),
            )
        try:
            answer = partial(_answer, access, http, form, handler, needs)
            return await to_thread.run_sync(answer, limiter=limiter_of(access.app))
        finally:
            await form.close()

    endpoint.needs = needs  # type: ignore[attr-defined] # a test walks all routes
    return Route(path, endpoint, methods=[method], name=f"{method} {path}")


def _answer(
    access: Access, http: Request, form: FormData, handler: Handler, needs: Role
) -> Response:
    try:
        return _handled(access, http, form, handler, needs)
    except AWAY as error:
        log.warning("database away", why=reason(error))
        return html(
            access.app, "database-away.html", 503, action=http.url.path, fields=_typed(form)
        )
    except Exception:
        log.exception("page failed", path=http.scope["route"].name)
        return _problem_page(
            access,
            500,
            gettext("Sorry, something went wrong."),
            gettext(
                "Nothing was saved. Please try again. If it keeps happening, tell your system administrator."
            ),
        )


def _typed(form: FormData) -> list[tuple[str, str]]:
    return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]


def _handled(
    access: Access, http: Request, form: FormData, handler: Handler, needs: Role
) -> Response:
    now = access.app.clock()
    inside = access.signed_in(http, now)
    changes = http.method == "POST"
    if changes and not access.has_valid_token(http, form):
        return _problem_page(
            access,
            403,
            gettext("This page has expired."),
            gettext("Open it again, then try once more."),
        )
    if inside is None:
        return _sign_in_first(access, http, form)
    request = DeskRequest(access, http, inside, now, form)
    with translated_to(request.translation):
        return _for_role(request, handler, needs)


def _for_role(request: DeskRequest, handler: Handler, needs: Role) -> Response:
    if not request.may(needs):
        return _problem_page(
            request.access,
            403,
            gettext("You do not have permission to do this."),
            gettext("Ask an owner of the clinic."),
        )
    try:
        return handler(request)
    except NotAtClinic:
        return _problem_page(
            request.access,
            404,
            gettext("Page not found."),
            gettext("It may have been removed, or it may belong to another clinic."),
        )
    except EditConflict:
        return request.page("edit-conflict.html", 409)


def _sign_in_first(access: Access, http: Request, form: FormData) -> Response:
    """Redirect to the sign-in page, keeping the page asked for and the form that was sent."""
    if http.method == "GET":
        if http.headers.get("x-part"):
            return Response(status_code=401)
        query = f"?{http.url.query}" if http.url.query else ""
        target = http.url.path + query
        asked = "?" + urlencode({"to": target}) if target != "/" else ""
        return RedirectResponse(f"/sign-in{asked}", 303)
    kept = access.keep_form(http, form)
    token = access.token(http)
    return html(
        access.app, "sign-in.html", 401, csrf=access.csrf(token), kept=kept, to="", faults={},
        typed=lambda _: "", ended=True,
    )  # fmt: skip


def _problem_page(access: Access, status: int, problem: str, mend: str) -> Response:
    return html(access.app, "problem.html", status, problem=problem, mend=mend)
