"""Self-enrolment: a consent that a client gives online counts once the contact is verified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy.orm import Session

from reminders.consent import ledger, verification_codes
from reminders.consent.ledger import Proof
from reminders.consent.verification_codes import Answer, Say
from reminders.enrolment import client_merge
from reminders.enrolment.identification import ClientIndex, index_for
from reminders.links import Links
from reminders.plans.reminder_plans import replan_clients
from reminders.questions import questions
from reminders.rules.identity import Meant, Person, Verdict
from reminders.rules.names import read_person
from reminders.rules.questions import about_joined, client_in
from reminders.rules.sayings import Saying
from reminders.rules.terms import Act, Channel, Discretion
from reminders.rules.translation import gettext_noop
from reminders.store.queries import doubles, merges, people
from reminders.store.queries import join_requests as queries
from reminders.store.tables import Client, Clinic, JoinRequest, Question
from reminders.wording.library import Library

LINK_GOOD_FOR = timedelta(days=2)

BY_FORM = gettext_noop("the client, by the form")
"""Who made two records one where name and contacts say by themselves that they are."""


@dataclass(frozen=True, slots=True)
class JoinForm:
    """A form as it was sent in. ``agreed`` are the exact words beside each ticked box; ``contacts``
    are normalised already.
    """

    first_name: str
    last_name: str
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
        client = _new_client(session, clinic, form, channel, now)
        setattr(kept, f"{channel.value}_client_id", client.id)
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


def _new_client(
    session: Session, clinic: Clinic, form: JoinForm, channel: Channel, now: datetime
) -> Client:
    """Return a client of this contact's own: who it is shows only once it is proven."""
    row = {
        "clinic_id": clinic.id,
        "first_name": form.first_name,
        "last_name": form.last_name,
        "language": form.language,
        "phone": form.contacts[channel] if channel is Channel.SMS else None,
        "email": form.contacts[channel] if channel is Channel.EMAIL else None,
        "created_at": now,
    }
    return people.add_clients(session, [row])[0]


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
    clinic = people.clinic(session, kept.clinic_id)
    client = _client_meant(session, library, clinic, kept, channel, now)
    client.language, client.discretion = kept.language, kept.discretion
    wording = (kept.sms_wording if channel is Channel.SMS else kept.email_wording) or ""
    proof = Proof(
        Act.FORM,
        f"joined at /join/{clinic.slug}",
        wording,
        version_of(wording),
        network_address=kept.network_address,
    )
    session.flush()
    ledger.record(session, client, channel, proof, now)
    session.flush()
    replan_clients(session, library, clinic, {client.id: client}, now)


def version_of(wording: str) -> str:
    """Return a version for these words, which changes with every letter."""
    return sha256(wording.encode()).hexdigest()[:12]


def _client_meant(
    session: Session,
    library: Library,
    clinic: Clinic,
    kept: JoinRequest,
    channel: Channel,
    now: datetime,
) -> Client:
    """Return whose a proven contact is: a known client's, if the name is theirs, and else that of a
    client of this form's own, about whom staff are asked where that is not sure.

    Until they answer, nothing of a known client changes, and whoever stands at the form sees none of
    it; what they proved and agreed to is theirs all the same.
    """
    records = _records(session, kept)
    person = _told(session, kept, channel, records)
    index = index_for(session, clinic, person, {record.id for record in records.values()})
    for record in records.values():
        session.refresh(record)  # nobody else changes them now
    own, earlier = records[channel], [
        records[of] for of, done in progress(kept).items() if done and of is not channel
    ]  # fmt: skip
    meant = index.meant(person)
    if meant.verdict is Verdict.SAME:
        client = people.record(session, meant.clients[0])
    else:
        client = next((one for one in earlier if one.merged_into is None), own)
    for record in (own, *earlier):
        _join(session, library, clinic, client, record, now)
    client = people.client(session, own.id) or own
    _set_contact(client, own, channel, person)
    others = tuple(number for number in meant.clients if number != client.id)
    if meant.verdict is Verdict.QUESTION and others:
        _ask(session, client, index, person, replace(meant, clients=others), now)
    return client


