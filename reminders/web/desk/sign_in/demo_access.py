"""A link that signs the visitor in without a password; it exists in the demo only."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from reminders.app import App
from reminders.rules.translation import gettext_noop
from reminders.staff import credentials
from reminders.staff.sign_in import begin as begin_session
from reminders.store.database import writing
from reminders.store.queries import staff
from reminders.web.desk.page import access_of


def add_demo_sign_in(web: Starlette, app: App, email: str, clinic_id: int) -> str:
    """Add a sign-in link to the demo's pages, and return it. It exists in the demo only, whose
    clients are invented.
    """
    token = credentials.new_token()

    def enter() -> Response:
        now = app.clock()
        with writing(app.engine) as session:
            member = staff.by_email(session, email)
            assert member is not None
            sign_in, opened = begin_session(
                session, member, clinic_id, gettext_noop("the demo"), now
            )
            sign_in.proven_at = now
        response = RedirectResponse("/", 303)
        access_of(app).set_token(response, opened)
        return response

    async def endpoint(_: Request) -> Response:
        return await run_in_threadpool(enter)

    web.router.routes.insert(0, Route(f"/demo/{token}", endpoint))
    return f"{app.settings.public_url}/demo/{token}"
