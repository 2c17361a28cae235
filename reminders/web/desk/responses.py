"""Render the templates of staff pages into responses with security headers."""

from __future__ import annotations

from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment
from starlette.responses import HTMLResponse

from reminders.app import App
from reminders.rules.terms import Facts, Message
from reminders.rules.translation import current_language, gettext
from reminders.web.desk.labels import FILTERS, KINDS
from reminders.web.desk.names import day_example
from reminders.web.security_headers import DESK
from reminders.web.templating import pages_in
from reminders.wording.renderer import RenderError
from reminders.wording.retelling import retold


def html(app: App, template: str, status: int = 200, **words: Any) -> HTMLResponse:
    """Return a rendered page with the headers of the desk."""
    rendered = (
        environment(app)
        .get_template(f"desk/{template}")
        .render({"lang": current_language(), **words})
    )
    return HTMLResponse(rendered, status, headers=DESK)


def environment(app: App) -> Environment:
    """Return what renders the desk's pages."""
    return _environment(app.library.root, practice=not app.settings.live)


@cache
def _environment(root: Path, *, practice: bool) -> Environment:
    pages = pages_in(root)
    pages.filters.update(FILTERS)
    pages.filters["retold"] = partial(retold, root / "locale")
    pages.globals |= {"practice": practice, "day_example": day_example}
    return pages


def milestone_names(app: App) -> dict[str, str]:
    """Return the names of all milestones, and of the messages outside any protocol."""
    return {key: gettext(name) for key, name in english_names(app).items()}


@cache
def english_names(app: App) -> dict[str, str]:
    """Return the same names as they are stored, to be translated where they are read."""
    protocols = app.library.protocols.values()
    return KINDS | {m.key: m.name for protocol in protocols for m in protocol.milestones}


def rendered(app: App, facts: Facts, now: datetime, expires_at: datetime) -> Message:
    """Render a message; where its wording is broken, return a message that says so."""
    try:
        return app.renderer.render(facts, now, expires_at)
    except RenderError as error:
        text = gettext("The wording of this message is faulty: %(why)s", why=str(error))
        return Message(
            facts.channel, "", facts.clinic.name, "", text, "", now, expires_at, subject=text
        )


def safe_path(to: str) -> str:
    """Return a path of ours to go to, or home for anything that could lead elsewhere."""
    wrong = not to.startswith("/") or to.startswith("//") or "\\" in to
    return "/" if wrong or any(ord(c) < 33 or ord(c) == 127 for c in to) else to
