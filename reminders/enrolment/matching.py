"""Match an enrolment to a known client and treatment, or create new ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from reminders.enrolment.client_fields import (
    BLANK,
    Fields,
    differences,
    given_fields,
    naming_client,
    update,
    without,
    without_spelling,
)
from reminders.enrolment.identification import ClientIndex, Identified, candidates, tell_apart
from reminders.enrolment.terms import Effect, Enrolment, EnrolmentResult
from reminders.enrolment.treatment_fields import (
    cancelled_fields,
    known_fields,
    new_fields,
    times_of,
)
from reminders.rules.identity import Number, booking_number
from reminders.rules.questions import Answers
from reminders.rules.sayings import Saying
from reminders.rules.terms import Channel
from reminders.rules.translation import DayOfYear, gettext_noop
from reminders.store.queries import arrivals, consents, merges, people
from reminders.store.tables import Client, Clinic, Treatment
from reminders.wording.languages import usual_language
from reminders.wording.library import Library

CLOSEST_SESSIONS = timedelta(weeks=3)
"""Two sessions are never closer than this (clinics keep 3 to 8 weeks between them), so a day
nearer to a known one than that is the same session, moved."""

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
        answers: Answers,
        import_id: int | None = None,
    ) -> None:
        """Load the clients that may match, and lock them until the transaction ends. While the list
        ``import_id`` arrives, what it says of somebody known is postponed.
        """
        self._session, self._library, self._clinic, self._now = session, library, clinic, now
        self._enrolments, self._answers, self._import_id = enrolments, answers, import_id
        self._by_id = {c.id: c for c in candidates(session, clinic, enrolments)}
        self._records: dict[int, list[Client]] = defaultdict(list)
        for record in merges.merged_into(session, self._by_id):
            self._records[record.merged_into or 0].append(record)
        self._treatments: dict[int, list[Treatment]] = defaultdict(list)
        self._bookings: dict[Number, Treatment] = {}
        for treatment in people.treatments_of(session, self._by_id):
            self._treatments[treatment.client_id].append(treatment)
            if treatment.external_id:
                self._bookings[treatment.source, treatment.external_id] = treatment
        self._days: dict[int, set[date]] = defaultdict(set)
        self._changed: set[int] = set()
        self._postponed: set[int] = set()
        self._new: dict[NewKey, Fields] = {}

    def resolve(self) -> list[EnrolmentResult]:
        """Find or create the client and the treatment of every enrolment, in their order; who is
        in doubt is asked about, and nothing of theirs changes.
        """
        found = self._identify()
        for enrolment, one in zip(self._enrolments, found, strict=True):
            if one.client_id is not None and not enrolment.cancelled:
                self._days[one.client_id].add(enrolment.treated_on)
        self._show(found)
        self._postpone(found)
        clients = self._clients(found)
        tell_apart(self._session, self._clinic, zip(found, clients, strict=True), self._now)
        meant = list(zip(self._enrolments, found, clients, strict=True))
        done = [
            self._result(_own_booking(enrolment, one), one, client)
            for enrolment, one, client in meant
        ]
        made = people.add_treatments(self._session, list(self._new.values()))
        treatments = dict(zip(self._new, made, strict=True))
        for result, given in zip(done, self._enrolments, strict=True):
            if result.effect is Effect.ADDED and result.client:
                result.treatment = treatments[_new_key(result.enrolment, result.client)]
            result.enrolment = given
        self._session.flush()
        return done

    def _identify(self) -> list[Identified]:
        index = ClientIndex(
            self._by_id.values(), self._treatments, self._records, self._clinic.country
        )
        return [index.identify(enrolment, self._answers) for enrolment in self._enrolments]

    def _show(self, found: Sequence[Identified]) -> None:
        """Show whom another arriving list hides, since they are known from elsewhere, too."""
        lists = set(arrivals.arriving(self._session)) - {self._import_id}
        meant = {one.client_id for one in found if one.client_id in self._by_id}
        if lists and meant:
            arrivals.show_clients(self._session, [n for n in meant if n], lists)

    def _postpone(self, found: Sequence[Identified]) -> None:
        """While a list arrives, postpone all that it says of somebody known who would change."""
        if self._import_id is None:
            return
        known = {n for one in found if (n := one.client_id) in self._by_id and n is not None}
        said = consents.consents_of(self._session, known)
        for enrolment, one in zip(self._enrolments, found, strict=True):
            client = self._by_id.get(one.client_id or 0)
            if client is not None and self._would_change(enrolment, one, client, said):
                self._postponed.add(client.id)

    def _would_change(
        self,
        enrolment: Enrolment,
        one: Identified,
        client: Client,
        said: Mapping[tuple[int, Channel], bool],
    ) -> bool:
        """Say whether anybody would see a client, or a treatment of theirs, otherwise than before;
        a welcome is seen, too.
        """
        if client.import_id == self._import_id:
            return False
        if client.phone and client.welcomed_at is None:
            return True
        if differences(client, self._given(enrolment, one)):
            return True
        if any(said.get((client.id, a.channel)) != a.given for a in enrolment.consents):
            return True
        own = _own_booking(enrolment, one)
        treatment = self._treatment_meant(own, client)
        if treatment is None:
            same = (own.protocol, own.treated_on)
            return any((t.protocol, t.treated_on) == same for t in self._treatments[client.id])
        return own.cancelled or bool(differences(treatment, self._when_of(own, treatment)))

    def _given(self, enrolment: Enrolment, one: Identified) -> Fields:
        """Return what an enrolment tells of its client, but for what staff decided otherwise."""
        number = one.client_id or 0
        given = without(given_fields(enrolment), self._records[number])
        known = self._by_id.get(number)
        return without_spelling(given, known) if known is not None and one.respelled else given

    def _clients(self, found: Sequence[Identified]) -> list[Client | None]:
        """Return the client of each enrolment, updated or created."""
        new: dict[int, Fields] = {}
        owners = {c.external_id: number for number, c in self._by_id.items()}
        for enrolment, one in zip(self._enrolments, found, strict=True):
            if one.client_id is None or one.client_id in self._postponed:
                continue
            given = self._given(enrolment, one)
            if owners.setdefault(given.get("external_id"), one.client_id) != one.client_id:
                given.pop("external_id", None)  # another's, and a person has said so
            known = self._by_id.get(one.client_id)
            if one.client_id < 0:
                new[one.client_id] = new.get(one.client_id, self._blank()) | given
            elif known is not None and update(known, given):
                self._changed.add(one.client_id)
        made = people.add_clients(self._session, list(new.values()))
        by_number = {**self._by_id, **dict(zip(new, made, strict=True))}
        return [None if one.client_id is None else by_number[one.client_id] for one in found]

    def _blank(self) -> Fields:
        of = {"clinic_id": self._clinic.id, "created_at": self._now, "import_id": self._import_id}
        return of | BLANK | {"language": usual_language(self._clinic.country)}

    def _result(
        self, enrolment: Enrolment, found: Identified, client: Client | None
    ) -> EnrolmentResult:
        if found.doubt is not None:
            return EnrolmentResult(enrolment, Effect.ASKED, doubt=found.doubt)
        if found.client_id in self._postponed:
            later = naming_client(enrolment, client, respelled=found.respelled) if client else None
            return EnrolmentResult(enrolment, Effect.POSTPONED, client, later=later)
        return self._place_treatment(enrolment, client)

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
        wanted = self._when_of(enrolment, treatment)
        changed = update(treatment, wanted) or client.id in self._changed
        effect = Effect.UPDATED if changed else Effect.UNCHANGED
        if was != treatment.treated_on:
            effect = Effect.MOVED
        return EnrolmentResult(enrolment, effect, client, treatment)

    def _treatment_meant(self, enrolment: Enrolment, client: Client) -> Treatment | None:
        """Return the treatment of that booking, else of that day, else the one moved nearby; what
        does not take place is never taken for one on another day.
        """
        if enrolment.booking in self._bookings:
            return self._bookings[enrolment.booking]
        candidates = [
            treatment
            for treatment in self._treatments[client.id]
            if treatment.protocol == enrolment.protocol
            and not _is_another_booking(treatment, enrolment)
        ]
        same_day = [t for t in candidates if t.treated_on == enrolment.treated_on]
        if same_day or enrolment.cancelled:
            return next(iter(same_day), None)
        return min(
            (t for t in candidates if self._moved(t, enrolment)),
            key=lambda t: abs(t.treated_on - enrolment.treated_on),
            default=None,
        )

    def _moved(self, treatment: Treatment, enrolment: Enrolment) -> bool:
        """Say whether this must be the enrolment's treatment, moved to another day."""
        return (
            treatment.cancelled_at is None
            and treatment.treated_on not in self._days[treatment.client_id]
            and abs(treatment.treated_on - enrolment.treated_on) < CLOSEST_SESSIONS
        )

    def _add(self, enrolment: Enrolment, client: Client) -> EnrolmentResult:
        when = times_of(enrolment, self._library, self._clinic)
        self._new[_new_key(enrolment, client)] = {
            "clinic_id": self._clinic.id,
            "client_id": client.id,
            "protocol": enrolment.protocol,
            "created_at": self._now,
            "import_id": self._import_id,
            **new_fields(enrolment, when, self._clinic, self._now),
        }
        done = EnrolmentResult(enrolment, Effect.ADDED, client)
        ahead = {t.treated_on for t in self._treatments[client.id] if self._is_ahead(t)}
        if ahead and enrolment.external_id is None and when.ends_at > self._now:
            done.remarks.append(_several_days(sorted({*ahead, enrolment.treated_on})))
        return done

    def _is_ahead(self, treatment: Treatment) -> bool:
        return treatment.cancelled_at is None and treatment.ends_at > self._now

    def _when_of(self, enrolment: Enrolment, treatment: Treatment) -> Fields:
        when = times_of(enrolment, self._library, self._clinic)
        return known_fields(enrolment, when, treatment, self._now)

    def _cancel(
        self, enrolment: Enrolment, client: Client, treatment: Treatment | None
    ) -> EnrolmentResult:
        if treatment is None or treatment.cancelled_at is not None:
            return EnrolmentResult(enrolment, Effect.UNCHANGED, client, treatment)
        update(treatment, cancelled_fields(enrolment, treatment, self._now))
        return EnrolmentResult(enrolment, Effect.CANCELLED, client, treatment)


def _several_days(days: Sequence[date]) -> str:
    *others, last = map(DayOfYear.of, days)
    sentence = gettext_noop(
        "The client now has treatments on %(days)s and %(last)s."
        " If one replaces another, cancel the other one."
    )
    return Saying(sentence, days=others, last=last)


def _new_key(enrolment: Enrolment, client: Client) -> NewKey:
    """Return the key by which two new enrolments are the same treatment."""
    return client.id, enrolment.protocol, enrolment.external_id or enrolment.treated_on


def _is_another_booking(treatment: Treatment, enrolment: Enrolment) -> bool:
    """Say whether one system gave both a number, and not the same."""
    one, two = booking_number(treatment.external_id), booking_number(enrolment.external_id)
    return bool(one and two) and one != two and treatment.source == enrolment.source


def _own_booking(enrolment: Enrolment, found: Identified) -> Enrolment:
    """Leave away a booking's number that a person said is another client's."""
    return replace(enrolment, external_id=None) if found.another_booking else enrolment
