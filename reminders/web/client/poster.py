"""The poster that leads to a clinic's joining page, and the code on it by itself."""

from __future__ import annotations

import segno
from markupsafe import Markup
from starlette.responses import Response

from reminders.web.client.join import JoinContext, at_clinic
from reminders.web.client.page import page_route


def _poster(here: JoinContext) -> Response:
    address = here.request.app.settings.public_url + here.path
    return here.page("poster.html", code=Markup(_qr(address)), address=address)  # noqa: S704 (our own drawing)


def _poster_alone(here: JoinContext) -> Response:
    drawn = _qr(here.request.app.settings.public_url + here.path)
    return Response(drawn, media_type="image/svg+xml")


def _qr(address: str) -> str:
    """Draw a QR code that survives a quarter of it being worn off."""
    drawn = segno.make(address, error="q", micro=False)
    return drawn.svg_inline(scale=8, border=4, light="#fff", omitsize=True, title=address)


ROUTES = [
    page_route("/join/{clinic}/poster", at_clinic(_poster)),
    page_route("/join/{clinic}/poster.svg", at_clinic(_poster_alone)),
]
