"""Staff pages to change a client's details, and to record consent, opt-out and pause."""

from __future__ import annotations

from datetime import time
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.consent import ledger
from reminders.consent.ledger import Proof
from reminders.enrolment import message_actions
from reminders.rules.contacts import read_email, read_name, read_phone, show_national
from reminders.rules.roles import Role
from reminders.rules.sending_hours import resolve
from reminders.rules.terms import Act, Channel, InputError
from reminders.rules.translation import gettext, gettext_noop
from reminders.store.database import writing
from reminders.store.queries import people
from reminders.store.tables import Client
from reminders.web.desk.clients.client_page import ways
from reminders.web.desk.clients.enrol import HOW, languages, ways_to_consent
from reminders.web.desk.clients.typed_dates import read_day
from reminders.web.desk.page import DeskRequest, EditConflict, desk_route
from reminders.web.desk.sign_in.access import address_of

AGREED = {
    Channel.SMS: gettext_noop("recorded consent to texts"),
    Channel.EMAIL: gettext_noop("recorded consent to emails"),
}
REFUSED = {
    Channel.SMS: gettext_noop("recorded an opt-out from texts"),
    Channel.EMAIL: gettext_noop("recorded an opt-out from emails"),
}
"""How the record of changes tells of a consent and of an opt-out."""


def form(request: DeskRequest) -> Response:
    """Show a client's details in a form."""
    with request.reading() as session:
        return _form(request, request.row(session, Client))


def _form(request: DeskRequest, client: Client) -> Response:
    usual = {
        "first_name": client.first_name,
        "last_name": client.last_name,
        "phone": show_national(client.phone, request.signed_in.clinic.country)
        if client.phone
        else "",
        "email": client.email or "",
        "language": client.language,
        "version": str(client.version),
    }
    typed = request.http.method == "POST"
    return request.page(
        "client-edit.html",
        client=client,
        languages=languages(request),
        given=lambda name: request.typed(name) if typed else usual[name],
    )


def keep(request: DeskRequest) -> Response:
    """Save a client's details, unless somebody else changed them meanwhile; then replan."""
    country = request.signed_in.clinic.country or None
    changes: dict[str, Any] = {
        "first_name": request.read("first_name", read_name),
        "last_name": request.read("last_name", read_name, empty=""),
        "phone": request.read("phone", lambda text: read_phone(text, country).number),
        "email": request.read("email", read_email),
        "language": request.typed("language") or "en",
    }
    if not changes["first_name"]:
        request.faults.setdefault("first_name", gettext("Enter the first name."))
    if not changes["phone"] and not changes["email"]:
        request.faults.setdefault("phone", gettext("Enter a mobile number or an email address."))
    with writing(request.app.engine) as session:
        client = request.row(session, Client, lock=True)
        if request.faults:
            return _form(request, client)
        if str(client.version) != request.typed("version"):
            raise EditConflict
        changed = [name for name, value in changes.items() if getattr(client, name) != value]
        for name in changed:
            setattr(client, name, changes[name])
        message_actions.plan_again(session, request.app.library, client, request.now)
        request.record(
            session, gettext_noop("edited details"), Client, client.id, ", ".join(changed)
        )
    return request.redirect(f"/clients/{client.id}", "saved")


def choices(request: DeskRequest) -> Response:
    """Show a client's consents, with the forms to record a consent or an opt-out."""
    with request.reading() as session:
        return _choices(request, session, request.row(session, Client))


def _choices(request: DeskRequest, session: Session, client: Client) -> Response:
    return request.page(
        "consents.html", client=client, ways=ways(session, client), hows=ways_to_consent()
    )


def agree(request: DeskRequest) -> Response:
    """Record a client's consent to a channel."""
    channel = Channel(request.typed("channel"))
    how = request.typed("how") or HOW[0][0]
    who, address = request.signed_in.staff.email, address_of(request.http)
    with writing(request.app.engine) as session:
        client = request.row(session, Client, lock=True)
        proof = Proof(Act.DESK, how, recorded_by=who, network_address=address)
        try:
            ledger.record(session, client, channel, proof, request.now)
        except InputError as error:
            request.faults[f"yes-{channel}"] = str(error)
            return _choices(request, session, client)
        message_actions.plan_again(session, request.app.library, client, request.now)
        request.record(session, AGREED[channel], Client, client.id)
    return request.redirect(f"/clients/{client.id}", "consented")


def refuse(request: DeskRequest) -> Response:
    """Record a client's opt-out from a channel."""
    channel = Channel(request.typed("channel"))
    who, address = request.signed_in.staff.email, address_of(request.http)
    with writing(request.app.engine) as session:
        client = request.row(session, Client, lock=True)
        ledger.withdraw(
            session,
            client,
            channel,
            source=gettext_noop("the client told us"),
            now=request.now,
            recorded_by=who,
            network_address=address,
        )
        request.record(session, REFUSED[channel], Client, client.id)
    return request.redirect(f"/clients/{client.id}", "stopped")


def pause(request: DeskRequest) -> Response:
    """Pause a client's reminders until a day, or resume them."""
    today = request.now.astimezone(request.zone).date()
    until = request.read("until", lambda text: read_day(text, request, today))
    with writing(request.app.engine) as session:
        client = request.row(session, Client, lock=True)
        if request.typed("pause") and (until is None or until <= today):
            request.faults.setdefault("until", gettext("Enter a date in the future."))
            return _choices(request, session, client)
        over = until if request.typed("pause") else None
        client.paused_until = resolve(over, time(), request.zone) if over else None
        people.lock(session, [client.id])
        message_actions.wake(session, client.id)
        what = gettext_noop("paused messages") if over else gettext_noop("resumed messages")
        request.record(session, what, Client, client.id, str(over or ""))
    return request.redirect(f"/clients/{client.id}", "client-paused" if over else "saved")


ROUTES = [
    desk_route("/clients/{id:int}/edit", form, Role.STAFF),
    desk_route("/clients/{id:int}/edit", keep, Role.STAFF, "POST"),
    desk_route("/clients/{id:int}/choices", choices, Role.STAFF),
    desk_route("/clients/{id:int}/yes", agree, Role.STAFF, "POST"),
    desk_route("/clients/{id:int}/stop", refuse, Role.STAFF, "POST"),
    desk_route("/clients/{id:int}/pause", pause, Role.STAFF, "POST"),
]
