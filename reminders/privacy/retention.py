"""Export and erase a client's records, and purge what has been kept long enough."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.consent import ledger
from reminders.consent.ledger import Proof
from reminders.intake.imports import KEPT
from reminders.plans import page_keys
from reminders.privacy import open_questions
from reminders.rules.terms import Act, Discretion, InputError, Reason
from reminders.rules.translation import gettext, gettext_noop
from reminders.settings import Settings
from reminders.store import erasure_log
from reminders.store.queries import (
    api_keys,
    arrivals,
    audit,
    booking_sources,
    consents,
    delivery,
    endpoints,
    erasure,
    events,
    feeds,
    imports,
    join_requests,
    merges,
    people,
    questions,
    skin_answers,
)
from reminders.store.queries.erasure import of_client
from reminders.store.tables import Attempt, Client, OneOffMessage, Reply

ERASED = "(erased)"
"""What replaces a name."""

FORMS = timedelta(days=30)
"""How long a form of somebody who joined is kept; the consent itself is in the ledger."""

UNFINISHED = timedelta(days=3)
"""After so long a form whose contact was not verified is deleted."""

WAITING = timedelta(days=60)
"""How long a row of a list waits for an answer; by then its advice helps nobody."""

REPEATS = timedelta(days=1)
"""How long a repeated request of the API gets the answer of the first."""

CALENDAR = timedelta(days=60)
"""How long it is kept what became of an event of a calendar, after it began."""

EVENTS = timedelta(days=90)
"""How long the API's feed can be read back."""

TOLD = timedelta(days=30)
"""How long it is kept which events were told to whom."""

POSTS = timedelta(days=30)
"""How long the words of a booking system's post are kept, to be tried again."""

MARKS = timedelta(days=400)
"""How long it is known that a post came, and how new its word was."""

TOGETHER = 500

AT_TWILIO = "texts at Twilio"
"""How many Twilio is asked to forget."""

BY_RETENTION, BY_NOTE = gettext_noop("retention"), gettext_noop("note of the erasure")
ERASURE = gettext_noop("erased a client")
ERASED_ALREADY = gettext_noop("This client has already been erased.")


@dataclass(frozen=True, slots=True)
class RetentionPeriods:
    """How long what is kept; stops outlast all else, as hashes."""

    messages: timedelta
    replies: timedelta
    deliveries: timedelta
    consents: timedelta
    stops: timedelta

    @classmethod
    def of(cls, settings: Settings) -> RetentionPeriods:
        """Return those that are set."""
        names = [field.name for field in fields(cls)]
        return cls(**{n: timedelta(getattr(settings, f"keep_{n}_days")) for n in names})


def forget(
    session: Session, client: Client, now: datetime, *, by: str, asked: bool = True
) -> Counter[str]:
    """Erase a client, with every record merged into theirs: from this transaction on nothing can be
    read and nothing is sent. Consents, messages and replies remain as keyed hashes, for proof.
    Return the counts by kind; raises ``InputError`` where the client is erased already.

    Contacts that no other client has stay suppressed as hashes too: a list that names the client
    again brings no message, a new consent by the client does. Unless the erasure was ``asked`` for,
    only opt-outs are kept.
    """
    if client.erased_at is not None:
        raise InputError(gettext(ERASED_ALREADY), gettext("There is nothing more to do."))
    delivery.lock_clients(session, [client.id])
    merged = merges.merged_into(session, [client.id])
    contacts = erasure.contacts_of(session, client)
    done: Counter[str] = Counter()
    if asked:
        erasure_log.note(session, client)
        _end_consents(session, client, now, by)
    _keep_stops(session, client, contacts, now, asked=asked)
    unshared = _unshared(session, client, contacts)
    replies = of_client(Reply, client.id) | (
        col(Reply.client_id).is_(None) & col(Reply.contact).in_(unshared)
    )
    erasure.end_reminders(session, client.id, now)
    theirs = of_client(Attempt, client.id)
    done[AT_TWILIO] = erasure.redact(session, Attempt, theirs, now)
    done[AT_TWILIO] += erasure.redact(session, Reply, replies, now)
    done["messages"] = erasure.hash_messages(session, theirs, contacts=True)
    done["replies"] = erasure.hash_replies(session, replies)
    done["notes"] = erasure.empty_notes(session, of_client(OneOffMessage, client.id))
    done["consents"] = erasure.hash_ledger(session, client.id, now)
    done["waiting rows"] = open_questions.forget(session, client, contacts, unshared)
    done["booking posts"] = open_questions.forget_posts(session, client, contacts, unshared, now)
    _forget_beside(session, client, contacts)
    _clear_client(session, client, now)
    audit.record(session, client.clinic_id, by, ERASURE, Client, client.id, now)
    session.flush()
    for record in merged:
        done += forget(session, record, now, by=by, asked=asked)
    return done


def erase_again(session: Session, now: datetime) -> int:
    """Erase again the clients whom a restored, older database still holds although they had been
    erased; return how many.
    """
    found = erasure_log.noted(session)
    for client in found:
        if client.erased_at is None:  # not erased just now, with the client it was merged into
            forget(session, client, now, by=BY_NOTE)
    return len(found)


