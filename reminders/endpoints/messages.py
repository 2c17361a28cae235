"""Put together what an endpoint is told of an event: the body, its signature, and its sentence."""

from __future__ import annotations

import hmac
import tomllib
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from standardwebhooks import Webhook

from reminders.rules.events import EventKind
from reminders.shapes.endpoints import EventMessage, EventSubject
from reminders.store.queries import endpoints as queries
from reminders.store.queries import people
from reminders.store.queries.common import hash_key
from reminders.store.queries.consents import HASHED
from reminders.store.tables import Clinic, Endpoint, Event, EventDelivery
from reminders.wording.library import Library

WITH_WORDS = frozenset({EventKind.REPLY_RECEIVED, EventKind.REPLY_ALARM})


@dataclass(frozen=True, slots=True)
class Post:
    """What is posted, where to."""

    address: str
    headers: dict[str, str]
    body: str


def message_id(session: Session, event: Event) -> str:
    """Return what a message is known by, the same whenever it is told: a keyed hash, since after a
    database was restored another event may have the number of one that was told.
    """
    at = event.happened_at.timestamp() if event.happened_at else 0
    said = f"told.{event.clinic_id}.{event.place}.{event.kind}.{event.row_id}.{at}"
    digest = hmac.digest(hash_key(session), said.encode(), sha256)
    return f"evt_{digest.hex()[:32]}"


def bodies(
    session: Session,
    library: Library,
    endpoint: Endpoint,
    told: list[EventDelivery],
    desk: str,
) -> list[str]:
    """Return the bodies of messages, by what is so now: words of somebody who was erased meanwhile
    are not told.
    """
    clinic = people.clinic(session, endpoint.clinic_id)
    sentences = tomllib.loads(library.page("events.toml"))
    ids = [one.row_id for one in told if one.kind in WITH_WORDS and one.row_id is not None]
    words = queries.words_of(session, clinic.id, ids) if endpoint.tells_words else {}
    return [_body(one, clinic, sentences[one.kind], words, desk) for one in told]


def _body(
    one: EventDelivery, clinic: Clinic, sentence: str, words: dict[int, str], desk: str
) -> str:
    said = words.get(one.row_id or 0) if one.kind in WITH_WORDS else None
    readable = said is not None and not said.startswith(HASHED)
    message = EventMessage(
        type=one.kind,
        timestamp=one.happened_at.astimezone(ZoneInfo(clinic.time_zone)),
        text=sentence.format(clinic=clinic.name, desk=desk, client=one.client_id),
        data=EventSubject(
            place=one.place,
            client=one.client_id,
            id=one.row_id,
            words=said if readable else None,
        ),
    )
    return message.model_dump_json()


def signed(address: str, secret: str, number: str, body: str, now: datetime) -> Post:
    """Return a message signed by Standard Webhooks at this moment (UTC)."""
    headers = {
        "Content-Type": "application/json",
        "webhook-id": number,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(number, now, body),
    }
    return Post(address, headers, body)
