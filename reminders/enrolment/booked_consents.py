"""Consent of those whom a booking brought: by one line at the desk, or by a link of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from reminders.consent import ledger
from reminders.consent.ledger import Proof
from reminders.enrolment.join_requests import version_of
from reminders.links import Links
from reminders.plans.reminder_plans import replan_clients
from reminders.rules.terms import Act, Channel
from reminders.rules.translation import gettext_noop
from reminders.store.queries import consents, people
from reminders.store.tables import Client, Clinic
from reminders.wording.library import Library

LINK_GOOD_FOR = timedelta(days=60)
"""How long a client's own link to say yes works: as long as visits are usually booked ahead."""

AT_THE_DESK = gettext_noop("said at the desk, when asked")


def link(links: Links, clinic: Clinic, client: Client, now: datetime) -> str:
    """Return the address at which this client alone says yes; nobody can read in it who they are."""
    token = links.passing_token("invited", client.id, now + LINK_GOOD_FOR)
    return f"{links.public_url}/join/{clinic.slug}/yes/{token}"


def own_link(
    session: Session, links: Links, clinic: Clinic, client: Client, now: datetime
) -> str | None:
    """Return a client's own link to say yes; None where there is nothing to say yes to."""
    if client.erased_at or not clinic.slug or not open_channels(session, [client])[client.id]:
        return None
    return link(links, clinic, client, now)


def open_channels(session: Session, clients: Sequence[Client]) -> dict[int, list[Channel]]:
    """Return the channels to which clients may still say yes, by their ids: with a contact, without a
    yes, and without a stop, which only that contact itself can lift.
    """
    contacts = [
        (client, channel, contact)
        for client in clients
        for channel in Channel
        if (contact := ledger.contact_of(client, channel))
    ]
    barred = consents.suppressions_of(session, {contact for _, _, contact in contacts})
    said = consents.consents_of(session, [client.id for client in clients])
    found: dict[int, list[Channel]] = {client.id: [] for client in clients}
    for client, channel, contact in contacts:
        if (client.clinic_id, contact) not in barred and not said.get((client.id, channel)):
            found[client.id].append(channel)
    return found


def agree(
    session: Session,
    library: Library,
    client: Client,
    agreed: Mapping[Channel, str],
    proof: Proof,
    now: datetime,
) -> list[Channel]:
    """Record a yes to these channels, each with the exact words it was said to, and plan; return to
    which. A channel that is not open is left as it is.
    """
    people.lock(session, [client.id])
    taken = [
        channel for channel in open_channels(session, [client])[client.id] if channel in agreed
    ]
    for channel in taken:
        ledger.record(session, client, channel, _about(proof, agreed[channel]), now)
    _replan(session, library, client, now)
    return taken


def decline(
    session: Session, client: Client, asked: Mapping[Channel, str], proof: Proof, now: datetime
) -> None:
    """Record a no to these channels, for this client alone: it stops nobody on the same number, and
    the client may say yes another day.
    """
    people.lock(session, [client.id])
    still = open_channels(session, [client])[client.id]
    lines = [
        ledger.line(client, channel, _about(proof, words), now, given=False)
        for channel, words in asked.items()
        if channel in still
    ]
    consents.add(session, lines)


def at_the_desk(by: str, network_address: str) -> Proof:
    """Return the proof of what a client said to a member of staff, without its words."""
    return Proof(Act.DESK, AT_THE_DESK, recorded_by=by, network_address=network_address)


def _about(proof: Proof, words: str) -> Proof:
    return Proof(
        proof.act,
        proof.source,
        words,
        version_of(words),
        recorded_by=proof.recorded_by,
        network_address=proof.network_address,
    )


def _replan(session: Session, library: Library, client: Client, now: datetime) -> None:
    clinic = people.clinic(session, client.clinic_id)
    session.flush()
    replan_clients(session, library, clinic, {client.id: client}, now)
