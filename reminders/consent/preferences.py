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
from reminders.store.queries import consents, people, plans
from reminders.store.tables import Client
from reminders.wording.library import Library

PAUSE = timedelta(days=7)
SOURCE = "her own page"


@dataclass(frozen=True, slots=True)
class AgreedWording:
    """The exact words beside a box she ticked, and their version."""

    wording: str
    version: str


@dataclass(frozen=True, slots=True)
class Preferences:
    """What she wants; ``channels`` she does not name she is not written to by."""

    channels: frozenset[Channel]
    language: str
    hour: int | None
    discretion: Discretion


def choose(
    session: Session,
    library: Library,
    client: Client,
    choices: Preferences,
    agreed: Mapping[Channel, AgreedWording],
    now: datetime,
    *,
    network_address: str,
) -> None:
    """Do as she wishes from now on, and plan anew. What she newly ticks is a consent, with its
    words; what she unticks is taken back for her alone, while a stop binds the contact.
    """
    client.language, client.preferred_hour = choices.language, choices.hour
    client.discretion = choices.discretion
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


def pause(client: Client, now: datetime) -> None:
    """Send her no reminders for a week; each that outlasts it is decided about then."""
    client.paused_until = now + PAUSE


def resume(session: Session, client: Client) -> None:
    """End a pause, and look at what waited for it at once."""
    client.paused_until = None
    plans.wake(session, client.clinic_id, Reason.PAUSED, client.id)


def stop(session: Session, client: Client, now: datetime, *, network_address: str) -> None:
    """Take her no to everything, which binds her number and her address."""
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


def disown(session: Session, client: Client, now: datetime, *, network_address: str) -> None:
    """Leave whoever got her messages by mistake alone for good, and close the page to them."""
    for channel in Channel:
        ledger.withdraw(
            session,
            client,
            channel,
            source="wrong number, said on her page",
            now=now,
            act=Act.PAGE,
            network_address=network_address,
        )
    page_keys.take_back(client)


def _replan(session: Session, library: Library, client: Client, now: datetime) -> None:
    clinic = people.clinic(session, client.clinic_id)
    session.flush()
    replan_clients(session, library, clinic, {client.id: client}, now)
