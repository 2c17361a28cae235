"""Enrolment: treatments as a clinic tells us of them, one or ten thousand, found or made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlmodel import Session

from reminders.enrolling import consent
from reminders.enrolling.plans import replan_clients
from reminders.rendering.library import Library
from reminders.rules.planning import Replan, timing
from reminders.rules.terms import Channel
from reminders.store.queries import delivery, people, standing
from reminders.store.tables import Client, Clinic, Consent, Treatment

CLOSEST_SESSIONS = timedelta(weeks=3)
"""Two sessions are never closer than this (clinics keep 3 to 8 weeks between them), so a date
nearer to a known one than that is the same session, moved."""

TOGETHER = 1000
"""How many enrolments are matched and planned with one set of questions."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a client said about a channel: when (UTC), and where that is written down."""

    channel: Channel
    given: bool
    given_at: datetime
    source: str
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One treatment of one client, as told to us; contacts are normalised already."""

    first_name: str
    protocol: str
    treated_on: date
    last_name: str = ""
    starts: time | None = None
    ends: time | None = None
    phone: str | None = None
    email: str | None = None
    language: str = "en"
    time_zone: str | None = None
    external_id: str | None = None
    client_id: str | None = None
    cancelled: bool = False
    said: tuple[Said, ...] = ()

    @property
    def identity(self) -> tuple[str, ...]:
        """Return what sorts the enrolments of one person together."""
        contact = self.client_id or self.phone or self.email or ""
        return contact, people.name_key(self.first_name)


class Effect(StrEnum):
    """What an enrolment did."""

    ADDED = "added"
    MOVED = "moved"
    UPDATED = "updated"
    CANCELLED = "cancelled"
    UNCHANGED = "unchanged"


@dataclass(slots=True)
class Enrolled:
    """What became of one enrolment."""

    enrolment: Enrolment
    effect: Effect
    client: Client
    treatment: Treatment | None
    remarks: list[str] = field(default_factory=list)
    change: Replan | None = None


def enrol(
    session: Session,
    library: Library,
    clinic: Clinic,
    enrolments: Sequence[Enrolment],
    now: datetime,
    progress: Callable[[int], None] = lambda _: None,
) -> list[Enrolled]:
    """Take treatments in: find or make each client and treatment, note what she said about
    messages, and plan. Taking the same in twice changes nothing.

    ``enrolments`` is everything the clinic tells us at once; a treatment we know that is not
    in it stays as it is. Runs in the caller's transaction: all of it, or none.
    """
    done: list[Enrolled] = []
    for batch in _batches(enrolments):
        done += _enrol_batch(session, library, clinic, batch, now)
        progress(len(batch))
    return done


def _batches(enrolments: Sequence[Enrolment]) -> Iterator[list[Enrolment]]:
    """Group enrolments so that those of one person stay together."""
    batch: list[Enrolment] = []
    for _, same in groupby(sorted(enrolments, key=lambda e: e.identity), key=lambda e: e.identity):
        batch += same
        if len(batch) >= TOGETHER:
            yield batch
            batch = []
    if batch:
        yield batch


def _enrol_batch(
    session: Session,
    library: Library,
    clinic: Clinic,
    batch: list[Enrolment],
    now: datetime,
) -> list[Enrolled]:
    book = _Book(session, clinic, batch, now)
    clients = [book.client(enrolment) for enrolment in batch]
    session.flush()
    done = [book.treat(library, *pair) for pair in zip(batch, clients, strict=True)]
    session.flush()
    _record_said(session, done, now)
    touched = {
        done_one.client.id: done_one.client for done_one in done if _plan_may_change(done_one)
    }
    changes = replan_clients(session, library, clinic, list(touched.values()), now)
    for one in done:
        one.change = changes.get(one.treatment.id or 0) if one.treatment else None
    return done


def _plan_may_change(done: Enrolled) -> bool:
    return done.effect is not Effect.UNCHANGED or bool(done.enrolment.said)


class _Book:
    """The clients and treatments that a batch may mean, and those it makes."""

    def __init__(
        self, session: Session, clinic: Clinic, batch: list[Enrolment], now: datetime
    ) -> None:
        assert clinic.id is not None
        self._session, self._clinic, self._clinic_id, self._now = session, clinic, clinic.id, now
        self._clients: dict[tuple[str, str], Client] = {}
        self._treatments: dict[int, list[Treatment]] = defaultdict(list)
        self._bookings: dict[str, Treatment] = {}
        self._by_id: dict[int, Client] = {}
        self._told: dict[tuple[str, ...], set[date]] = defaultdict(set)
        self._changed: set[int] = set()
        known = people.clients_matching(
            session,
            clinic.id,
            contacts={c for e in batch for c in (e.phone, e.email) if c},
            external_ids={e.client_id for e in batch if e.client_id},
            bookings={e.external_id for e in batch if e.external_id},
        )
        for client in known:
            self._know(client)
        for treatment in people.treatments_of(session, self._by_id):
            self._note(treatment)
        for enrolment in batch:
            self._told[enrolment.identity].add(enrolment.treated_on)

    def _know(self, client: Client) -> None:
        if client.id is not None:
            self._by_id[client.id] = client
        for key in _keys(client.external_id, client.phone, client.email, client.first_name):
            self._clients.setdefault(key, client)

    def _note(self, treatment: Treatment) -> None:
        self._treatments[treatment.client_id].append(treatment)
        if treatment.external_id:
            self._bookings[treatment.external_id] = treatment

    def client(self, enrolment: Enrolment) -> Client:
        """Return whom an enrolment means, brought up to date, or a new client."""
        e = enrolment
        booking = self._bookings.get(e.external_id or "")
        keys = _keys(e.client_id, e.phone, e.email, e.first_name)
        found = self._by_id[booking.client_id] if booking else None
        found = found or next((self._clients[key] for key in keys if key in self._clients), None)
        if found is None:
            found = Client(clinic_id=self._clinic_id, first_name=e.first_name, created_at=self._now)
            self._session.add(found)
        if _bring_up_to_date(found, e) and found.id is not None:
            self._changed.add(found.id)
        self._know(found)
        return found

    def treat(self, library: Library, enrolment: Enrolment, client: Client) -> Enrolled:
        """Find or make the treatment an enrolment tells of."""
        assert client.id is not None
        treatment = self._treatment(enrolment, client.id)
        if enrolment.cancelled:
            return self._cancel(enrolment, client, treatment)
        if treatment is None:
            return self._add(library, enrolment, client)
        was = treatment.treated_on
        changed = self._place(library, treatment, enrolment)
        changed |= client.id in self._changed
        effect = Effect.UPDATED if changed else Effect.UNCHANGED
        return Enrolled(
            enrolment, Effect.MOVED if was != treatment.treated_on else effect, client, treatment
        )

    def _treatment(self, enrolment: Enrolment, client_id: int) -> Treatment | None:
        """Return the treatment that is meant: by its booking, its day, or as moved nearby."""
        if enrolment.external_id in self._bookings:
            return self._bookings[enrolment.external_id or ""]
        hers = [t for t in self._treatments[client_id] if t.protocol == enrolment.protocol]
        open_to = [t for t in hers if not (t.external_id and enrolment.external_id)]
        same_day = [t for t in open_to if t.treated_on == enrolment.treated_on]
        if same_day:
            return same_day[0]
        told = self._told[enrolment.identity]
        moved = [
            t
            for t in open_to
            if t.treated_on not in told
            and t.cancelled_at is None
            and abs(t.treated_on - enrolment.treated_on) < CLOSEST_SESSIONS
        ]
        return min(moved, key=lambda t: abs(t.treated_on - enrolment.treated_on), default=None)

    def _add(self, library: Library, enrolment: Enrolment, client: Client) -> Enrolled:
        assert client.id is not None
        treatment = Treatment(
            clinic_id=self._clinic_id,
            client_id=client.id,
            protocol=enrolment.protocol,
            treated_on=enrolment.treated_on,
            ends_at=self._now,
            created_at=self._now,
        )
        self._place(library, treatment, enrolment)
        self._session.add(treatment)
        self._note(treatment)
        done = Enrolled(enrolment, Effect.ADDED, client, treatment)
        ahead = [t for t in self._treatments[client.id] if _is_ahead(t, self._now)]
        if enrolment.external_id is None and len(ahead) > 1 and treatment in ahead:
            days = " and ".join(
                f"{t.treated_on:%d %B}" for t in sorted(ahead, key=lambda t: t.treated_on)
            )
            done.remarks.append(
                f"now has treatments on {days}; if one replaces another, cancel that one"
            )
        return done

    def _place(self, library: Library, treatment: Treatment, enrolment: Enrolment) -> bool:
        """Write down when it is; say whether that changed anything."""
        length = library.protocols[enrolment.protocol].usual_length
        zone = ZoneInfo(self._clinic.time_zone)
        when = timing(enrolment.treated_on, enrolment.starts, enrolment.ends, length, zone)
        wanted = {
            "treated_on": enrolment.treated_on,
            "starts": enrolment.starts,
            "ends": enrolment.ends,
            "ends_at": when.ends_at,
            "external_id": enrolment.external_id or treatment.external_id,
            "cancelled_at": None,
        }
        return _set(treatment, wanted)

    def _cancel(
        self, enrolment: Enrolment, client: Client, treatment: Treatment | None
    ) -> Enrolled:
        if treatment is None or treatment.cancelled_at is not None:
            return Enrolled(enrolment, Effect.UNCHANGED, client, treatment)
        treatment.cancelled_at = self._now
        return Enrolled(enrolment, Effect.CANCELLED, client, treatment)


def _keys(
    external_id: str | None,
    phone: str | None,
    email: str | None,
    first_name: str,
) -> list[tuple[str, str]]:
    """Return what a client is known by: the clinic's own id, or a contact with her name,
    since several people may share a phone.
    """
    name = people.name_key(first_name)
    own = [(external_id, "")] if external_id else []
    return own + [(contact, name) for contact in (phone, email) if contact]


def _bring_up_to_date(client: Client, enrolment: Enrolment) -> bool:
    told = {
        "first_name": enrolment.first_name,
        "last_name": enrolment.last_name,
        "phone": enrolment.phone,
        "email": enrolment.email,
        "language": enrolment.language,
        "time_zone": enrolment.time_zone,
        "external_id": enrolment.client_id,
    }
    return _set(client, {name: value for name, value in told.items() if value})


def _set(row: Client | Treatment, wanted: dict[str, object]) -> bool:
    """Change what differs, and say whether anything did."""
    changes = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    for name, value in changes.items():
        setattr(row, name, value)
    return bool(changes)


def _is_ahead(treatment: Treatment, now: datetime) -> bool:
    return treatment.cancelled_at is None and treatment.ends_at > now


def _record_said(session: Session, done: Collection[Enrolled], now: datetime) -> None:
    """Add what is new to the consent ledger; nothing told later revives an earlier no."""
    known = standing.consents_of(session, {one.client.id for one in done if one.client.id})
    lines: list[Consent] = []
    for one in done:
        assert one.client.id is not None
        for said in one.enrolment.said:
            key = (one.client.id, said.channel)
            before = known.get(key)
            if said.stop and before is not False:
                consent.withdraw(session, one.client, said.channel, source=said.source, now=now)
            elif before is None or (before and not said.given):
                lines.append(_line(one.client.id, said, now))
                one.effect = Effect.UPDATED if one.effect is Effect.UNCHANGED else one.effect
            elif said.given and not before:
                one.remarks.append(f"said no to {said.channel} before; a list cannot undo that")
            known[key] = said.given and before is not False
    people.add_consents(session, lines)


def _line(client_id: int, said: Said, now: datetime) -> Consent:
    return Consent(
        client_id=client_id,
        channel=said.channel,
        given=said.given,
        given_at=said.given_at,
        source=said.source,
        recorded_at=now,
    )


def reschedule(
    session: Session,
    library: Library,
    treatment: Treatment,
    treated_on: date,
    starts: time | None,
    ends: time | None,
    now: datetime,
) -> Replan:
    """Move a treatment and its plan in one go, and return what that changes."""
    clinic = people.clinic(session, treatment.clinic_id)
    length = library.protocols[treatment.protocol].usual_length
    when = timing(treated_on, starts, ends, length, ZoneInfo(clinic.time_zone))
    treatment.treated_on, treatment.starts, treatment.ends = treated_on, starts, ends
    treatment.ends_at = when.ends_at
    return _replan_one(session, library, clinic, treatment, now)


def cancel(session: Session, library: Library, treatment: Treatment, now: datetime) -> Replan:
    """Cancel a treatment; what has not left is cancelled with it."""
    treatment.cancelled_at = treatment.cancelled_at or now
    clinic = people.clinic(session, treatment.clinic_id)
    return _replan_one(session, library, clinic, treatment, now)


def _replan_one(
    session: Session,
    library: Library,
    clinic: Clinic,
    treatment: Treatment,
    now: datetime,
) -> Replan:
    delivery.lock_clients(session, [treatment.client_id])
    client = people.client(session, treatment.client_id)
    assert client is not None
    assert treatment.id is not None
    session.add(treatment)
    session.flush()
    return replan_clients(session, library, clinic, [client], now)[treatment.id]
