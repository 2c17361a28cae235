"""The shell of every staff page: who may see it, the layout around it, and what a form answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.orm import Session
from sqlmodel import SQLModel
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from reminders.app import App
from reminders.rules.roles import Role
from reminders.rules.terms import InputError
from reminders.store.queries import audit
from reminders.store.queries.desk import NotHere
from reminders.store.queries.staff import Inside
from reminders.web.desk.guard import Guard, TooLarge, read_form, text_of
from reminders.web.desk.words import FILTERS, SAID

NAV = (
    ("/", "Today", Role.VIEWER),
    ("/lists", "Bring in a list", Role.STAFF),
    ("/plan", "Plan", Role.VIEWER),
    ("/numbers", "Numbers", Role.VIEWER),
    ("/clinic", "Clinic", Role.OWNER),
)
"""The way around: address, name, and who sees it."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; frame-src 'self'; manifest-src 'self'; form-action 'self'; "
        "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Counts:
    """What the shell shows everywhere: how many things need a person, and how many replies."""

    people: int = 0
    replies: int = 0


class Stale(Exception):  # noqa: N818 (nobody's fault)
    """Somebody else changed it meanwhile; nothing was overwritten."""


@dataclass
class Visit:
    """One request of somebody who is signed in, at her clinic, at one moment."""

    guard: Guard
    request: Request
    inside: Inside
    now: datetime
    form: FormData
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def app(self) -> App:
        """Return the house."""
        return self.guard.app

    @property
    def clinic_id(self) -> int:
        """Return whose rows may be seen: every query takes it."""
        return self.inside.clinic.id

    @property
    def zone(self) -> ZoneInfo:
        """Return the clinic's zone, in which the desk lives."""
        return ZoneInfo(self.inside.clinic.time_zone)

    @property
    def id(self) -> int:
        """Return the number in the address."""
        return int(self.request.path_params["id"])

    def may(self, role: Role) -> bool:
        """Say whether she may do what this role may."""
        return self.inside.role.may(role)

    def typed(self, name: str) -> str:
        """Return what was typed into a field, or asked for in the address."""
        return text_of(self.form, name) or self.request.query_params.get(name, "")

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
        """Write down what she did, in the transaction that does it."""
        who = self.inside.staff.email
        audit.record(session, self.clinic_id, who, what, of, row_id, self.now, detail)

    def page(self, name: str, status: int = 200, **words: Any) -> Response:
        """Return a page within the layout; with faults it says so on top, and answers 422."""
        words = {
            "visit": self,
            "clinic": self.inside.clinic,
            "me": self.inside.staff,
            "role": self.inside.role,
            "zone": self.zone,
            "now": self.now,
            "nav": [(to, label) for to, label, role in NAV if self.may(role)],
            "path": self.request.url.path,
            "counts": Counts(),
            "csrf": self.guard.csrf(self.guard.token(self.request)),
            "faults": self.faults,
            "typed": self.typed,
            "said": SAID.get(self.request.query_params.get("said", ""), ""),
            **words,
        }
        return html(self.app, name, 422 if self.faults else status, **words)

    def go(self, to: str, said: str = "") -> Response:
        """Go on to another page of ours, with a sentence from ``SAID`` on top of it."""
        mark = "&" if "?" in to else "?"
        return RedirectResponse(f"{to}{mark}said={said}" if said else to, 303)


Handler = Callable[[Visit], Response]


def html(app: App, template: str, status: int = 200, **words: Any) -> HTMLResponse:
    """Return a rendered page with the headers of the desk."""
    rendered = environment(app).get_template(f"desk/{template}").render(words)
    return HTMLResponse(rendered, status, headers=HEADERS)


@cache
def environment(app: App) -> Environment:
    """Return what renders the desk's pages."""
    pages = Environment(
        loader=FileSystemLoader(app.library.root),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters.update(FILTERS)
    pages.globals["practice"] = not app.settings.live
    return pages


@cache
def guard_of(app: App) -> Guard:
    """Return the guard of a house."""
    return Guard(app)


def desk_route(path: str, handler: Handler, needs: Role, method: str = "GET") -> Route:
    """Return a route that only this role reaches, at her own clinic, by a genuine request.

    ``handler`` runs in a thread, so that a slow database holds nobody else up.
    """

    async def endpoint(request: Request) -> Response:
        guard = guard_of(request.app.state.app)
        try:
            form = await read_form(request) if method == "POST" else FormData()
        except TooLarge:
            return _sorry(guard, 413, "That is too large.", "Send a file of at most 10 MB.")
        try:
            return await run_in_threadpool(_answer, guard, request, form, handler, needs)
        finally:
            await form.close()

    endpoint.needs = needs  # type: ignore[attr-defined] # a test walks all routes
    return Route(path, endpoint, methods=[method], name=f"{method} {path}")


def _answer(
    guard: Guard, request: Request, form: FormData, handler: Handler, needs: Role
) -> Response:
    now = guard.app.clock()
    inside = guard.inside(request, now)
    changes = request.method == "POST"
    if changes and not guard.genuine(request, form):
        return _sorry(
            guard,
            403,
            "This form is not from this page.",
            "Open the page again, and try once more.",
        )
    if inside is None:
        return _sign_in_first(guard, request, form)
    if not inside.role.may(needs):
        return _sorry(guard, 403, "Your role cannot do this.", "Ask an owner of the clinic.")
    visit = Visit(guard, request, inside, now, form)
    try:
        return handler(visit)
    except NotHere:
        return _sorry(
            guard,
            404,
            "There is nothing here.",
            "It may have been removed, or belong to another clinic.",
        )
    except Stale:
        return visit.page("changed.html", 409)


def _sign_in_first(guard: Guard, request: Request, form: FormData) -> Response:
    """Ask her to sign in, keeping where she was going and what she had typed."""
    if request.method == "GET":
        if request.headers.get("x-part"):
            return Response(status_code=401)
        query = f"?{request.url.query}" if request.url.query else ""
        target = request.url.path + query
        asked = "?" + urlencode({"to": target}) if target != "/" else ""
        return RedirectResponse(f"/sign-in{asked}", 303)
    kept = guard.keep_form(request, form)
    token = guard.token(request)
    return html(
        guard.app, "sign-in.html", 401, csrf=guard.csrf(token), kept=kept, to="", faults={},
        typed=lambda _: "", ended=True,
    )  # fmt: skip


def _sorry(guard: Guard, status: int, problem: str, mend: str) -> Response:
    return html(guard.app, "sorry.html", status, problem=problem, mend=mend)


def safe_path(to: str) -> str:
    """Return a path of ours to go to, or home for anything that could lead elsewhere."""
    wrong = not to.startswith("/") or to.startswith("//") or "\\" in to
    return "/" if wrong or any(ord(c) < 33 or ord(c) == 127 for c in to) else to
