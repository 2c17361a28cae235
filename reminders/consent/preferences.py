"""Apply what clients choose on their own page: channels, hour, discretion, pause and opt-out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from reminders.consent import ledger
from reminders.consent.ledger import Proof
from reminders.plans import page_keys
from reminders.plans.reminder_plans import replan_clients
from reminders.rules.terms import Act, Channel, Discretion, Reason
from reminders.rules.translation import gettext_noop
from reminders.store.queries import consents, merges, people, plans
from reminders.store.tables import Client
from reminders.wording.library import Library

PAUSE = timedelta(days=7)
SOURCE = gettext_noop("the client's own page")


@dataclass(frozen=True, slots=True)
class AgreedWording:
    """The exact words beside a box the client ticked, and their version."""

    wording: str
    version: str


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a client chose; channels that are not in ``channels`` are switched off."""

    channels: frozenset[Channel]
    language: str
    hour: int | None
    discretion: Discretion
    both_channels: bool | None = None


def save_preferences(
    session: Session,
    library: Library,
    client: Client,
    choices: Preferences,
    agreed: Mapping[Channel, AgreedWording],
    now: datetime,
    *,
    network_address: str,
) -> None:
    """Apply a client's choices, and replan. A newly ticked channel is a consent with its words; an
    unticked one is withdrawn for this client alone, while an opt-out applies to the contact.
    """
    client.language, client.preferred_hour = choices.language, choices.hour
    client.discretion = choices.discretion
    client.both_channels = choices.both_channels
    said = consents.consents_of(session, [client.id])
    for channel in Channel:
        wants, has = channel in choices.channels, said.get((client.id, channel), False)
        if wants and not has:
            words = agreed[channel]
            proof = Proof(
                Act.PAGE, SOURCE, words.wording, words.version, network_address=network_address
            )
            ledger.record(session, client, channel, proof, now)
            consents.plan_again(session, [client.id], channel, now)
        elif has and not wants:
            proof = Proof(Act.PAGE, SOURCE, network_address=network_address)
            consents.add(session, [ledger.line(client, channel, proof, now, given=False)])
            consents.cancel_planned(session, [client.id], channel, now)
    _replan(session, library, client, now)


def change_language(
    session: Session, library: Library, client: Client, language: str, now: datetime
) -> None:
    """Write to a client in another language from now on, and show their pages in it."""
    client.language = language
    _replan(session, library, client, now)


def pause(client: Client, now: datetime) -> None:
    """Send the client no reminders for a week; those still useful afterwards are decided then."""
    client.paused_until = now + PAUSE


def resume(session: Session, client: Client) -> None:
    """End a pause, and decide at once about the reminders that waited for it."""
    client.paused_until = None
    plans.wake(session, client.clinic_id, Reason.PAUSED, client.id)


def stop(session: Session, client: Client, now: datetime, *, network_address: str) -> None:
    """Opt the client out of everything, which suppresses the phone number and the address."""
    for channel in Channel:
        ledger.withdraw(
            session,
            client,
            channel,
            source=SOURCE,
            now=now,
            act=Act.PAGE,
            network_address=network_address,
        )


def close_wrong_contact(
    session: Session, client: Client, now: datetime, *, network_address: str
) -> None:
    """Stop all messages that reach a wrong person, and revoke the page's address."""
    for channel in Channel:
        ledger.withdraw(
            session,
            client,
            channel,
            source=gettext_noop("wrong number, said on the client's page"),
            now=now,
            act=Act.PAGE,
            network_address=network_address,
        )
    for record_id in merges.records_of(session, client.id):
        page_keys.revoke_key(people.record(session, record_id))


def _replan(session: Session, library: Library, client: Client, now: datetime) -> None:
    clinic = people.clinic(session, client.clinic_id)
    session.flush()
    replan_clients(session, library, clinic, {client.id: client}, now)
