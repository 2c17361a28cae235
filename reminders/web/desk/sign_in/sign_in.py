"""Pages to sign in and out: password, code, second-factor setup, and forms kept meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from reminders.rules.translation import gettext, gettext_noop, ngettext
from reminders.staff import credentials, sign_in
from reminders.staff.sign_in import Wait
from reminders.store.database import reading, writing
from reminders.store.queries import staff
from reminders.store.queries.staff import SignedIn
from reminders.web.desk.page import access_of
from reminders.web.desk.responses import html, safe_path
from reminders.web.desk.sign_in.access import Access, read_form, text_of

Answer = Callable[[Access, Request, FormData], Response]

WRONG = gettext_noop("The email address or password is wrong. Check both and try again.")
WRONG_CODE = gettext_noop(
    "This code is wrong or has already been used. Wait for the next one and try again."
)
FORGED = gettext_noop("This page was open for too long. Please try again.")


def public_route(path: str, answer: Answer, method: str = "GET") -> Route:
    """Return a route that needs no sign-in; changes need a genuine form here too."""

    async def endpoint(request: Request) -> Response:
        access = access_of(request.app.state.app)
        form = await read_form(request) if method == "POST" else FormData()
        return await run_in_threadpool(answer, access, request, form)

    endpoint.open = True  # type: ignore[attr-defined] # a test walks all routes
    return Route(path, endpoint, methods=[method], name=f"{method} {path}")


def bare_page(
    access: Access, request: Request, form: FormData, name: str, **words: Any
) -> Response:
    """Return a page without the staff layout, and set a token where the browser has none yet."""
    token = access.token(request) or credentials.new_token()
    words = {
        "csrf": access.csrf(token),
        "kept": text_of(form, "kept"),
        "to": text_of(form, "to") or request.query_params.get("to", ""),
        "typed": lambda field: text_of(form, field),
        "faults": {},
        "ended": False,
        **words,
    }
    response = html(access.app, name, 422 if words["faults"] else 200, **words)
    access.set_token(response, token)
    return response


def show(access: Access, request: Request, form: FormData) -> Response:
    """Show the sign-in page."""
    if access.signed_in(request, access.app.clock()):
        return RedirectResponse("/", 303)
    return bare_page(access, request, form, "sign-in.html")


def try_password(access: Access, request: Request, form: FormData) -> Response:
    """Check email address and password."""
    if not access.has_valid_token(request, form):
        return bare_page(access, request, form, "sign-in.html", faults={"email": gettext(FORGED)})
    now = access.app.clock()
    email = text_of(form, "email").strip().lower()
    try:
        with writing(access.app.engine) as session:
            found = sign_in.with_password(
                session,
                access.sign_in_request(request, email),
                text_of(form, "password"),
                browser(request),
                now,
            )
            proven = bool(found and found[0].proven_at)
    except Wait as wait:
        return _too_many_attempts(access, request, form, "sign-in.html", "email", wait)
    if found is None:
        return bare_page(access, request, form, "sign-in.html", faults={"email": gettext(WRONG)})
    return continue_sign_in(access, request, form, found[1], email, proven=proven)


def _too_many_attempts(
    access: Access, request: Request, form: FormData, page: str, field: str, wait: Wait
) -> Response:
    words = ngettext(
        "Too many wrong attempts. Wait 1 second, then try again.",
        "Too many wrong attempts. Wait %(n)s seconds, then try again.",
        wait.seconds,
    )
    return bare_page(access, request, form, page, faults={field: words})


def continue_sign_in(
    access: Access, request: Request, form: FormData, token: str, email: str, *, proven: bool
) -> Response:
    """Redirect to the second step where it is still missing, else to the page asked for."""
    to, kept = safe_path(text_of(form, "to")), text_of(form, "kept")
    if not proven:
        request.cookies[access.cookie] = token
        return show_code(access, request, form)
    response: Response = RedirectResponse(to, 303)
    if kept:
        response = _restore_form(access, token, kept) or response
    access.set_token(response, token)
    access.remember(response, email)
    return response


def _restore_form(access: Access, token: str, kept: str) -> Response | None:
    """Show the form that was filled in before the session ended, to be sent with one press."""
    with reading(access.app.engine) as session:
        found = staff.signed_in(session, credentials.hash_token(token))
        back = access.kept_form(kept, found.staff.id) if found else None
    if back is None:
        return None
    return html(
        access.app, "signed-in-again.html", csrf=access.csrf(token), action=back[0], fields=back[1]
    )


def show_code(access: Access, request: Request, form: FormData) -> Response:
    """Ask for the code, or set up the second step where it is required and missing."""
    found = access.any_session(request, access.app.clock())
    if found is None:
        return RedirectResponse("/sign-in", 303)
    if found.sign_in.proven_at is None and found.staff.totp_secret:
        return bare_page(access, request, form, "sign-in-code.html")
    return show_set_up(access, request, form, found)


def show_set_up(
    access: Access,
    request: Request,
    form: FormData,
    found: SignedIn,
    faults: dict[str, str] | None = None,
) -> Response:
    """Show the QR code that an authenticator app reads, and where to type its first code."""
    sealed = text_of(form, "seed")
    seed = access.lock.unseal(sealed) if sealed else None
    seed = seed or credentials.new_seed()
    return bare_page(
        access,
        request,
        form,
        "authenticator.html",
        seed=" ".join(seed[i : i + 4] for i in range(0, len(seed), 4)),
        sealed=access.lock.seal(seed),
        address=credentials.code_address(seed, found.staff.email),
        faults=faults or {},
    )


def draw_code(access: Access, request: Request, _: FormData) -> Response:
    """Draw the QR code for an authenticator app."""
    found = access.any_session(request, access.app.clock())
    seed = access.lock.unseal(request.query_params.get("seed", ""))
    if found is None or not seed:
        return Response(status_code=404)
    drawn = credentials.qr(credentials.code_address(seed, found.staff.email))
    return Response(drawn, media_type="image/svg+xml")


def try_code(access: Access, request: Request, form: FormData) -> Response:
    """Check the code of the second step, or the first one of a new app."""
    found = access.any_session(request, access.app.clock())
    if found is None:
        return RedirectResponse("/sign-in", 303)
    if not access.has_valid_token(request, form):
        return show_code(access, request, form)
    return (_first_code if text_of(form, "seed") else _code)(access, request, form, found)


def _code(access: Access, request: Request, form: FormData, found: SignedIn) -> Response:
    email, now = found.staff.email, access.app.clock()
    limiter, code = access.sign_in_request(request, email), text_of(form, "code")
    try:
        with writing(access.app.engine) as session:
            session_row = staff.signed_in(session, found.sign_in.token_hash)
            assert session_row is not None
            token = sign_in.with_code(session, access.lock, session_row.sign_in, code, limiter, now)
    except Wait as wait:
        return _too_many_attempts(access, request, form, "sign-in-code.html", "code", wait)
    if token is None:
        return bare_page(
            access, request, form, "sign-in-code.html", faults={"code": gettext(WRONG_CODE)}
        )
    return continue_sign_in(access, request, form, token, email, proven=True)


def _first_code(access: Access, request: Request, form: FormData, found: SignedIn) -> Response:
    seed = access.lock.unseal(text_of(form, "seed")) or ""
    with writing(access.app.engine) as session:
        session_row = staff.signed_in(session, found.sign_in.token_hash)
        assert session_row is not None
        code, now = text_of(form, "code"), access.app.clock()
        done = sign_in.set_up_code(session, access.lock, session_row.sign_in, seed, code, now)
    if done is None:
        return show_set_up(access, request, form, found, {"code": gettext(WRONG_CODE)})
    token, spare = done
    to = safe_path(text_of(form, "to"))
    response = html(access.app, "recovery-codes.html", spare=spare, to=to)
    access.set_token(response, token)
    access.remember(response, found.staff.email)
    return response


def sign_out(access: Access, request: Request, form: FormData) -> Response:
    """Sign out: the session ends on the server, also if the cookie stays."""
    found = access.session_row(request)
    if found and access.has_valid_token(request, form):
        with writing(access.app.engine) as session:
            session_row = staff.signed_in(session, found.sign_in.token_hash)
            if session_row is not None:
                session_row.sign_in.ended_at = access.app.clock()
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(access.cookie)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def browser(request: Request) -> str:
    """Return a short name of the browser, to be recognised in a list, as it is stored."""
    told = request.headers.get("user-agent", "")
    kinds = ("Edg", "Firefox", "Chrome", "Safari")
    names = {"Edg": "Edge"}
    kind = next((names.get(k, k) for k in kinds if k in told), gettext_noop("Browser"))
    machines = ("iPad", "iPhone", "Android", "Windows", "Mac", "Linux")
    machine = next((m for m in machines if m in told), gettext_noop("another device"))
    return f"{kind} on {machine}"


ROUTES = [
    public_route("/sign-in", show),
    public_route("/sign-in", try_password, "POST"),
    public_route("/sign-in/code", show_code),
    public_route("/sign-in/code", try_code, "POST"),
    public_route("/sign-in/qr.svg", draw_code),
    public_route("/sign-out", sign_out, "POST"),
]
