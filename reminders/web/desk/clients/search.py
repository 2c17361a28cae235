"""The staff page that finds clients by name, phone number or email address."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.rules.contacts import read_phone, show_phone
from reminders.rules.roles import Role
from reminders.rules.terms import InputError
from reminders.store.database import reading
from reminders.store.queries import desk
from reminders.store.tables import Client
from reminders.web.desk.page import DeskRequest, desk_route


def find(request: DeskRequest) -> Response:
    """Show clients: everyone by name, or who is meant by what was typed."""
    wanted = request.typed("q").strip()
    after = (request.typed("after"), _number(request.typed("id")))
    with reading(request.app.engine) as session:
        found = search(session, request, wanted, after)
    whole = len(found) == desk.PAGE and not wanted
    last = found[-1] if whole else None
    more = urlencode({"after": last.name_key, "id": last.id}) if last else ""
    return request.page("clients.html", found=found, wanted=wanted, more=more)


def _number(typed: str) -> int:
    return int(typed) if typed.isdecimal() else 0


def search(
    session: Session, request: DeskRequest, wanted: str, after: tuple[str, int]
) -> list[Client]:
    """Return clients by what was typed: the beginning of a name, a number or an address."""
    if "@" in wanted:
        return desk.clients_reached_by(session, request.clinic_id, wanted.lower())
    if re.fullmatch(r"[+\d\s().-]{4,}", wanted):
        begun = _begun(request, wanted)
        found = (desk.clients_reached_by(session, request.clinic_id, number) for number in begun)
        return next(filter(None, found), [])
    return desk.clients_called(session, request.clinic_id, wanted, after)


def _begun(request: DeskRequest, wanted: str) -> list[str]:
    """Return what a number, or the beginning of one, may be as we keep it."""
    digits = re.sub(r"[^\d+]", "", wanted)
    code = re.match(r"\+\d+", show_phone(request.signed_in.clinic.phone))
    begun = [
        digits if digits.startswith("+") else f"{code[0] if code else '+'}{digits.lstrip('0')}"
    ]
    try:
        return [read_phone(wanted, request.signed_in.clinic.country or None).number, *begun]
    except InputError:
        return begun


ROUTES = [desk_route("/clients", find, Role.VIEWER)]
