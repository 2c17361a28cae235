"""Check for conditions that staff or the operator must know, and raise an alert once for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.delivery import pauses
from reminders.delivery.failover import FailoverReport
from reminders.delivery.holds import PLAIN, Hold, Suspicion
from reminders.monitoring.alerts import raise_alert
from reminders.rules import alert_conditions
from reminders.rules.alert_conditions import Alarm, Stop
from reminders.rules.roles import Role
from reminders.rules.sending_hours import parse_emails, resolve
from reminders.rules.skin_answers import time_open
from reminders.rules.translation import ENGLISH, gettext, translated_to
from reminders.rules.worry_alerts import untaken
from reminders.store.queries import (
    alerts,
    delivery,
    lanes,
    metrics,
    people,
    skin_answers,
    staff,
)
from reminders.store.tables import Clinic
from reminders.wording.library import Library

DAY = timedelta(days=1)


def raise_all(session: Session, library: Library, now: datetime) -> None:
    """Raise every alert due at ``now``; one already raised under its key is not raised again. The
    operator's are in English, a clinic's in the language of its country.
    """
    with translated_to(ENGLISH):
        found = [*_of_operator(session, now), *_of_clinics(session, library, now)]
    for alarm in found:
        if alarm is not None:
            words = alarm.subject, alarm.body
            raise_alert(session, alarm.clinic_id, alarm.kind, alarm.key, *words, now, to=alarm.to)


def _of_operator(session: Session, now: datetime) -> list[Alarm | None]:
    return [
        alert_conditions.late(delivery.last_beat(session), now),
        *(alert_conditions.stopped(stop, now) for stop in _stops(session, now)),
        _held(session, now),
        _failed_over(session, now),
    ]


def _of_clinics(session: Session, library: Library, now: datetime) -> list[Alarm | None]:
    failing, spent = alert_conditions.failing, alert_conditions.spent
    month = now.date() - timedelta(days=31)
    words: list[tuple[int, Callable[[], Alarm | None]]] = [
        *(
            (row[0], partial(failing, *row, now.date()))
            for row in metrics.failing(session, now - DAY)
        ),
        *(
            (
                row.clinic_id,
                partial(spent, row.clinic_id, row.month_on, row.segments, row.segment_budget),
            )
            for row in metrics.spent(session, month)
        ),
        *_untaken(session, now),
        *((clinic.id, word) for clinic, word in _mornings(session, now)),
    ]
    return [_worded(session, library, *one) for one in words]


def _worded(
    session: Session, library: Library, clinic_id: int, word: Callable[[], Alarm | None]
) -> Alarm | None:
    """Word an alert in the language of a clinic's country, and nothing after it."""
    country = people.clinic(session, clinic_id).country
    with translated_to(library.alert_translation(country)):
        return word()


def _untaken(session: Session, now: datetime) -> Iterator[tuple[int, Callable[[], Alarm | None]]]:
    """Alert a second contact to each worried client nobody has taken within the clinic's limit."""
    for answer, _ in skin_answers.waiting(session):
        clinic, since = people.clinic(session, answer.clinic_id), answer.worried_at
        if since is None or answer.taken_at is not None:
            continue
        hours, zone = parse_emails(clinic.opening_hours), ZoneInfo(clinic.time_zone)
        minutes = clinic.worried_minutes
        if time_open(since, now, hours, zone) >= timedelta(minutes=minutes):
            for to in _second_contacts(session, clinic):
                yield clinic.id, partial(untaken, clinic.id, answer.id, since, minutes, to)


def _second_contacts(session: Session, clinic: Clinic) -> list[str]:
    """Return the address it named, else its owners', else its own, and the number it named: a text
    that cannot be sent must not leave nobody told.
    """
    numbers = [clinic.second_phone] if clinic.second_phone else []
    if clinic.second_contact:
        return [clinic.second_contact, *numbers]
    crew = staff.of_clinic(session, clinic.id)
    owners = [member.email for member, role in crew if role is Role.OWNER]
    return [*(owners or [clinic.email]), *numbers]


def _held(session: Session, now: datetime) -> Alarm | None:
    held = Hold.read(session)
    if held is None:
        return None
    settles = held.suspicion is Suspicion.FAILOVER
    return alert_conditions.database_held(
        held.since, gettext(PLAIN[held.suspicion]), settles=settles, now=now
    )


def _failed_over(session: Session, now: datetime) -> Alarm | None:
    """Tell of the last failover once, when it is settled."""
    last = FailoverReport.read(session)
    if last is None or last.settled_at is None or now - last.settled_at > DAY:
        return None
    texts, emails = (
        (last.texts_left, last.texts_unproven),
        (last.emails_again, last.emails_unproven),
    )
    lost = (last.known_until, last.lost_until)
    return alert_conditions.failed_over(last.since, lost, (*texts, *emails, last.texts_heard))


def _stops(session: Session, now: datetime) -> Iterator[Stop]:
    """Gather stopped lanes by what stopped them: one refused account stops every clinic's."""
    alike = defaultdict(list)
    for _, lane in lanes.stopped(session):
        alike[lane.channel, lane.stopped_for or ""].append(lane.stopped_since or now)
    for (channel, code), since in alike.items():
        yield Stop(channel, code, min(since), len(since))


def _mornings(session: Session, now: datetime) -> Iterator[tuple[Clinic, Callable[[], Alarm]]]:
    """Return what words the email to every live clinic whose morning it is and that has not been
    written to today.
    """
    due = {
        alert_conditions.morning_key(clinic.id, local.date()): (clinic, local)
        for clinic in people.clinics(session)
        if clinic.live
        and alert_conditions.is_morning(local := now.astimezone(ZoneInfo(clinic.time_zone)))
    }
    if not due:
        return
    everyone = pauses.paused(session) is not None
    for key in due.keys() - alerts.raised(session, due.keys()):
        clinic, local = due[key]
        yield clinic, partial(_morning, session, clinic, local, everyone=everyone)


def _morning(session: Session, clinic: Clinic, local: datetime, *, everyone: bool) -> Alarm:
    today, zone = local.date(), ZoneInfo(clinic.time_zone)
    day = tuple(resolve(today + DAY * n, alert_conditions.MIDNIGHT, zone) for n in (0, 1))
    found = metrics.morning(session, clinic.id, (day[0], day[1]))
    paused = everyone or clinic.paused_at is not None
    counts = (found.planned, found.failed, found.stuck)
    return alert_conditions.morning(clinic.id, clinic.name, today, counts, paused=paused)
