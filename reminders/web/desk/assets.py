"""Static files of the pages: style sheets, scripts, and the icon with the count of open items."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from reminders.app import App

LASTS = {"Cache-Control": "public, max-age=300"}
"""Nothing secret is in them, and a new version is seen soon."""

_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="8" fill="{ground}"/>'
    '<text x="16" y="23" font-family="sans-serif" font-size="{size}" font-weight="700" '
    'text-anchor="middle" fill="#fff">{words}</text></svg>'
)


async def shared_style(request: Request) -> Response:
    """Return the style sheet of all pages, the clients' too."""
    return _file(request, "pages/style.css", "text/css")


async def style(request: Request) -> Response:
    """Return the desk's own style sheet."""
    return _file(request, "desk/desk.css", "text/css")


async def script(request: Request) -> Response:
    """Return the desk's script; every page works without it."""
    return _file(request, "desk/desk.js", "text/javascript")


async def desk_script(request: Request) -> Response:
    """Return the script of the settings and wording pages; they work without it."""
    return _file(request, "desk/office.js", "text/javascript")


def _file(request: Request, name: str, kind: str) -> Response:
    app: App = request.app.state.app
    return Response(app.library.page(name), media_type=kind, headers=LASTS)


async def icon(request: Request) -> Response:
    """Draw the icon with how many things need a person: green for none, red for some."""
    count = min(int(request.path_params["count"]), 100)
    words = "99+" if count > 99 else str(count) if count else "✓"
    ground = "#a33020" if count else "#1f4d43"
    drawn = _ICON.format(ground=ground, words=words, size=13 if count > 99 else 19)
    return Response(drawn, media_type="image/svg+xml", headers=LASTS)


def _open(path: str, endpoint: object) -> Route:
    endpoint.open = True  # type: ignore[attr-defined] # a test walks all routes
    return Route(path, endpoint)  # type: ignore[arg-type]


ROUTES = [
    _open("/style.css", shared_style),
    _open("/desk.css", style),
    _open("/office.js", desk_script),
    _open("/desk.js", script),
    _open("/icon/{count:int}.svg", icon),
]
