"""The staff page of one client: every message in order of time, and how to reach the client."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.enrolment import booked_consents, client_merge, visits
from reminders.monitoring.attendance import WAITED_FOR
from reminders.monitoring.client_timeline import record
from reminders.rules.roles import Role
from reminders.rules.terms import OPEN, Channel, Reason
from reminders.store.database import reading
from reminders.store.queries import consents, people
from reminders.store.tables import Client, Treatment
from reminders.web.desk.clients.enrol import languages
from reminders.web.desk.page import DeskRequest, desk_route
from reminders.web.desk.responses import milestone_names


@dataclass(frozen=True, slots=True)
class ChannelState:
    """One channel to a client: the contact, the consent, and whether it is suppressed."""

    channel: Channel
    contact: str
    consent: bool | None
    barred: Reason | None

    @property
    def open(self) -> bool:
        """Say whether messages may be sent by this channel."""
        return bool(self.contact) and self.consent is True and self.barred is None


def show(request: DeskRequest) -> Response:
    """Show everything of a client, past and to come."""
    with reading(request.app.engine) as session:
        client = request.row(session, Client)
        entries = record(session, request.render, milestone_names(request.app), client, request.now)
        treatments = list(people.treatments_of(session, [client.id]))
        ahead = [e for e in entries if e.reminder is not None and e.status in OPEN]
        undo = request.typed("undo")
        merge = client_merge.undoable(session, client, request.now)
        return request.page(
            "client.html",
            client=client,
            language=dict(languages(request)).get(client.language, client.language),
            past=[entry for entry in entries if entry not in ahead],
            ahead=ahead,
            treatments=[t for t in treatments if t.cancelled_at is None or t.missed_at],
            invitation=booked_consents.own_link(
                session, request.app.links, request.signed_in.clinic, client, request.now
            ),
            begun=_begun(request, treatments),
            protocols=request.app.library.protocols,
            ways=ways(session, client),
            merge=merge,
            merged=people.record(session, merge.gone_id) if merge else None,
            undo=int(undo) if undo.isdecimal() else 0,
            troubled=[e for e in entries if e.reminder and needs_care(e.reminder)],
        )


def _begun(request: DeskRequest, treatments: list[Treatment]) -> set[int]:
    """Return the treatments of lately of which staff may say whether the client came."""
    since = request.now.astimezone(request.zone).date() - WAITED_FOR
    clinic = request.signed_in.clinic
    lately = [one for one in treatments if one.treated_on >= since]
    return {one.id for one in lately if visits.may_be_said(one, clinic, request.now)}


def needs_care(reminder: object) -> bool:
    """Say whether a message failed and no staff have dealt with it."""
    status, attended_at = getattr(reminder, "status", ""), getattr(reminder, "attended_at", None)
    return status in {"failed", "undelivered", "unknown"} and attended_at is None


def ways(session: Session, client: Client) -> list[ChannelState]:
    """Return how a client can be reached."""
    said = consents.consents_of(session, {client.id})
    contacts = {Channel.SMS: client.phone, Channel.EMAIL: client.email}
    barred = consents.suppressions_of(session, {c for c in contacts.values() if c})
    return [
        ChannelState(channel, contact or "", said.get((client.id, channel)), barred.get((client.clinic_id, contact or "")))
        for channel, contact in contacts.items()
    ]  # fmt: skip


ROUTES = [desk_route("/clients/{id:int}", show, Role.VIEWER)]
