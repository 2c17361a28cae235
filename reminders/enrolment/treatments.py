"""Enrol, move and cancel treatments, each with its reminders in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.consent import ledger
from reminders.enrolment.client_fields import update
from reminders.enrolment.matching import ClientMatcher
from reminders.enrolment.terms import Effect, Enrolment, EnrolmentResult
from reminders.enrolment.treatment_fields import attendance_fields, attendance_of
from reminders.plans.reminder_plans import replan_clients
from reminders.rules.planning import Replan, timing
from reminders.rules.questions import NOBODY_ASKED, Answers
from reminders.rules.terms import Act, Channel
from reminders.rules.translation import gettext, gettext_noop
from reminders.rules.visits import ToldBy, Word, moved, told
from reminders.store.queries import consents, people, plans
from reminders.store.queries.common import Row
from reminders.store.tables import Client, Clinic, Treatment
from reminders.wording.library import Library

OPTED_OUT = {
    Channel.SMS: gettext_noop("The client has opted out of texts."),
    Channel.EMAIL: gettext_noop("The client has opted out of emails."),
}

WHO_CAN = {
    True: gettext_noop("An import cannot change this."),
    False: gettext_noop("Only the client can change this, by texting START or on their own page."),
}
"""Who may take a no back, by whether a list says so."""

_LATER = Effect.POSTPONED

WAKING = {Word.CAME, Word.ENDED}
"""Words that aftercare may wait for."""

TOGETHER = 1000
"""How many enrolments are matched and planned with one set of questions."""


def enrol(
    session: Session,
    library: Library,
    clinic: Clinic,
    enrolments: Sequence[Enrolment],
    now: datetime,
    progress: Callable[[int], None] = lambda _: None,
    answers: Answers = NOBODY_ASKED,
    import_id: int | None = None,
) -> list[EnrolmentResult]:
    """Enrol treatments: find or create each client and treatment, record consents, and plan.
    Enrolling the same twice changes nothing.

    ``enrolments`` is everything the clinic tells us at once; what it does not mention stays as it
    is. ``answers`` say who was meant by what was in doubt before. Runs in the caller's transaction:
    all of it, or none. What the list ``import_id`` brings is hidden while it arrives, and what it says
    of somebody known is postponed.
    """
    done: list[EnrolmentResult] = []
    for batch in batches(enrolments, lambda: TOGETHER):
        done += _enrol_batch(session, library, clinic, batch, now, answers, import_id)
        progress(len(batch))
    return done


def batches(enrolments: Sequence[Enrolment], size: Callable[[], int]) -> Iterator[list[Enrolment]]:
    """Group enrolments so that those of one person stay together."""
    batch: list[Enrolment] = []
    for _, same in groupby(sorted(enrolments, key=lambda e: e.identity), key=lambda e: e.identity):
        batch += same
        if len(batch) >= size():
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
    answers: Answers,
    import_id: int | None,
) -> list[EnrolmentResult]:
    matcher = ClientMatcher(session, library, clinic, batch, now, answers, import_id)
    done = matcher.resolve()
    _record_consents(session, [one for one in done if one.effect is not _LATER], clinic, now)
    touched = {
        one.client.id: one.client
        for one in done
        if one.client and one.effect not in {Effect.UNCHANGED, _LATER}
    }
    changes = replan_clients(session, library, clinic, touched, now)
    plans.wake_confirmed(
        session, [one.treatment.id for one in done if one.treatment and _may_wake(one)]
    )
    for one in done:
        one.change = changes.get(one.treatment.id) if one.treatment else None
    return done


def _may_wake(done: EnrolmentResult) -> bool:
    """Say whether aftercare may have waited for what is told; that of a new treatment has not."""
    return done.enrolment.word in WAKING and done.effect is not Effect.ADDED


def _record_consents(
    session: Session, done: Sequence[EnrolmentResult], clinic: Clinic, now: datetime
) -> None:
    """Add new answers to the consent ledger. A later list never revives an earlier no, changes the
    date of a yes or lifts an opt-out.
    """
    known = consents.consents_of(session, {one.client.id for one in done if one.client})
    contacts = {c for one in done if one.client for c in (one.client.phone, one.client.email) if c}
    barred = ledger.barred(session, clinic.id, contacts)
    lines: list[Row] = []
    for one in done:
        for answer in one.enrolment.consents if one.client else ():
            assert one.client is not None
            key = (one.client.id, answer.channel)
            refused = known.get(key) is False and answer.proof is None
            stopped = refused or ledger.contact_of(one.client, answer.channel) in barred
            if stopped and answer.given:
                said = OPTED_OUT[answer.channel], WHO_CAN[answer.proof is None]
                one.remarks.append(" ".join(map(gettext, said)))
            if known.get(key) == answer.given or (known.get(key) is False and stopped):
                continue
            if stopped and answer.given and answer.proof is not None:
                continue
            if answer.stop:
                ledger.withdraw(
                    session,
                    one.client,
                    answer.channel,
                    source=answer.source,
                    now=now,
                    act=Act.IMPORT,
                )
            else:
                proof = answer.proof or ledger.Proof(Act.IMPORT, answer.source, answer.wording)
                lines.append(
                    ledger.line(
                        one.client, answer.channel, proof, now, answer.given_at, given=answer.given
                    )
                )
            known[key] = answer.given
            one.effect = Effect.UPDATED if one.effect is Effect.UNCHANGED else one.effect
    consents.add(session, lines)


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
    if (treatment.treated_on, treatment.starts) != (treated_on, starts):
        known = moved(attendance_of(treatment), when.begins_at, now)
        update(treatment, attendance_fields(known))
    treatment.treated_on, treatment.starts, treatment.ends = treated_on, starts, ends
    treatment.ends_at = when.ends_at
    return _replan_one(session, library, treatment, now)


def cancel(session: Session, library: Library, treatment: Treatment, now: datetime) -> Replan:
    """Cancel a treatment; what has not left is cancelled with it."""
    return hear(session, library, treatment, Word.CANCELLED, ToldBy.STAFF, now)


def hear(
    session: Session,
    library: Library,
    treatment: Treatment,
    word: Word,
    by: ToldBy,
    now: datetime,
) -> Replan:
    """Note what is said of a treatment's visit, and return what that changes: what has not left stops
    at once if the client did not come, and what waited for the word goes if they did.
    """
    people.lock(session, [treatment.client_id])
    said = told(attendance_of(treatment), word, by, now)
    update(treatment, attendance_fields(said))
    change = _replan_one(session, library, treatment, now)
    if said.came_at is not None:
        plans.wake_confirmed(session, [treatment.id])
    return change


def _replan_one(
    session: Session,
    library: Library,
    treatment: Treatment,
    now: datetime,
) -> Replan:
    clinic = people.clinic(session, treatment.clinic_id)
    clients = people.lock(session, [treatment.client_id])
    session.flush()
    changes = replan_clients(session, library, clinic, by_id(clients), now)
    return changes.get(treatment.id, Replan())  # of one long past nothing is left to plan


def by_id(clients: Sequence[Client]) -> dict[int, Client]:
    """Return clients by their ids."""
    return {client.id: client for client in clients}