def _set_contact(client: Client, own: Client, channel: Channel, person: Person) -> None:
    """Let a client be reached where they have proven to be; one they had before stays in the form's
    own record, to be found by.
    """
    before = ledger.contact_of(client, channel)
    name, proven = ("phone", person.phone) if channel is Channel.SMS else ("email", person.email)
    setattr(client, name, proven)
    if before not in {None, proven} and own.id != client.id:
        setattr(own, name, before)


def _records(session: Session, kept: JoinRequest) -> dict[Channel, Client]:
    """Return the clients whom this form made itself, be they merged into another by now."""
    ids = {Channel.SMS: kept.sms_client_id, Channel.EMAIL: kept.email_client_id}
    return {channel: people.record(session, number) for channel, number in ids.items() if number}


def _told(
    session: Session, kept: JoinRequest, channel: Channel, records: Mapping[Channel, Client]
) -> Person:
    """Return who somebody says they are, with what they have proven. A whole name in the field for
    the first one is taken apart.
    """
    proven = {
        of: contact
        for of, done in progress(kept).items()
        if done and (contact := queries.proven_contact(session, _about(kept, of)))
    }
    named = records[channel]
    first, last = named.first_name, named.last_name
    if not last and not (found := read_person("", "", first)).doubts and found.first:
        first, last = found.first, found.last
    return Person(first, last, proven.get(Channel.SMS), proven.get(Channel.EMAIL))


def _join(
    session: Session,
    library: Library,
    clinic: Clinic,
    client: Client,
    record: Client,
    now: datetime,
) -> None:
    """Let what this form made lead to the known client whom it turned out to mean."""
    if record.merged_into is not None or record.id == client.id:
        return
    if queries.is_known(session, record.id):
        client_merge.merge(session, library, clinic, client, record, BY_FORM, now, joined=True)
    else:
        merges.lead(session, [record.id], client.id)


_SIGNED_UP = gettext_noop("%(name)s has signed up with your form. %(question)s")


def _ask(
    session: Session,
    client: Client,
    index: ClientIndex,
    person: Person,
    meant: Meant,
    now: datetime,
) -> None:
    """Ask staff who it is, with everything that was proven so far."""
    sentence, known, new = index.ask(person, meant)
    name = f"{person.first} {person.last}".strip()
    said = Saying(_SIGNED_UP, name=name, question=sentence)
    doubt = about_joined(client.id, said, known, new)
    questions.ask_anew(session, client.clinic_id, doubt, now)


def settle(
    session: Session, library: Library, asked: Question, ids: Sequence[int], by: str, now: datetime
) -> bool:
    """Do what staff answered about somebody who joined, and say whether they were known before:
    then they are one client with that one, at the contacts they proved, with the consent to them.
    Raises ``InputError``.
    """
    joined = people.client(session, int(asked.subject))
    known = people.client(session, client_in(asked.answer or "") or 0)
    if joined is None or joined.erased_at is not None:
        return False
    if known is None:
        for number in ids:
            pair = doubles.pair(joined.id, number)
            doubles.note_two_people(session, asked.clinic_id, pair, by, now)
    elif known.id != joined.id:
        clinic = people.clinic(session, asked.clinic_id)
        client_merge.merge(session, library, clinic, known, joined, by, now, joined=True)
    return known is not None


def progress(kept: JoinRequest) -> dict[Channel, bool]:
    """Return the channels the form agreed to, and whether each contact is verified."""
    wanted = {
        Channel.SMS: (kept.sms_wording, kept.sms_proven_at),
        Channel.EMAIL: (kept.email_wording, kept.email_proven_at),
    }
    return {channel: at is not None for channel, (words, at) in wanted.items() if words}
