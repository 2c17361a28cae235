"""List what waits for staff at a clinic, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.monitoring import attendance
from reminders.monitoring.likely_doubles import LikelyDouble, LikelyDoubles
from reminders.rules.terms import Channel, Reason, Status
from reminders.rules.translation import gettext, gettext_noop
from reminders.rules.wording import REVIEW_AHEAD, needs_review
from reminders.senders.twilio_errors import is_dead, say
from reminders.store.queries import (
    booking_sources,
    conversations,
    feeds,
    people,
    questions,
    replies,
    skin_answers,
    source_faults,
    staff,
    today,
)
from reminders.store.queries.today import MessageLine
from reminders.store.tables import Clinic


class Kind(IntEnum):
    """The kind of an open item, in order of urgency."""

    WORRIED = -1  # the client said so on their own page, and is told that the clinic knows
    ALARM = 0  # the client wrote of something that may be serious
    STOPPED = 1  # nothing is sent by this channel
    DAY_ONE = 2  # the message that matters most did not arrive
    CONTACT = 3  # the client's number or address does not work
    UNDELIVERED = 4
    UNKNOWN = 5  # it is unknown whether it was sent
    REPLY = 6
    SOURCE = 7  # a booking system sends what is not believed, or cannot be asked
    FEED = 8  # a calendar cannot be read
    QUESTION = 9  # something is in doubt
    BOOKING = 10  # a booking system sent what cannot be understood
    REVIEW = 11  # wording to be read again
    DOUBLE = 12  # two clients who may be one person


FIRST_DAY = {"same-evening", "day-1"}
"""Milestones whose advice is about the first hours; when they do not arrive, somebody calls."""


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One thing that waits for staff since ``since`` (UTC).

    ``row_id`` is of the reply, the answer or the other client it is about; ``why`` the cause in plain
    words; ``taken_at`` when somebody took it.
    """

    kind: Kind
    since: datetime
    name: str = ""
    client_id: int | None = None
    row_id: int | None = None
    channel: Channel | None = None
    why: str = ""
    milestone: str = ""
    words: str = ""
    count: int = 1
    taken_at: datetime | None = None


def needs(
    session: Session, clinic_id: int, now: datetime, doubles: LikelyDoubles
) -> list[OpenItem]:
    """Return everything that waits for staff at a clinic."""
    zone = ZoneInfo(people.clinic(session, clinic_id).time_zone)
    on = now.astimezone(zone).date()
    found = [
        *_worried(session, clinic_id),
        *_replies(session, clinic_id),
        *_stopped(session, clinic_id, now),
        *_troubles(session, clinic_id, now),
        *_questions(session, clinic_id),
        *_reviews(session, clinic_id, on, now),
        *_doubles(doubles.find(session, clinic_id, now, DOUBLES)),
        *_unread(session, clinic_id, now),
        *_unheard(session, clinic_id, now),
    ]
    return sorted(found, key=lambda need: (need.kind, need.since))


@dataclass(frozen=True, slots=True)
class OpenItemCounts:
    """How many things wait for staff, a visit whose aftercare waits for their word among them; how
    many are texts to read, and how many questions there are, which count as one thing.
    """

    clients: int = 0
    replies: int = 0
    questions: int = 0


def count(session: Session, clinic: Clinic, now: datetime) -> OpenItemCounts:
    """Return the counts shown on every staff page."""
    written = conversations.count_waiting(session, clinic.id)
    asked = questions.count_open(session, clinic.id)
    troubled = today.count_troubled(session, clinic.id, now)
    unseen = attendance.count_waiting(session, clinic, now)
    troubled += skin_answers.count_waiting(session, clinic.id)
    return OpenItemCounts(troubled + written + bool(asked) + unseen, written, asked)


def _worried(session: Session, clinic_id: int) -> Iterator[OpenItem]:
    """Return the worried clients; ``why`` is who has taken it."""
    crew = {one.id: one.name for one, _ in staff.of_clinic(session, clinic_id)}
    for answer, client in skin_answers.waiting(session, clinic_id):
        assert answer.worried_at is not None  # it waits
        yield OpenItem(
            Kind.WORRIED,
            answer.worried_at,
            client.first_name,
            client.id,
            answer.id,
            why=crew.get(answer.taken_by or 0, ""),
            milestone=answer.moment,
            taken_at=answer.taken_at,
        )


