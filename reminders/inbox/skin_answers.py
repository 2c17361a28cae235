"""Take what clients tell of their skin: a worry alerts the clinic in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from reminders.monitoring.alerts import raise_alert
from reminders.rules import skin_answers
from reminders.rules.skin_answers import Outcome, Said
from reminders.rules.worry_alerts import worried_key
from reminders.store.queries import people
from reminders.store.queries import skin_answers as queries
from reminders.store.tables import Client, SkinAnswer, Treatment
from reminders.wording.fixed_replies import FixedReplies

LONGEST_NOTE = 200
"""Characters of what a clinician notes: one line."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What a client's page asks on a day: the milestone whose question is open, the answer that
    stands for today and may still be changed, and the last one, with whether the clinic has read it.
    """

    question: str | None
    current: SkinAnswer | None
    last: SkinAnswer | None


def asking(session: Session, treatment: Treatment, today: date, now: datetime) -> Asking:
    """Return what to ask of a treatment on the client's ``today``: no milestone twice."""
    told = queries.of_treatment(session, treatment.id)
    asked = skin_answers.asked_at(treatment.treated_on, today)
    question = None if asked in {answer.moment for answer in told} else asked
    moments = {asked, skin_answers.own_moment(treatment.treated_on, today)}
    recent = [one for one in told if now - one.changed_at < skin_answers.READ_FOR]
    current = next(
        (
            one
            for one in recent
            if one.moment in moments and skin_answers.may_change(one.answered_at, now)
        ),
        None,
    )
    return Asking(question, current, recent[0] if recent else None)


def tell(
    session: Session,
    answers: FixedReplies,
    client: Client,
    treatment: Treatment,
    said: Said,
    today: date,
    now: datetime,
) -> SkinAnswer:
    """Take a tap; nothing a client taps is refused. It answers the question that is open, changes
    today's answer, or else is told unasked. ``client`` is locked.
    """
    stands = asking(session, treatment, today, now)
    answer = stands.current
    if answer is None:
        moment = stands.question or skin_answers.own_moment(treatment.treated_on, today)
        answer = _stored(session, client, treatment, moment, said, now)
    if answer.said is not said:
        answer.said, answer.changed_at = said, now
    if said is Said.WORRIED and not answer.waits:
        _worry(session, answers, answer, now)
    session.flush()
    return answer


def _stored(
    session: Session,
    client: Client,
    treatment: Treatment,
    moment: str,
    said: Said,
    now: datetime,
) -> SkinAnswer:
    answer = SkinAnswer(
        clinic_id=client.clinic_id,
        client_id=client.id,
        treatment_id=treatment.id,
        moment=moment,
        said=said,
        answered_at=now,
        changed_at=now,
    )
    session.add(answer)
    return answer


def _worry(session: Session, answers: FixedReplies, answer: SkinAnswer, now: datetime) -> None:
    """Let the clinic's clock begin, and alert it once for this worry."""
    answer.said, answer.changed_at, answer.worried_at = Said.WORRIED, now, now
    answer.taken_by = answer.taken_at = answer.called_at = None
    answer.closed_at = answer.outcome = None
    session.flush()
    subject, body = answers.alert("worried", people.clinic(session, answer.clinic_id).country)
    key = worried_key(answer.id, now)
    raise_alert(session, answer.clinic_id, "worried", key, subject, body, now)


def take(answer: SkinAnswer, staff_id: int, now: datetime) -> None:
    """Note who sees to a worried client."""
    answer.taken_by, answer.taken_at = staff_id, now


def close(
    session: Session,
    answer: SkinAnswer,
    outcome: Outcome,
    note: str,
    staff_id: int,
    now: datetime,
) -> None:
    """Note what a clinician did, which the client's page then says was read. Of who was called,
    what they wrote about it is done, too; else it may still want an answer.
    """
    _note(answer, note, staff_id, now)
    answer.outcome, answer.closed_at = outcome, now
    if outcome is Outcome.CALLED:
        answer.called_at = answer.called_at or now
        for reply in queries.written(session, answer.id):
            reply.done_at = reply.done_at or now


def not_reached(answer: SkinAnswer, note: str, staff_id: int, now: datetime) -> None:
    """Note that the client did not answer the phone: they wait on."""
    _note(answer, note, staff_id, now)


def _note(answer: SkinAnswer, note: str, staff_id: int, now: datetime) -> None:
    answer.note = " ".join(note.split())[:LONGEST_NOTE] or answer.note
    if answer.taken_at is None:
        take(answer, staff_id, now)
