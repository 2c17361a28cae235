"""Today’s line for consent: who is booked and was not asked, the words to ask with, the answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from markupsafe import Markup
from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.enrolment import booked_consents
from reminders.enrolment.sender_names import texts_one_way
from reminders.rules.roles import Role
from reminders.rules.terms import Channel
from reminders.rules.translation import gettext_noop
from reminders.store.database import writing
from reminders.store.queries import visits
from reminders.store.tables import Client, Treatment
from reminders.web.desk.page import DeskRequest, desk_route
from reminders.web.desk.sign_in.access import address_of

AHEAD = timedelta(days=14)
"""How far ahead clients are shown who are booked and were not asked."""

SHOWN = 12
"""How many are shown at once."""

SAYS = {Channel.SMS: "join.ask_texts", Channel.EMAIL: "join.ask_emails"}
"""The sentence each channel is asked about with."""

ANSWERS = {
    "both": frozenset(Channel),
    **{one.value: frozenset({one}) for one in Channel},
    "no": frozenset(),
}
"""To which channels each button says yes."""


RECORDED = {
    frozenset(Channel): gettext_noop("asked for consent: emails and texts"),
    frozenset({Channel.EMAIL}): gettext_noop("asked for consent: emails"),
    frozenset({Channel.SMS}): gettext_noop("asked for consent: texts"),
    frozenset(): gettext_noop("asked for consent: declined"),
}
"""How the record of changes tells what a client agreed to."""


@dataclass(frozen=True, slots=True)
class ClientToAsk:
    """A client who is booked and has said nothing of messages, with the words to ask them."""

    client: Client
    treatment: Treatment
    words: dict[Channel, str]


def to_ask(request: DeskRequest, session: Session) -> list[ClientToAsk]:
    """Return whom to ask, the soonest visit first."""
    today = request.now.astimezone(request.zone).date()
    found = visits.unasked(session, request.clinic_id, today, today + AHEAD, SHOWN + 1)
    channels = booked_consents.open_channels(session, [client for _, client in found])
    return [
        ClientToAsk(client, treatment, words_for(request, client, channels[client.id]))
        for treatment, client in found
        if channels[client.id]
    ]


def words_for(
    request: DeskRequest, client: Client, channels: Iterable[Channel]
) -> dict[Channel, str]:
    """Return the exact words to ask a client with, in their language, by channel."""
    clinic = request.signed_in.clinic
    words = request.app.library.phrases.words(client.language, clinic.country)
    if texts_one_way(clinic, request.app.settings.text_sender, client.phone):
        words = words.where_nobody_replies()
    return {
        channel: Markup.unescape(
            words(SAYS[channel], clinic=clinic.name, per_week=clinic.texts_per_week)
        )
        for channel in channels
    }


def asked(request: DeskRequest) -> Response:
    """Record what a client said when asked at the desk, with the words they were asked with."""
    yes = ANSWERS.get(request.typed("said"), frozenset())
    proof = booked_consents.at_the_desk(request.signed_in.staff.email, address_of(request.http))
    with writing(request.app.engine) as session:
        client = request.row(session, Client, lock=True)
        channels = booked_consents.open_channels(session, [client])[client.id]
        words = words_for(request, client, channels)
        agreed = {channel: said for channel, said in words.items() if channel in yes}
        args = (agreed, proof, request.now)
        if agreed:
            booked_consents.agree(session, request.app.library, client, *args)
        else:
            booked_consents.decline(session, client, words, proof, request.now)
        request.record(session, RECORDED[frozenset(agreed)], Client, client.id)
    return request.redirect(request.back("/"), "consented" if agreed else "said-no")


ROUTES = [desk_route("/clients/{id:int}/asked", asked, Role.STAFF, "POST")]
