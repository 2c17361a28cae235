"""The page behind a client's own link to say yes: their name, what is asked, and nothing to type."""

from __future__ import annotations

from starlette.responses import Response

from reminders.consent import ledger
from reminders.consent.ledger import Proof
from reminders.enrolment import booked_consents
from reminders.rules.terms import Act, Channel
from reminders.store.queries import people
from reminders.store.tables import Client
from reminders.web.client.join import FIELDS, JoinContext, at_clinic
from reminders.web.client.page import page_route


def _invited(here: JoinContext) -> Client | None:
    """Return whose link it is, and speak their language; None where it is over, of another clinic,
    or the client is gone.
    """
    links = here.request.app.links
    number = links.number_at("invited", here.request.token, here.request.now)
    client = people.client(here.session, number) if number is not None else None
    if client is None or client.clinic_id != here.clinic.id or client.erased_at is not None:
        return None
    here.words = here.request.words_at(here.clinic, client.language, client.phone or "")
    return client


def _ask(here: JoinContext) -> Response:
    client = _invited(here)
    return _form(here, client) if client else here.request.wrong_link()


def _form(here: JoinContext, client: Client, fault: str = "") -> Response:
    channels = booked_consents.open_channels(here.session, [client])[client.id]
    return here.page(
        "invited.html",
        422 if fault else 200,
        name=client.first_name,
        boxes=[(FIELDS[one][1], here.shown(one), _masked(client, one)) for one in channels],
        fault=fault and here.words(fault),
        seal=_seal(here, client),
    )


def _masked(client: Client, channel: Channel) -> str:
    """Show just enough of a number or address for its owner to know it."""
    contact = ledger.contact_of(client, channel) or ""
    if channel is Channel.SMS:
        return f"••• {contact[-3:]}"
    name, _, domain = contact.partition("@")
    return f"{name[:1]}•••@{domain}"


def _seal(here: JoinContext, client: Client) -> str:
    """Return a seal of whom the page asks and in which words, all of which may change meanwhile."""
    asked = " ".join(here.agreed(channel) for channel in FIELDS)
    return here.request.app.links.seal(
        "invited", f"{client.id} {client.phone} {client.email} {asked}"
    )


def _agree(here: JoinContext) -> Response:
    client, request = _invited(here), here.request
    if client is None:
        return request.wrong_link()
    if request.typed.get("seal") != _seal(here, client):
        return _form(here, client, "join.invited_changed")
    agreed = {c: here.agreed(c) for c, (_, box) in FIELDS.items() if box in request.typed}
    source = f"said yes by their own link to /join/{here.clinic.slug}"
    proof = Proof(Act.FORM, source, network_address=request.network_address)
    if not agreed:
        return _form(here, client, "join.invited_tick")
    args = (agreed, proof, request.now)
    taken = booked_consents.agree(here.session, request.app.library, client, *args)
    return here.page("invited-done.html") if taken else _form(here, client)


ROUTES = [
    page_route("/join/{clinic}/yes/{token}", at_clinic(_ask)),
    page_route("/join/{clinic}/yes/{token}", at_clinic(_agree), "POST"),
]
