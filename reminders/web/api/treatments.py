"""Treatments by the API: one address is the whole life of a booking."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path
from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.enrolment import booked_consents
from reminders.enrolment.terms import Effect
from reminders.intake import bookings
from reminders.intake.booking_rows import Booking
from reminders.intake.bookings import BookingChange, BookingResult
from reminders.questions import questions
from reminders.rules.sending_hours import resolve
from reminders.rules.terms import InputError
from reminders.shapes import api as shapes
from reminders.shapes.api_requests import SOURCE, BookedClient, BookingInput
from reminders.shapes.questions import Question
from reminders.store.queries import bookings as queries
from reminders.store.queries import desk
from reminders.store.queries.desk import NotAtClinic
from reminders.store.tables import Client, Treatment
from reminders.web.api.caller import Caller, Staff, Viewer
from reminders.web.api.problems import Problem, SafeRoute

router = APIRouter(route_class=SafeRoute, tags=["treatments"])

Source = Annotated[
    str,
    Path(
        min_length=1,
        max_length=40,
        pattern=SOURCE,
        description="the system that the booking comes from, under a name you choose, like `cliniko`",
    ),
]
ExternalId = Annotated[
    str,
    Path(
        min_length=1,
        max_length=200,
        pattern=r"^[^\x00-\x20\x7f]([^\x00-\x1f\x7f]*[^\x00-\x20\x7f])?$",
        description="the booking's ID in that system",
    ),
]


@router.get("/treatments/{source}/{external_id:path}", response_model=shapes.Booking)
def read(caller: Viewer, source: Source, external_id: ExternalId) -> shapes.Booking:
    """Read one booking: its treatment, or the questions it is waiting for."""
    with caller.reading() as session:
        return shapes.Booking.model_validate(_told(session, caller, source, external_id))


def _told(
    session: Session, caller: Caller, source: str, external_id: str, *, left_out: bool = False
) -> dict[str, Any]:
    """Return a booking as it stands; raises ``NotAtClinic``."""
    treatment = queries.treatment(session, caller.clinic.id, source, external_id)
    rows = queries.waiting(session, caller.clinic.id, source, external_id)
    if treatment is None and not rows and not left_out:
        raise NotAtClinic
    asked = {row.question_id for row in rows}
    waits = [one for one in questions.open_questions(session, caller.clinic.id) if one.id in asked]
    told = {"source": source, "external_id": external_id, "state": _state(treatment, rows, caller)}
    return told | {
        **_times(treatment, caller),
        "treatment": treatment.id if treatment else None,
        "client": treatment.client_id if treatment else None,
        "protocol": treatment.protocol if treatment else None,
        "questions": [Question.of(one, clinic=caller.clinic.name) for one in waits],
    }


def _state(treatment: Treatment | None, rows: list[Any], caller: Caller) -> str:
    if rows:
        return "waiting"
    if treatment is None:
        return "left-out"
    if treatment.cancelled_at is not None:
        return "no-show" if treatment.missed_at is not None else "cancelled"
    over, came = treatment.ends_at <= caller.now, treatment.treated_marked_at is not None
    if came:
        return "treated" if over else "arrived"
    return "ended" if over else "booked"


def _times(treatment: Treatment | None, caller: Caller) -> dict[str, Any]:
    names = ("starts_at", "ends_at", "treated_on", "treated_at")
    if treatment is None:
        return dict.fromkeys(names)
    zone = ZoneInfo(caller.clinic.time_zone)
    starts = treatment.starts
    times: tuple[datetime | None, ...] = (
        resolve(treatment.treated_on, starts, zone) if starts else None,
        treatment.ends_at.astimezone(zone),
    )
    local = [one.astimezone(zone) if one else None for one in times]
    return dict(
        zip(names, (*local, treatment.treated_on, treatment.treated_marked_at), strict=True)
    )


@router.put("/treatments/{source}/{external_id:path}", response_model=shapes.BookingPut)
def put(caller: Staff, source: Source, external_id: ExternalId, body: BookingInput) -> Response:
    """Send the present state of a booking. It is added, moved, cancelled or confirmed as treated,
    and its reminders follow. Repeating it changes nothing.

    Send a new booking with client, service and start. For a known booking, what has changed is
    enough. What is unclear waits for staff, and nothing is sent meanwhile. A booking is not a
    consent.
    """

    def act(session: Session) -> shapes.BookingPut:
        done = _put(session, caller, source, external_id, body)
        session.flush()
        told = _told(session, caller, source, external_id, left_out=True)
        if done.treatment is not None and done.effect is not Effect.UNCHANGED:
            caller.record(session, f"saved a booking ({done.effect})", Treatment, done.treatment.id)
        link = _consent_link(session, done.treatment, caller)
        return shapes.BookingPut.model_validate(told | _done(done) | {"consent_link": link})

    return caller.once(act)


def _put(
    session: Session, caller: Caller, source: str, external_id: str, body: BookingInput
) -> BookingResult:
    library, clinic, now = caller.app.library, caller.clinic, caller.now
    if body.client is not None and body.service is not None and body.starts_at is not None:
        booking = Booking(
            source=source,
            external_id=external_id,
            treatment=body.service,
            treated_at=body.starts_at,
            ended_at=body.ends_at or "",
            status=body.status or "",
            **_person(session, caller, body.client),
        )
        return bookings.take_in(session, library, clinic, booking, now)
    if body.client is not None or body.service is not None:
        raise InputError(
            "A new booking needs client, service and starts_at.",
            "Send all three, or none of client and service.",
        )
    said = BookingChange(body.starts_at, body.ends_at, body.status)
    known = queries.treatment(session, clinic.id, source, external_id, lock=True)
    if known is not None:
        return bookings.change(session, library, clinic, known, said, now)
    if bookings.gives_up(session, clinic, source, external_id, said):
        return BookingResult(left_out="It does not take place, and nothing was scheduled for it.")
    raise Problem("not-found", 404, "This booking is not known here. Send it with client, service and starts_at.")  # fmt: skip


def _consent_link(session: Session, treatment: Treatment | None, caller: Caller) -> str | None:
    """Return where the client of a booking says yes, if it takes place and there is something to ask."""
    if treatment is None or treatment.cancelled_at is not None:
        return None
    client = session.get_one(Client, treatment.client_id)
    links = caller.app.links
    return booked_consents.own_link(session, links, caller.clinic, client, caller.now)


def _person(session: Session, caller: Caller, told: BookedClient) -> dict[str, str]:
    """Return who is booked; of a client known by the clinic's own number, what is known."""
    said = {name: value for name, value in told.model_dump().items() if value is not None}
    own_id = said.pop("own_id", "")
    if own_id and not said.keys() & {"first_name", "name"}:
        known = desk.owner_of(session, caller.clinic.id, own_id)
        if known is None:
            raise Problem("not-found", 404, f"client.own_id: There is no client “{own_id}”. Send the name as well.")  # fmt: skip
        said = _fields(known) | said
    return said | ({"client_id": own_id} if own_id else {})


def _fields(client: Client) -> dict[str, str]:
    names = ("first_name", "last_name", "phone", "email")
    return {name: value for name in names if (value := getattr(client, name))}


def _done(done: BookingResult) -> dict[str, Any]:
    change = done.change
    return {
        "effect": done.effect.value,
        "why": done.left_out,
        "remarks": done.remarks,
        "planned": len(change.add) if change else 0,
        "moved": len(change.move) if change else 0,
        "cancelled": len(change.cancel) + len(change.give_way) if change else 0,
        "already_sent": len(change.already_sent) if change else 0,
        "too_late": len(change.late) + len(change.too_late) if change else 0,
    }
