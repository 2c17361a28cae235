"""Booking sources: add one, keep its secrets sealed, and read what it sends as it was set up."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from reminders.rules import payloads
from reminders.rules.contacts import clean, read_name
from reminders.rules.payloads import acuity, calcom, calendly, generic, square
from reminders.rules.terms import Channel, InputError
from reminders.rules.told_bookings import ConsentQuestion, Notice, SourceKind, ToldBooking
from reminders.rules.translation import gettext, gettext_noop
from reminders.sealing import Sealing
from reminders.store.queries import booking_sources as queries
from reminders.store.queries.audit import record
from reminders.store.tables import BookingSource, Clinic

NAMES = {
    SourceKind.CALCOM: "Cal.com",
    SourceKind.CALENDLY: "Calendly",
    SourceKind.ACUITY: "Acuity",
    SourceKind.SQUARE: "Square",
    SourceKind.GENERIC: "Other",
}
"""What people call each kind. A vendor's bookings are known under it, as those of its lists are."""

FETCHED = frozenset({SourceKind.ACUITY, SourceKind.SQUARE})
"""Kinds that say only a number, or a booking without its client: the rest is asked for."""

SHORTEST_SECRET = 8

REMOVED = gettext_noop("The booking system was removed.")


@dataclass(frozen=True, slots=True)
class NewSource:
    """A source that was just added, and the secret that was made for it, to be shown once."""

    source: BookingSource
    secret: str


def token_hash(token: str) -> str:
    """Return what a source is found by; a token is random already, so a plain hash is enough."""
    return sha256(token.encode()).hexdigest()


def new_secret(kind: SourceKind) -> str:
    """Return a secret nobody can guess; as Standard Webhooks write it where that is spoken."""
    made = secrets.token_urlsafe(32)
    return f"whsec_{secrets.token_hex(24)}" if kind is SourceKind.GENERIC else made


def add(
    session: Session,
    clinic: Clinic,
    kind: SourceKind,
    name: str,
    sealing: Sealing,
    who: str,
    now: datetime,
) -> NewSource:
    """Add a source under a name of its own, with a secret where it is ours to choose. Raises
    ``InputError``.
    """
    called = read_name(name) if name.strip() else NAMES[kind]
    if any(one.name == called for one in queries.of_clinic(session, clinic.id)):
        raise InputError(
            gettext("“%(name)s” is already connected.", name=called),
            gettext("Choose another name."),
        )
    token = secrets.token_urlsafe(24)
    secret = new_secret(kind) if kind in {SourceKind.CALCOM, SourceKind.CALENDLY} else ""
    source = BookingSource(
        clinic_id=clinic.id,
        kind=kind,
        name=called,
        token_hash=token_hash(token),
        token=sealing.seal(token),
        secret=sealing.seal(secret) if secret else None,
        created_at=now,
        created_by=who,
    )
    session.add(source)
    session.flush()
    _note(session, source, who, gettext_noop("added a booking system"), now)
    return NewSource(source, secret)


def address(public_url: str, source: BookingSource, sealing: Sealing) -> str | None:
    """Return where a source posts to; None where the operator's key was changed since."""
    token = sealing.opened(source.token)
    return f"{public_url}/hooks/bookings/{source.kind}/{token}" if token else None


def renew_secret(
    session: Session, source: BookingSource, sealing: Sealing, who: str, now: datetime
) -> str:
    """Make a new secret, from now on the only one, and return it to be shown once."""
    secret = new_secret(source.kind)
    keep_secrets(session, source, secret, "", sealing, who, now)
    return secret


def keep_secrets(
    session: Session,
    source: BookingSource,
    secret: str,
    api_key: str,
    sealing: Sealing,
    who: str,
    now: datetime,
) -> None:
    """Keep what a vendor signs with and what we ask it with; what is left empty stays. Raises
    ``InputError``.
    """
    if source.kind is SourceKind.ACUITY and api_key:
        secret = api_key.partition(":")[2]  # Acuity signs with the key itself
    for pasted in filter(None, (secret, api_key)):
        if len(pasted) < SHORTEST_SECRET or not re.fullmatch(r"[!-~]+", pasted):
            raise InputError(
                gettext(
                    "This is not a complete key or secret: it is too short or contains spaces."
                ),
                gettext("Copy and paste all of it."),
            )
    source.secret = sealing.seal(secret) if secret else source.secret
    if api_key:
        source.api_key = sealing.seal(api_key)
        queries.wake(session, source.id, now)
    _note(session, source, who, gettext_noop("changed the secrets of a booking system"), now)


