"""Match an enrolment to a known client and treatment, or create new ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.enrolment.terms import Effect, Enrolment, EnrolmentResult, matching_keys
from reminders.rules.planning import timing
from reminders.store.queries import merges, people
from reminders.store.tables import Client, Clinic, Treatment
from reminders.wording.library import Library

CLOSEST_SESSIONS = timedelta(weeks=3)
"""Two sessions are never closer than this (clinics keep 3 to 8 weeks between them), so a day
nearer to a known one than that is the same session, moved."""

Row = dict[str, Any]
"""A client or treatment still to be created."""

NewKey = tuple[int, str, date | str]


class ClientMatcher:
    """The known clients and treatments that some enrolments may refer to."""

    def __init__(
        self,
        session: Session,
        library: Library,
        clinic: Clinic,
        enrolments: Sequence[Enrolment],
        now: datetime,
    ) -> None:
        """Load the clients that may match, and lock them until the transaction ends."""
        self._session, self._library, self._clinic, self._now = session, library, clinic, now
        self._enrolments = enrolments
        self._days: dict[tuple[str, str], set[date]] = defaultdict(set)
        for enrolment in enrolments:
            self._days[enrolment.identity].add(enrolment.treated_on)
        clients = people.clients_matching(
            session,
            clinic.id,
            contacts={contact for e in enrolments for contact in (e.phone, e.email) if contact},
            external_ids={e.client_id for e in enrolments if e.client_id},
            bookings={e.external_id for e in enrolments if e.external_id},
        )
        self._by_id = {client.id: client for client in clients}
        self._records: dict[int, list[Client]] = defaultdict(list)
        for record in merges.merged_into(session, self._by_id):
            self._records[record.merged_into or 0].append(record)
        self._treatments: dict[int, list[Treatment]] = defaultdict(list)
        self._bookings: dict[str, Treatment] = {}
        for treatment in people.treatments_of(session, self._by_id):
            self._treatments[treatment.client_id].append(treatment)
            if treatment.external_id:
                self._bookings[treatment.external_id] = treatment
        self._changed: set[int] = set()
        self._new: dict[NewKey, Row] = {}

    def resolve(self) -> list[EnrolmentResult]:
        """Find or create the client and the treatment of every enrolment, in their order."""
        pairs = zip(self._enrolments, self._clients(), strict=True)
        done = [self._place_treatment(enrolment, client) for enrolment, client in pairs]
        made = people.add_treatments(self._session, list(self._new.values()))
        treatments = dict(zip(self._new, made, strict=True))
        for one in done:
            if one.effect is Effect.ADDED and one.client:
                one.treatment = treatments[_new_key(one.enrolment, one.client)]
        self._session.flush()
        return done

    def _clients(self) -> list[Client | None]:
        """Return the client of each enrolment, updated or created."""
        by_key: dict[tuple[str, str], Client | Row] = {}
        for client in self._by_id.values():
            for one in (client, *self._records[client.id]):
                for key in matching_keys(one.external_id, one.phone, one.email, one.first_name):
                    by_key.setdefault(key, client)
        new: list[Row] = []
        meant = [self._client(enrolment, by_key, new) for enrolment in self._enrolments]
        made = people.add_clients(self._session, new)
        by_row = {id(row): client for row, client in zip(new, made, strict=True)}
        return [by_row[id(who)] if isinstance(who, dict) else who for who in meant]

    def _client(
        self,
        enrolment: Enrolment,
        by_key: dict[tuple[str, str], Client | Row],
        new: list[Row],
    ) -> Client | Row | None:
        """Return the matching client; none is created for a treatment that will not take place."""
        booking = self._bookings.get(enrolment.external_id or "")
        own = enrolment.matching_keys()
        known = (by_key[key] for key in own if key in by_key)
        who = self._by_id[booking.client_id] if booking else next(known, None)
        news = _given_fields(enrolment)
        if isinstance(who, Client):
            if _update(who, _without(news, self._records[who.id])):
                self._changed.add(who.id)
        elif who is not None:
            who |= news
        elif enrolment.cancelled:
            return None
        else:
            who = {"clinic_id": self._clinic.id, "created_at": self._now, **_BLANK, **news}
            new.append(who)
        for key in own:
            by_key.setdefault(key, who)
        return who

    def _place_treatment(self, enrolment: Enrolment, client: Client | None) -> EnrolmentResult:
        """Find the matching treatment and update its time, or add it as new."""
        if client is None:
            return EnrolmentResult(enrolment, Effect.UNCHANGED)
        treatment = self._treatment_meant(enrolment, client)
        if enrolment.cancelled:
            return self._cancel(enrolment, client, treatment)
        if treatment is None:
            return self._add(enrolment, client)
        was = treatment.treated_on
        wanted = self._when(enrolment)
        wanted["external_id"] = enrolment.external_id or treatment.external_id
        changed = _update(treatment, wanted) or client.id in self._changed
        effect = Effect.UPDATED if changed else Effect.UNCHANGED
        if was != treatment.treated_on:
            effect = Effect.MOVED
        return EnrolmentResult(enrolment, effect, client, treatment)

    def _treatment_meant(self, enrolment: Enrolment, client: Client) -> Treatment | None:
        """Return the treatment of that booking, else of that day, else the one moved nearby."""
        if enrolment.external_id in self._bookings:
            return self._bookings[enrolment.external_id or ""]
        candidates = [
            treatment
            for treatment in self._treatments[client.id]
            if treatment.protocol == enrolment.protocol
            and not (treatment.external_id and enrolment.external_id)
        ]
        same_day = [t for t in candidates if t.treated_on == enrolment.treated_on]
        if same_day:
            return same_day[0]
        return min(
            (t for t in candidates if self._moved(t, enrolment)),
            key=lambda t: abs(t.treated_on - enrolment.treated_on),
            default=None,
        )

    def _moved(self, treatment: Treatment, enrolment: Enrolment) -> bool:
        """Say whether this must be the enrolment's treatment, moved to another day."""
        return (
            treatment.cancelled_at is None
            and treatment.treated_on not in self._days[enrolment.identity]
            and abs(treatment.treated_on - enrolment.treated_on) < CLOSEST_SESSIONS
        )

    def _add(self, enrolment: Enrolment, client: Client) -> EnrolmentResult:
        when = self._when(enrolment)
        self._new[_new_key(enrolment, client)] = {
            "clinic_id": self._clinic.id,
            "client_id": client.id,
            "protocol": enrolment.protocol,
            "created_at": self._now,
            **when,
        }
        done = EnrolmentResult(enrolment, Effect.ADDED, client)
        ahead = {t.treated_on for t in self._treatments[client.id] if self._is_ahead(t)}
        if ahead and enrolment.external_id is None and when["ends_at"] > self._now:
            days = " and ".join(f"{day:%d %B}" for day in sorted({*ahead, enrolment.treated_on}))
            done.remarks.append(
                f"There are treatments on {days} now; if one replaces another, cancel that one.",
            )
        return done

    def _is_ahead(self, treatment: Treatment) -> bool:
        return treatment.cancelled_at is None and treatment.ends_at > self._now

    def _when(self, enrolment: Enrolment) -> Row:
        length = self._library.protocols[enrolment.protocol].usual_length
        zone = ZoneInfo(self._clinic.time_zone)
        return {
            "treated_on": enrolment.treated_on,
            "starts": enrolment.starts,
            "ends": enrolment.ends,
            "ends_at": timing(
                enrolment.treated_on, enrolment.starts, enrolment.ends, length, zone
            ).ends_at,
            "external_id": enrolment.external_id,
            "cancelled_at": None,
        }

    def _cancel(
        self, enrolment: Enrolment, client: Client, treatment: Treatment | None
    ) -> EnrolmentResult:
        if treatment is None or treatment.cancelled_at is not None:
            return EnrolmentResult(enrolment, Effect.UNCHANGED, client, treatment)
        treatment.cancelled_at = self._now
        return EnrolmentResult(enrolment, Effect.CANCELLED, client, treatment)


