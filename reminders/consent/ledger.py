"""Record consents and opt-outs, dated and by channel, and suppress contacts that opted out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from reminders.plans.welcomes import welcome
from reminders.rules.terms import Act, Channel, InputError, Purpose, Reason
from reminders.rules.translation import gettext, gettext_noop
from reminders.store.queries import consents, delivery, people
from reminders.store.queries.common import Row
from reminders.store.tables import Client

CLIENT_ACTS = frozenset({Act.FORM, Act.PAGE, Act.KEYWORD})
"""Acts of the client, which alone may lift an opt-out; after any other act Twilio would still
refuse the text (21610)."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Proof of a consent or opt-out: its act, its exact wording and its record: ``source`` in
    words, ``recorded_by`` whom, and the ``network_address`` of the browser (CTIA 5.1.2).
    """

    act: Act
    source: str
    wording: str | None = None
    wording_version: str | None = None
    recorded_by: str | None = None
    network_address: str | None = None


def record(
    session: Session,
    client: Client,
    channel: Channel,
    proof: Proof,
    now: datetime,
    *,
    given_at: datetime | None = None,
    purpose: Purpose = Purpose.CARE,
) -> None:
    """Record a client's consent, given now or at ``given_at`` (UTC), and replan what an opt-out had
    cancelled.

    The first text confirms a first consent to texts. An act of the client lifts an opt-out on this
    contact; staff can lift only other suppressions, and a list lifts none. Raises ``InputError``.
    """
    contact = contact_of(client, channel)
    if contact is None:
        raise InputError(
            gettext("The client has no number or address for this channel."),
            gettext("Add a number or an email address to the client first."),
        )
    if not proof.source.strip():
        raise InputError(
            gettext("The proof of this consent names no source."),
            gettext("Name the form or the list."),
        )
    if given_at is not None and given_at > now:
        raise InputError(gettext("The consent date is in the future."), gettext("Check the date."))
    sharing = _lock_sharing(session, client, contact)
    why = barred(session, client.clinic_id, [contact]).get(contact)
    if why is not None:
        _lift(session, client, contact, why, proof.act)
    consents.add(session, [line(client, channel, proof, now, given_at, purpose=purpose)])
    if why is not None:
        consents.plan_again(session, sharing, channel, now)
    if channel is Channel.SMS and purpose is Purpose.CARE:
        welcome(session, people.clinic(session, client.clinic_id), [client], now)


def _lift(session: Session, client: Client, contact: str, why: Reason, act: Act) -> None:
    if act not in CLIENT_ACTS and (why is Reason.OPTED_OUT or act is Act.IMPORT):
        raise InputError(
            gettext("The client opted out, and only they can undo that."),
            gettext(
                "Ask them to text START to our number,"
                " or to choose messages again on their own page."
            ),
        )
    consents.lift(session, client.clinic_id, contact)


def withdraw(
    session: Session,
    client: Client,
    channel: Channel,
    *,
    source: str,
    now: datetime,
    act: Act = Act.DESK,
    recorded_by: str | None = None,
    network_address: str | None = None,
) -> None:
    """Record a client's opt-out from every purpose: from this transaction on nothing is handed off
    to this contact, and what was planned for it is cancelled. Repeating it changes nothing.

    The number or address itself is suppressed for the clinic, so nobody who shares it is messaged
    either (rulebook: 47 CFR 64.1200(a)(10); the stop binds the number).
    """
    contact = contact_of(client, channel)
    sharing = _lock_sharing(session, client, contact)
    proof = Proof(act, source, recorded_by=recorded_by, network_address=network_address)
    said = consents.latest(session, client.id)
    yes = {purpose for (by, purpose), given in said.items() if given and by is channel}
    unsaid = {Purpose.CARE} - {purpose for by, purpose in said if by is channel}
    consents.add(
        session,
        [
            line(client, channel, proof, now, given=False, purpose=purpose)
            for purpose in sorted(yes | unsaid)
        ],
    )
    if contact:
        consents.suppress(
            session, client.clinic_id, contact, Reason.OPTED_OUT, source=source, now=now
        )
    consents.cancel_planned(session, sharing, channel, now)


LINKS = {
    Channel.EMAIL: gettext_noop("unsubscribe link"),
    Channel.SMS: gettext_noop("stop link"),
}
"""Where an opt-out by a link is written down."""


def unsubscribe(
    session: Session, record_id: int, now: datetime, channel: Channel = Channel.EMAIL
) -> Client | None:
    """Withdraw from emails, or from texts, whoever this record of a client is now, and suppress the
    address or number that the link went to, if the record was merged since."""
    client = people.client(session, record_id)
    if client is None:
        return None
    source = LINKS[channel]
    written_to = contact_of(people.record(session, record_id), channel)
    withdraw(session, client, channel, source=source, now=now, act=Act.LINK)
    if written_to:
        consents.suppress(
            session, client.clinic_id, written_to, Reason.OPTED_OUT, source=source, now=now
        )
    return client


def contact_of(client: Client, channel: Channel) -> str | None:
    """Return a client's number or address."""
    return client.phone if channel is Channel.SMS else client.email


def barred(session: Session, clinic_id: int, contacts: Collection[str]) -> dict[str, Reason]:
    """Return which of these contacts this clinic must not message, and why, including those that
    are stored as hashes only.
    """
    consents.recall(session, clinic_id, contacts)
    found = consents.suppressions_of(session, contacts)
    return {contact: why for (clinic, contact), why in found.items() if clinic == clinic_id}


def line(
    client: Client,
    channel: Channel,
    proof: Proof,
    now: datetime,
    given_at: datetime | None = None,
    *,
    given: bool = True,
    purpose: Purpose = Purpose.CARE,
) -> Row:
    """Return a line for the ledger."""
    return (
        client.id,
        channel.value,
        purpose.value,
        given,
        given_at or now,
        proof.act.value,
        proof.source,
        contact_of(client, channel),
        proof.wording,
        proof.wording_version,
        proof.recorded_by,
        proof.network_address,
        now,
    )


def _lock_sharing(session: Session, client: Client, contact: str | None) -> set[int]:
    """Lock every client with this contact until the transaction ends, and return their ids."""
    sharing = people.clients_on(session, client.clinic_id, contact) if contact else []
    ids = {client.id, *(person.id for person in sharing)}
    delivery.lock_clients(session, ids)
    return ids
