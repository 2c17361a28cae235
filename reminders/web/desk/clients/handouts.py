"""What staff print for a client: the aftercare sheet, and a QR code of the client's page."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

from starlette.responses import HTMLResponse, Response

from reminders.rules.contacts import show_national
from reminders.rules.roles import Role
from reminders.staff import credentials
from reminders.store.database import reading
from reminders.store.queries import clinic_facts
from reminders.store.tables import Client, Treatment
from reminders.web.desk.page import DeskRequest, desk_route
from reminders.wording.print_sheets import Letterhead, aftercare_sheet


def sheet(request: DeskRequest) -> Response:
    """Show the aftercare sheet of a treatment in the client's language, with the clinic's
    numbers."""
    clinic, library = request.signed_in.clinic, request.app.library
    with reading(request.app.engine) as session:
        treatment = request.row(session, Treatment)
        client = request.row(session, Client, treatment.client_id)
        facts = clinic_facts.clinics_of(session, [request.clinic_id], request.now)[
            request.clinic_id
        ]
        head = Letterhead(
            name=clinic.name,
            phone=show_national(clinic.phone, clinic.country),
            dial=clinic.phone,
            address=clinic.address,
            emergency=library.emergencies.get(clinic.country, ""),
        )
        language = library.language(treatment.protocol, client.language)
        own = facts.customisation.numbers.get(treatment.protocol, {})
        page = aftercare_sheet(library, treatment.protocol, language, head, own)
    return HTMLResponse(page, headers={"Content-Security-Policy": _only_its_own_style(page)})


def _only_its_own_style(page: str) -> str:
    """Allow the sheet the style that stands in it, and nothing else."""
    styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    hashes = (b64encode(sha256(style.encode()).digest()).decode() for style in styles)
    allowed = " ".join(f"'sha256-{one}'" for one in hashes)
    return f"default-src 'none'; style-src {allowed}; base-uri 'none'; frame-ancestors 'none'"


def page_qr(request: DeskRequest) -> Response:
    """Draw the QR code of the client's own page."""
    with reading(request.app.engine) as session:
        client = request.row(session, Client)
        address = request.app.links.page_url(client.id, client.page_edition)
    return Response(credentials.qr(address), media_type="image/svg+xml")


ROUTES = [
    desk_route("/treatments/{id:int}/sheet", sheet, Role.VIEWER),
    desk_route("/clients/{id:int}/page.svg", page_qr, Role.VIEWER),
]
