"""Matching: which client and which treatment is meant, or that both are new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.enrolling.terms import Effect, Enrolled, Enrolment, keys
from reminders.rendering.library import Library
from reminders.rules.planning import timing
from reminders.store.queries import people
from reminders.store.tables import Client, Clinic, Treatment

CLOSEST_SESSIONS = timedelta(weeks=3)
"""Two sessions are never closer than this (clinics keep 3 to 8 weeks between them), so a day
nearer to a known one than that is the same session, moved."""


class Book:
    """A clinic's book, open at the clients and treatments that some enrolments may mean."""

    def __init__(
        self,
        session: Session,
        library: Library,
        clinic: Clinic,
        told: Sequence[Enrolment],
        now: datetime,
    ) -> None:
        """Read who may be meant, and hold those clients until the transaction ends."""
        self._session, self._library, self._clinic, self._now = session, library, clinic, now
        self._by_id: dict[int, Client] = {}
        self._by_key: dict[tuple[str, str], Client] = {}
        self._treatments: dict[int, list[Treatment]] = defaultdict(list)
        self._bookings: dict[str, Treatment] = {}
        self._days: dict[tuple[str, str], set[date]] = defaultdict(set)
        self._changed: set[int] = set()
        for enrolment in told:
            self._days[enrolment.identity].add(enrolment.treated_on)
        self._read(told)

    def _read(self, told: Sequence[Enrolment]) -> None:
        clients = people.clients_matching(
            self._session,
            self._clinic.id,
            contacts={contact for e in told for contact in (e.phone, e.email) if contact},
            external_ids={e.client_id for e in told if e.client_id},
            bookings={e.external_id for e in told if e.external_id},
        )
        self._by_id = {client.id: client for client in clients}
        for client in clients:
            self._know(client)
        for treatment in people.treatments_of(self._session, self._by_id):
            self._note(treatment)

    def _know(self, client: Client) -> None:
        for key in keys(client.external_id, client.phone, client.email, client.first_name):
            self._by_key.setdefault(key, client)

    def _note(self, treatment: Treatment) -> None:
        self._treatments[treatment.client_id].append(treatment)
        if treatment.external_id:
            self._bookings[treatment.external_id] = treatment

    def client(self, told: Enrolment) -> Client | None:
        """Return who is meant, brought up to date, or a new client; nobody is made for a
        treatment that will not take place.
        """
        booking = self._bookings.get(told.external_id or "")
        known = (self._by_key[key] for key in told.keys() if key in self._by_key)  # noqa: SIM118
        client = self._by_id[booking.client_id] if booking else next(known, None)
        if client is None and told.cancelled:
            return None
        if client is None:
            client = Client(
                clinic_id=self._clinic.id,
                first_name=told.first_name,
                created_at=self._now,
            )
            self._session.add(client)
        if _bring_up_to_date(client, told):
            self._changed.add(id(client))
        self._know(client)
        return client

    def treat(self, told: Enrolment, client: Client | None) -> Enrolled:
        """Find or make the treatment that is meant, and put it where it is now."""
        if client is None:
            return Enrolled(told, Effect.UNCHANGED)
        treatment = self._meant(told, client)
        if told.cancelled:
            return self._cancel(told, client, treatment)
        if treatment is None:
            return self._add(told, client)
        was = treatment.treated_on
        changed = self._place(treatment, told) or id(client) in self._changed
        effect = Effect.UPDATED if changed else Effect.UNCHANGED
        if was != treatment.treated_on:
            effect = Effect.MOVED
        return Enrolled(told, effect, client, treatment)

    def _meant(self, told: Enrolment, client: Client) -> Treatment | None:
        """Return the treatment of that booking, else of that day, else the one moved nearby."""
        if told.external_id in self._bookings:
            return self._bookings[told.external_id or ""]
        candidates = [
            treatment
            for treatment in self._treatments[client.id]
            if treatment.protocol == told.protocol
            and not (treatment.external_id and told.external_id)
        ]
        same_day = [t for t in candidates if t.treated_on == told.treated_on]
        if same_day:
            return same_day[0]
        return min(
            (t for t in candidates if self._moved(t, told)),
            key=lambda t: abs(t.treated_on - told.treated_on),
            default=None,
        )

    def _moved(self, treatment: Treatment, told: Enrolment) -> bool:
        """Say that this can only be the treatment told of, on another day."""
        return (
            treatment.cancelled_at is None
            and treatment.treated_on not in self._days[told.identity]
            and abs(treatment.treated_on - told.treated_on) < CLOSEST_SESSIONS
        )

    def _add(self, told: Enrolment, client: Client) -> Enrolled:
        treatment = Treatment(
            clinic_id=self._clinic.id,
            client_id=client.id,
            protocol=told.protocol,
            treated_on=told.treated_on,
            ends_at=self._now,
            created_at=self._now,
        )
        self._place(treatment, told)
        self._session.add(treatment)
        self._note(treatment)
        done = Enrolled(told, Effect.ADDED, client, treatment)
        ahead = sorted(t.treated_on for t in self._treatments[client.id] if self._is_ahead(t))
        if told.external_id is None and len(ahead) > 1 and self._is_ahead(treatment):
            days = " and ".join(f"{day:%d %B}" for day in ahead)
            done.remarks.append(
                f"There are treatments on {days} now; if one replaces another, cancel that one.",
            )
        return done

    def _is_ahead(self, treatment: Treatment) -> bool:
        return treatment.cancelled_at is None and treatment.ends_at > self._now

    def _place(self, treatment: Treatment, told: Enrolment) -> bool:
        """Write down when it is; say whether that changed anything."""
        length = self._library.protocols[told.protocol].usual_length
        zone = ZoneInfo(self._clinic.time_zone)
        when = timing(told.treated_on, told.starts, told.ends, length, zone)
        return _set(
            treatment,
            {
                "treated_on": told.treated_on,
                "starts": told.starts,
                "ends": told.ends,
                "ends_at": when.ends_at,
                "external_id": told.external_id or treatment.external_id,
                "cancelled_at": None,
            },
        )

    def _cancel(self, told: Enrolment, client: Client, treatment: Treatment | None) -> Enrolled:
        if treatment is None or treatment.cancelled_at is not None:
            return Enrolled(told, Effect.UNCHANGED, client, treatment)
        treatment.cancelled_at = self._now
        return Enrolled(told, Effect.CANCELLED, client, treatment)


def _bring_up_to_date(client: Client, told: Enrolment) -> bool:
    """Take over what was told; what was left out stays as it is."""
    news = {
        "first_name": told.first_name,
        "last_name": told.last_name,
        "phone": told.phone,
        "email": told.email,
        "language": told.language,
        "time_zone": told.time_zone,
        "external_id": told.client_id,
    }
    return _set(client, {name: value for name, value in news.items() if value})


def _set(row: Client | Treatment, wanted: Mapping[str, object]) -> bool:
    """Change what differs, and say whether anything did."""
    changes = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    for name, value in changes.items():
        setattr(row, name, value)
    return bool(changes)
