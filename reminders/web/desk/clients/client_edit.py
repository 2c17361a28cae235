"""Staff pages to change a client's details, and to record consent, opt-out and pause."""

from __future__ import annotations

from datetime import time
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.consent import ledger
from reminders.consent.ledger import Proof
from reminders.enrolment import message_actions
from reminders.rules.contacts import read_email, read_name, read_phone, show_phone
from reminders.rules.roles import Role
from reminders.rules.sending_hours import resolve
from reminders.rules.terms import Act, Channel, InputError
from reminders.store.database import writing
from reminders.store.queries import people
from reminders.store.tables import Client
from reminders.web.desk.clients.client_page import ways
from reminders.web.desk.clients.enrol import HOW, languages, read_day
from reminders.web.desk.page import DeskRequest, EditConflict, desk_route
from reminders.web.desk.sign_in.access import address_of


def form(visit: DeskRequest) -> Response:
    """Show a client's details in a form."""
    with visit.reading() as session:
        return _form(visit, visit.row(session, Client))


def _form(visit: DeskRequest, client: Client) -> Response:
    usual = {
        "first_name": client.first_name,
        "last_name": client.last_name,
        "phone": show_phone(client.phone) if client.phone else "",
        "email": client.email or "",
        "language": client.language,
        "version": str(client.version),
    }
    typed = visit.request.method == "POST"
    return visit.page(
        "client-edit.html",
        client=client,
        languages=languages(visit),
        given=lambda name: visit.typed(name) if typed else usual[name],
    )


def keep(visit: DeskRequest) -> Response:
    """Save a client's details, unless somebody else changed them meanwhile; then replan."""
    country = visit.signed_in.clinic.country or None
    news: dict[str, Any] = {
        "first_name": visit.read("first_name", read_name),
        "last_name": visit.read("last_name", read_name, empty=""),
        "phone": visit.read("phone", lambda text: read_phone(text, country).number),
        "email": visit.read("email", read_email),
        "language": visit.typed("language") or "en",
    }
    if not news["first_name"]:
        visit.faults.setdefault("first_name", "The first name is missing.")
    if not news["phone"] and not news["email"]:
        visit.faults.setdefault("phone", "Keep a mobile number or an email address; one is enough.")
    with writing(visit.app.engine) as session:
        client = visit.row(session, Client, lock=True)
        if visit.faults:
            return _form(visit, client)
        if str(client.version) != visit.typed("version"):
            raise EditConflict
        changed = [name for name, value in news.items() if getattr(client, name) != value]
        for name in changed:
            setattr(client, name, news[name])
        message_actions.plan_again(session, visit.app.library, client, visit.now)
        visit.record(session, "changed details", Client, client.id, ", ".join(changed))
    return visit.redirect(f"/clients/{client.id}", "saved")


def choices(visit: DeskRequest) -> Response:
    """Show a client's consents, with the forms to record a consent or an opt-out."""
    with visit.reading() as session:
        return _choices(visit, session, visit.row(session, Client))


def _choices(visit: DeskRequest, session: Session, client: Client) -> Response:
    return visit.page("consents.html", client=client, ways=ways(session, client), hows=HOW)


def agree(visit: DeskRequest) -> Response:
    """Record a client's consent to a channel."""
    channel = Channel(visit.typed("channel"))
    how = visit.typed("how") or HOW[0][0]
    who, address = visit.signed_in.staff.email, address_of(visit.request)
    with writing(visit.app.engine) as session:
        client = visit.row(session, Client, lock=True)
        proof = Proof(Act.DESK, how, recorded_by=who, network_address=address)
        try:
            ledger.record(session, client, channel, proof, visit.now)
        except InputError as error:
            visit.faults[f"yes-{channel}"] = str(error)
            return _choices(visit, session, client)
        message_actions.plan_again(session, visit.app.library, client, visit.now)
        visit.record(session, f"took down a yes to {channel}", Client, client.id)
    return visit.redirect(f"/clients/{client.id}", "consented")


def refuse(visit: DeskRequest) -> Response:
    """Record a client's opt-out from a channel."""
    channel = Channel(visit.typed("channel"))
    who, address = visit.signed_in.staff.email, address_of(visit.request)
    with writing(visit.app.engine) as session:
        client = visit.row(session, Client, lock=True)
        ledger.withdraw(
            session,
            client,
            channel,
            source="the client told us",
            now=visit.now,
            recorded_by=who,
            network_address=address,
        )
        visit.record(session, f"took down a stop to {channel}", Client, client.id)
    return visit.redirect(f"/clients/{client.id}", "stopped")


def pause(visit: DeskRequest) -> Response:
    """Pause a client's reminders until a day, or resume them."""
    today = visit.now.astimezone(visit.zone).date()
    until = visit.read("until", lambda text: read_day(text, visit, today))
    with writing(visit.app.engine) as session:
        client = visit.row(session, Client, lock=True)
        if visit.typed("pause") and (until is None or until <= today):
            visit.faults.setdefault("until", "Until which day? Write one that is still to come.")
            return _choices(visit, session, client)
        over = until if visit.typed("pause") else None
        client.paused_until = resolve(over, time(), visit.zone) if over else None
        people.lock(session, [client.id])
        message_actions.wake(session, client.id)
        what = "paused messages" if over else "ended a pause"
        visit.record(session, what, Client, client.id, str(over or ""))
    return visit.redirect(f"/clients/{client.id}", "client-paused" if over else "saved")


ROUTES = [
    desk_route("/clients/{id:int}/edit", form, Role.STAFF),
    desk_route("/clients/{id:int}/edit", keep, Role.STAFF, "POST"),
    desk_route("/clients/{id:int}/choices", choices, Role.STAFF),
    desk_route("/clients/{id:int}/yes", agree, Role.STAFF, "POST"),
    desk_route("/clients/{id:int}/stop", refuse, Role.STAFF, "POST"),
    desk_route("/clients/{id:int}/pause", pause, Role.STAFF, "POST"),
]
