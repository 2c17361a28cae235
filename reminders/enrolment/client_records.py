"""Add or change a client by the clinic's own number for them, without a treatment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel.core import get_global
from sqlalchemy.orm import Session

from reminders.enrolment import message_actions
from reminders.enrolment.identification import ClientIndex, candidates
from reminders.enrolment.terms import Effect, Enrolment
from reminders.rules.contacts import read_email, read_name, read_phone
from reminders.rules.language_names import read_language
from reminders.rules.questions import NOBODY_ASKED, Doubt, about_person
from reminders.rules.sayings import Saying
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext, gettext_noop
from reminders.rules.zone_names import read_zone
from reminders.store.queries import delivery, desk, merges, people
from reminders.store.tables import Client, Clinic, Treatment
from reminders.wording.library import Library


@dataclass(frozen=True, slots=True)
class ClientDetails:
    """What a system says of a client, as it writes it; what is None stays as it is, an empty text
    takes a number or address away.
    """

    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    email: str | None = None
    language: str | None = None
    time_zone: str | None = None


@dataclass(frozen=True, slots=True)
class RecordResult:
    """What became of it; with a ``doubt`` nothing is changed before somebody says who is meant."""

    effect: Effect
    client: Client | None = None
    doubt: Doubt | None = None


def put(
    session: Session,
    library: Library,
    clinic: Clinic,
    own_id: str,
    said: ClientDetails,
    now: datetime,
    *,
    meant: int | None = None,
) -> RecordResult:
    """Add the client of this number, or change the one who has it; the plan follows.

    ``meant`` says who it is where that was in doubt: a client's id, or 0 for somebody new. Raises
    ``InputError``.
    """
    delivery.lock_contacts(session, [f"{clinic.id}:client:{own_id}"])
    wanted = _read(said, clinic)
    delivery.lock_contacts(session, [c for c in (wanted.get("phone"), wanted.get("email")) if c])
    told = _told(own_id, wanted, now, meant)
    known = {c.id: c for c in candidates(session, clinic, [told])}
    owner = desk.owner_of(session, clinic.id, own_id)
    if owner is not None and "first_name" not in wanted:
        return _change(session, library, owner, wanted, now)
    if not wanted.get("first_name"):
        raise InputError(
            "first_name: " + gettext("There is no first name."),
            gettext("Messages greet the client by it."),
        )
    found = _identify(session, known, told)
    if found.doubt is not None:
        return RecordResult(Effect.ASKED, doubt=found.doubt)
    if found.client_id is None or found.client_id <= 0:
        return _add(session, clinic, own_id, wanted, now, taken=owner is not None)
    client = known.get(found.client_id) or people.record(session, found.client_id)
    own = owner is not None and owner.id == client.id
    if not meant and not own and client.external_id is not None:
        return RecordResult(Effect.ASKED, doubt=_about_number(client, own_id))
    if owner is None:
        wanted["external_id"] = own_id
    names = {"first_name", "last_name"} if found.respelled and not own and meant is None else set()
    return _change(
        session, library, client, {n: v for n, v in wanted.items() if n not in names}, now
    )


def _identify(session: Session, known: dict[int, Client], told: Enrolment) -> Any:
    bookings: dict[int, list[Treatment]] = {}
    records: dict[int, list[Client]] = {}
    for one in merges.merged_into(session, known):
        records.setdefault(one.merged_into or 0, []).append(one)
    return ClientIndex(known.values(), bookings, records).identify(told, NOBODY_ASKED)


def _about_number(client: Client, own_id: str) -> Doubt:
    """Ask whether somebody who has another number of the clinic's is meant."""
    name = f"{client.first_name} {client.last_name}".strip()
    sentence = Saying(
        gettext_noop("%(name)s is %(known)s in your system. Is %(told)s the same person?"),
        name=name,
        known=client.external_id,
        told=own_id,
    )
    return about_person(own_id, sentence, {client.id: name})


def _told(own_id: str, wanted: dict[str, Any], now: datetime, meant: int | None) -> Enrolment:
    return Enrolment(
        first_name=wanted.get("first_name") or "",
        last_name=wanted.get("last_name") or "",
        protocol="",
        treated_on=now.date(),
        phone=wanted.get("phone"),
        email=wanted.get("email"),
        client_id=own_id,
        meant=meant,
    )


def _read(said: ClientDetails, clinic: Clinic) -> dict[str, Any]:
    """Read what was said, by the column it is for."""
    readers: dict[str, Any] = {
        "first_name": read_name,
        "last_name": read_name,
        "phone": lambda text: read_phone(text, clinic.country or None).number,
        "email": read_email,
        "language": read_language,
        "time_zone": lambda text: read_zone(text, get_global("windows_zone_mapping")),
    }
    found: dict[str, Any] = {}
    for name, read in readers.items():
        typed = getattr(said, name)
        if typed is None:
            continue
        try:
            found[name] = read(typed) if typed.strip() else _EMPTY[name]
        except InputError as error:
            raise InputError(f"{name}: {error.problem}", error.mend) from None
    return found


_EMPTY = {
    "first_name": "",
    "last_name": "",
    "phone": None,
    "email": None,
    "language": "en",
    "time_zone": None,
}


def _add(
    session: Session,
    clinic: Clinic,
    own_id: str,
    wanted: dict[str, Any],
    now: datetime,
    *,
    taken: bool,
) -> RecordResult:
    if taken:
        raise InputError(
            gettext("Another client already has this external ID."),
            gettext("Give the new client a different one."),
        )
    if not wanted.get("phone") and not wanted.get("email"):
        raise InputError(
            gettext("There is no phone number and no email address."),
            gettext("Add a phone number or an email address."),
        )
    row = _EMPTY | wanted | {"external_id": own_id, "clinic_id": clinic.id, "created_at": now}
    (client,) = people.add_clients(session, [row])
    return RecordResult(Effect.ADDED, client)


def _change(
    session: Session, library: Library, client: Client, wanted: dict[str, Any], now: datetime
) -> RecordResult:
    changed = {name: value for name, value in wanted.items() if getattr(client, name) != value}
    if not changed:
        return RecordResult(Effect.UNCHANGED, client)
    reach = {name: getattr(client, name) for name in ("phone", "email")} | wanted
    if not reach["phone"] and not reach["email"]:
        raise InputError(
            gettext("The client would have no phone number and no email address."),
            gettext("Keep one of them."),
        )
    for name, value in changed.items():
        setattr(client, name, value)
    message_actions.plan_again(session, library, client, now)
    return RecordResult(Effect.UPDATED, client)