def choose_paths(
    session: Session, source: BookingSource, paths: Mapping[str, str], who: str, now: datetime
) -> None:
    """Remember which field of a source is what. Raises ``InputError``."""
    wanted = {name: path for name, path in paths.items() if name in generic.FIELDS and path}
    if "external_id" not in wanted:
        raise InputError(
            gettext("Choose a field for the booking number."),
            gettext("Without it, changes cannot be told from new bookings."),
        )
    if "treated_at" not in wanted:
        raise InputError(
            gettext("Choose a field for the start."), gettext("It holds the date and time.")
        )
    source.paths = json.dumps(wanted, ensure_ascii=False)
    _note(session, source, who, gettext_noop("matched the fields of a booking system"), now)


def choose_consent(
    session: Session,
    source: BookingSource,
    question: str,
    wording: str,
    channels: Sequence[str],
    who: str,
    now: datetime,
) -> None:
    """Remember the question whose yes is a consent; without a question none is. Raises
    ``InputError``.
    """
    asked: list[tuple[str, str, list[str]]] = []
    if question.strip():
        chosen = [str(channel) for channel in Channel if str(channel) in channels]
        if not chosen:
            raise InputError(
                gettext("Choose what “yes” means."), gettext("Select texts, emails or both.")
            )
        if not clean(wording):
            raise InputError(
                gettext("Enter the exact wording of the question."),
                gettext("Copy it from the booking form. It is kept as proof of each consent."),
            )
        asked = [(clean(question), clean(wording), chosen)]
    source.consents = json.dumps(asked, ensure_ascii=False)
    _note(
        session, source, who, gettext_noop("changed the consent question of a booking system"), now
    )


def remove(session: Session, source: BookingSource, who: str, now: datetime) -> None:
    """Let an address take nothing any more; repeating it changes nothing."""
    if source.removed_at is None:
        source.removed_at = now
        source.secret = source.api_key = None
        queries.let_go(session, source.id, REMOVED, now)
        _note(session, source, who, gettext_noop("removed a booking system"), now)


def _note(session: Session, source: BookingSource, who: str, what: str, now: datetime) -> None:
    record(session, source.clinic_id, who, what, BookingSource, source.id, now, source.name)


# --- reading as it was set up ---------------------------------------------------------------------


def numbers_of(source: BookingSource) -> str:
    """Return whose the numbers of its bookings are."""
    own = source.kind is SourceKind.GENERIC
    return f"source {source.id}" if own else NAMES[source.kind]


def paths_of(source: BookingSource) -> dict[str, str]:
    """Return which field is what, as somebody chose."""
    found: dict[str, str] = json.loads(source.paths or "{}")
    return found


def consents_of(source: BookingSource) -> tuple[ConsentQuestion, ...]:
    """Return which questions of its form are a consent."""
    kept = json.loads(source.consents or "[]")
    return tuple(ConsentQuestion(q, words, tuple(channels)) for q, words, channels in kept)


def read_body(source: BookingSource, body: str) -> Sequence[ToldBooking] | Notice:
    """Return what a body says, or which booking it names. Raises ``Unfit``, ``NotBooking``,
    ``InputError``.
    """
    if source.kind is SourceKind.ACUITY:
        return acuity.read_notice(body.encode())
    payload = payloads.parse(body.encode())
    if source.kind is SourceKind.SQUARE:
        return square.read_notice(payload)
    if source.kind is SourceKind.GENERIC:
        return [generic.read(payload, paths_of(source))]
    if source.kind is SourceKind.CALCOM:
        return calcom.read(payload)
    return calendly.read(payload)