def _end_consents(session: Session, client: Client, now: datetime, by: str) -> None:
    """Record that the erasure ends every consent."""
    proof = Proof(Act.ERASURE, "erasure", recorded_by=by)
    said = consents.latest(session, client.id)
    ends = [
        ledger.line(client, channel, proof, now, given=False, purpose=purpose)
        for (channel, purpose), given in sorted(said.items())
        if given
    ]
    consents.add(session, ends)


def _unshared(session: Session, client: Client, contacts: set[str]) -> set[str]:
    """Return those contacts that belong to no other client of the clinic."""
    sharing = {c: people.known_by(session, client.clinic_id, c) for c in contacts}
    same = {client.id, client.merged_into}
    return {c for c, them in sharing.items() if not {one.id for one in them} - same}


def _keep_stops(
    session: Session, client: Client, contacts: set[str], now: datetime, *, asked: bool
) -> None:
    """Keep opt-outs, and contacts that must not be messaged any more, as hashes."""
    for contact in sorted(_unshared(session, client, contacts)):
        if asked and contact in {client.phone, client.email}:
            consents.suppress(
                session, client.clinic_id, contact, Reason.ERASED, source="erasure", now=now
            )
        erasure.hash_suppression(session, client.clinic_id, contact)


def _forget_beside(session: Session, client: Client, contacts: set[str]) -> None:
    """Forget a client where nothing is counted: lists, forms, answers of the API."""
    imports.forget_client(session, client.id)
    arrivals.forget_postponed(session, [client.id])
    join_requests.forget_client(session, client.id, contacts)
    api_keys.blank_answers(session, client.clinic_id)


def _clear_client(session: Session, client: Client, now: datetime) -> None:
    client.first_name, client.last_name, client.language = ERASED, "", "en"
    client.phone = client.email = client.time_zone = client.external_id = None
    client.preferred_hour = client.paused_until = client.both_channels = None
    client.discretion, client.erased_at = Discretion.PLAIN, now
    page_keys.revoke_key(client)
    skin_answers.forget_client(session, client.id, now)
    treatments = list(people.treatments_of(session, [client.id]))
    feeds.never_again(session, [one.external_id for one in treatments if one.external_id])
    for treatment in treatments:
        treatment.external_id = None


def export(session: Session, client: Client, now: datetime) -> dict[str, Any]:
    """Return everything that is stored about a client, by table, for the client or a program."""
    clinic = people.clinic(session, client.clinic_id)
    records = [client, *merges.merged_into(session, [client.id])]
    contacts = {contact for one in records for contact in (one.phone, one.email) if contact}
    return {
        "format": "aftercare-client-1",
        "exported_at": now,
        "clinic": clinic.name,
        **erasure.held(session, [one.id for one in records], contacts),
        "waiting_row": open_questions.held(session, client),
    }


def purge(session: Session, keep: RetentionPeriods, now: datetime) -> Counter[str]:
    """Delete what was kept for its full period; store the counts, and return them."""
    done: Counter[str] = Counter()
    old = now - keep.messages
    spoken = col(Attempt.handoff_at) < old
    done["messages' words"] = erasure.hash_messages(session, spoken, contacts=False)
    done["notes' words"] = erasure.empty_notes(session, col(OneOffMessage.written_at) < old)
    done["replies"] = erasure.hash_replies(session, col(Reply.received_at) < now - keep.replies)
    done["skin answers' notes"] = skin_answers.empty_notes(session, now - keep.replies)
    done["lists"] = imports.forget_cells(session, now - KEPT)
    done["waiting rows"] = questions.retire(session, now - WAITING)
    done["booking posts' words"] = booking_sources.blank_old(session, now - POSTS, now)
    done["booking posts"] = booking_sources.forget(session, now - MARKS)
    done["skin answers"] = skin_answers.forget(session, now - keep.deliveries)
    done["deliveries"] = erasure.delete_deliveries(session, now - keep.deliveries)
    retired = erasure.retired(session, now - keep.consents)
    for client in people.lock(session, retired):
        forget(session, client, now, by=BY_RETENTION, asked=False)
        skin_answers.forget_treatments(session, [client.id])
        erasure.delete_treatments(session, [client.id])
        done["clients"] += 1
    records = {record.id for record in merges.merged_into(session, retired)}
    due = {*retired, *records}
    done["consents"] = erasure.delete_ledger(session, due, now - keep.consents)
    done["stops"] = erasure.delete_stops(session, now - keep.stops)
    done["clients"] += _forget_unfinished(session, now)
    done["forms"] = join_requests.forget(session, now - FORMS)
    api_keys.forget_answers(session, now - REPEATS)
    feeds.retire(session, now - CALENDAR)
    done["event deliveries"] = endpoints.forget_deliveries(session, now - TOLD)
    done["events"] = events.forget_events(session, now - EVENTS, now)
    for what, number in done.items():
        if number:
            erasure.count(session, what, number, now)
    return Counter({what: number for what, number in done.items() if number})


def _forget_unfinished(session: Session, now: datetime) -> int:
    """Delete clients that only an unfinished form created."""
    waiting = join_requests.unfinished(session, now - UNFINISHED, TOGETHER)
    clients = people.lock(session, waiting)
    unfinished = [c for c in clients if c.erased_at is None and c.merged_into is None]
    for client in unfinished:
        forget(session, client, now, by=BY_RETENTION, asked=False)
    return len(unfinished)