def _replies(session: Session, clinic_id: int) -> Iterator[OpenItem]:
    latest = conversations.latest(session, clinic_id, done=False)
    told = skin_answers.by_ids(session, {one.skin_answer_id for one in latest} - {None})
    writers = people.clients_meant(session, [one.client_id for one in latest])
    for reply in latest:
        client = writers.get(reply.client_id or 0)
        yield OpenItem(
            Kind.ALARM if reply.alarm else Kind.REPLY,
            reply.received_at,
            client.first_name if client else reply.contact,
            reply.client_id,
            reply.id,
            None if replies.is_written(reply) else Channel.SMS,
            milestone=told[reply.skin_answer_id].moment if reply.skin_answer_id in told else "",
            words=reply.body,
        )


def _stopped(session: Session, clinic_id: int, now: datetime) -> Iterator[OpenItem]:
    for lane in today.stopped(session, clinic_id):
        yield OpenItem(
            Kind.STOPPED,
            lane.stopped_since or now,
            channel=lane.channel,
            why=lane.stopped_for or "",
        )


def _troubles(session: Session, clinic_id: int, now: datetime) -> Iterator[OpenItem]:
    """Return one item for each client, for the most serious failure."""
    gravest: dict[int, OpenItem] = {}
    for row in today.troubles(session, clinic_id, now):
        need = _trouble(row)
        known = gravest.get(row.client_id)
        if known is None or need.kind < known.kind:
            gravest[row.client_id] = need
    yield from gravest.values()


def _trouble(row: MessageLine) -> OpenItem:
    no_contact = row.reason in {Reason.INVALID_CONTACT, Reason.OPTED_OUT} or is_dead(row.code)
    if row.status is Status.UNKNOWN:
        kind = Kind.UNKNOWN
    elif row.milestone in FIRST_DAY:
        kind = Kind.DAY_ONE
    else:
        kind = Kind.CONTACT if no_contact else Kind.UNDELIVERED
    return OpenItem(
        kind,
        row.at,
        row.first_name,
        row.client_id,
        row.reminder_id,
        row.channel,
        gettext(say(row.code) or WHY[row.channel]),
        row.milestone,
    )


DOUBLES = 5
"""How many likely doubles are shown at once; the next come when these are answered."""


def _doubles(pairs: Iterable[LikelyDouble]) -> Iterator[OpenItem]:
    for pair in pairs:
        yield OpenItem(Kind.DOUBLE, pair.since, pair.names, pair.first, pair.second, why=pair.why)


def _unread(session: Session, clinic_id: int, now: datetime) -> Iterator[OpenItem]:
    """Return one item for all that booking systems sent in vain."""
    count, since = booking_sources.trouble(session, clinic_id)
    if count:
        yield OpenItem(Kind.BOOKING, since or now, count=count)


UNREAD_FOR, WAITED_FOR, REFUSED_WITHIN = timedelta(days=1), timedelta(hours=1), timedelta(days=7)
"""How long a calendar cannot be read and a booking waits until somebody is told, and how long it is
told that something came which is not believed."""


def _unheard(session: Session, clinic_id: int, now: datetime) -> Iterator[OpenItem]:
    """Return the calendars and booking sources of which nothing comes in, until it does again."""
    for feed in feeds.failing(session, clinic_id, now - UNREAD_FOR):
        name, why = feed.name or feed.host, feed.problem or ""
        yield OpenItem(Kind.FEED, feed.failing_since or now, name, row_id=feed.id, why=why)
    for source in source_faults.refusing(session, clinic_id, now - REFUSED_WITHIN):
        yield OpenItem(
            Kind.SOURCE, source.refused_at or now, source.name, row_id=source.id, count=0
        )
    for source, count, since, why in source_faults.overdue(session, clinic_id, now - WAITED_FOR):
        yield OpenItem(Kind.SOURCE, since, source.name, row_id=source.id, why=why, count=count)


WHY = {
    Channel.SMS: gettext_noop("the text was not delivered"),
    Channel.EMAIL: gettext_noop("the email was not delivered"),
}


def _questions(session: Session, clinic_id: int) -> Iterator[OpenItem]:
    """Return one item for all questions, however many there are."""
    if asked := questions.open_questions(session, clinic_id):
        yield OpenItem(Kind.QUESTION, asked[0][0].asked_at, count=len(asked))


def _reviews(session: Session, clinic_id: int, on: date, now: datetime) -> Iterator[OpenItem]:
    """Return the wording that is due for review."""
    for wording in today.overdue_reviews(session, clinic_id, on + REVIEW_AHEAD):
        yield OpenItem(Kind.REVIEW, now, row_id=wording.id, milestone=wording.milestone)
    clinic = people.clinic(session, clinic_id)
    if clinic.live and needs_review(clinic.wording_accepted_at, on):
        yield OpenItem(Kind.REVIEW, now)
