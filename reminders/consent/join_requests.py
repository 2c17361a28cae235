"""Self-enrolment: a consent that a client gives online counts once the contact is verified."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy.orm import Session

from reminders.consent import ledger, verification_codes
from reminders.consent.ledger import Proof
from reminders.consent.verification_codes import Answer, Say
from reminders.links import Links
from reminders.plans.reminder_plans import replan_clients
from reminders.rules.terms import Act, Channel, Discretion
from reminders.store.queries import join_requests as queries
from reminders.store.queries import people
from reminders.store.tables import Client, Clinic, JoinRequest
from reminders.wording.library import Library

LINK_GOOD_FOR = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class JoinForm:
    """A form as it was sent in. ``agreed`` are the exact words beside each ticked box; ``contacts``
    are normalised already.
    """

    first_name: str
    contacts: Mapping[Channel, str]
    agreed: Mapping[Channel, str]
    language: str
    discretion: Discretion


def submit(
    session: Session,
    links: Links,
    clinic: Clinic,
    form: JoinForm,
    say: Mapping[Channel, Say],
    now: datetime,
    *,
    network_address: str,
) -> JoinRequest:
    """Store a form, and send a code to the number and a link to the address. The answer never shows
    whether somebody is known. Raises ``TooOften``.
    """
    kept = JoinRequest(
        clinic_id=clinic.id,
        language=form.language,
        discretion=form.discretion,
        sms_wording=form.agreed.get(Channel.SMS),
        email_wording=form.agreed.get(Channel.EMAIL),
        network_address=network_address,
        requested_at=now,
    )
    session.add(kept)
    session.flush()
    for channel in form.agreed:
        client = _matching_client(session, clinic, form, channel, now)
        _set_client(kept, channel, client)
        link = None
        if channel is Channel.EMAIL:
            link = f"{links.public_url}/join/{clinic.slug}/email/{links.token('address', kept.id)}"
        good_for = LINK_GOOD_FOR if link else verification_codes.GOOD_FOR
        verification_codes.send_code(
            session,
            links,
            client,
            channel,
            _about(kept, channel),
            say[channel],
            now,
            network_address=network_address,
            secret=link,
            good_for=good_for,
        )
    return kept


def _about(kept: JoinRequest, channel: Channel) -> str:
    return f"join.{kept.id}.{channel}"


def _matching_client(
    session: Session, clinic: Clinic, form: JoinForm, channel: Channel, now: datetime
) -> Client:
    """Return the client with this contact and this name, or a new one with this contact alone."""
    contact = form.contacts[channel]
    known = queries.namesake(session, clinic.id, contact, form.first_name)
    if known is not None:
        return known
    row = {
        "clinic_id": clinic.id,
        "first_name": form.first_name,
        "last_name": "",
        "language": form.language,
        "phone": contact if channel is Channel.SMS else None,
        "email": contact if channel is Channel.EMAIL else None,
        "created_at": now,
    }
    return people.add_clients(session, [row])[0]


def _set_client(kept: JoinRequest, channel: Channel, client: Client) -> None:
    if channel is Channel.SMS:
        kept.sms_client_id = client.id
    else:
        kept.email_client_id = client.id


def prove(
    session: Session,
    library: Library,
    links: Links,
    kept: JoinRequest,
    channel: Channel,
    shown: str,
    now: datetime,
) -> Answer:
    """Check the proof that a contact is the client's own: the code typed, or the link opened and
    confirmed. If it is right, the consent to that channel counts.
    """
    if progress(kept).get(channel):
        return Answer.RIGHT
    answer = verification_codes.check(session, links, _about(kept, channel), shown, now)
    if answer is Answer.RIGHT:
        setattr(kept, f"{channel.value}_proven_at", now)
        _agree(session, library, kept, channel, now)
    return answer


def _agree(
    session: Session, library: Library, kept: JoinRequest, channel: Channel, now: datetime
) -> None:
    """Record the consent with its exact words and the network address, and plan reminders."""
    client = _client_of_contact(session, kept, channel)
    client.language, client.discretion = kept.language, kept.discretion
    wording = (kept.sms_wording if channel is Channel.SMS else kept.email_wording) or ""
    clinic = people.clinic(session, kept.clinic_id)
    proof = Proof(
        Act.FORM,
        f"joined at /join/{clinic.slug}",
        wording,
        version_of(wording),
        network_address=kept.network_address,
    )
    ledger.record(session, client, channel, proof, now)
    session.flush()
    replan_clients(session, library, clinic, {client.id: client}, now)


def version_of(wording: str) -> str:
    """Return a version for these words, which changes with every letter."""
    return sha256(wording.encode()).hexdigest()[:12]


def _client_of_contact(session: Session, kept: JoinRequest, channel: Channel) -> Client:
    """Return the client a verified contact belongs to. If the other contact was verified before,
    both belong to one client, and a client that only this form created is left without contacts.
    """
    texts = channel is Channel.SMS
    client_id, other = kept.sms_client_id, kept.email_client_id
    if not texts:
        client_id, other = other, client_id
    other_proven = kept.email_proven_at if texts else kept.sms_proven_at
    people.lock(session, [number for number in (client_id, other) if number])
    client = people.client(session, client_id or 0)
    first = people.client(session, other or 0) if other_proven and other != client_id else None
    assert client is not None
    if first is None or queries.is_known(session, client.id):
        return client
    contact, theirs = ledger.contact_of(client, channel), ledger.contact_of(first, channel)
    if theirs not in {None, contact}:
        return client
    first.phone, first.email = (contact, first.email) if texts else (first.phone, contact)
    client.phone = client.email = None
    _set_client(kept, channel, first)
    return first


def progress(kept: JoinRequest) -> dict[Channel, bool]:
    """Return the channels the form agreed to, and whether each contact is verified."""
    wanted = {
        Channel.SMS: (kept.sms_wording, kept.sms_proven_at),
        Channel.EMAIL: (kept.email_wording, kept.email_proven_at),
    }
    return {channel: at is not None for channel, (words, at) in wanted.items() if words}