def _new_key(enrolment: Enrolment, client: Client) -> NewKey:
    """Return the key by which two new enrolments are the same treatment."""
    return client.id, enrolment.protocol, enrolment.external_id or enrolment.treated_on


_BLANK: Row = {
    "last_name": "",
    **dict.fromkeys(("phone", "email", "time_zone", "external_id")),
}
"""Every row made together has the same columns."""


def _given_fields(enrolment: Enrolment) -> Row:
    """Return the client fields that an enrolment gives; missing ones stay as they are."""
    news = {
        "first_name": enrolment.first_name,
        "last_name": enrolment.last_name,
        "phone": enrolment.phone,
        "email": enrolment.email,
        "language": enrolment.language,
        "time_zone": enrolment.time_zone,
        "external_id": enrolment.client_id,
    }
    return {name: value for name, value in news.items() if value}


def _without(news: Row, records: Sequence[Client]) -> Row:
    """Return the news without what only repeats a record that was merged into the client's: staff
    have chosen what is kept."""
    return {
        name: value
        for name, value in news.items()
        if all(getattr(one, name) != value for one in records)
    }


def _update(row: Client | Treatment, wanted: Mapping[str, object]) -> bool:
    """Change what differs, and say whether anything did."""
    changes = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    for name, value in changes.items():
        setattr(row, name, value)
    return bool(changes)
