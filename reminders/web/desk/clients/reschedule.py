"""Staff pages to move or cancel a treatment, after a preview of what changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.enrolment import message_actions, treatments
from reminders.rules.planned import Planned
from reminders.rules.planning import ExistingReminder, Replan
from reminders.rules.roles import Role
from reminders.rules.terms import Channel
from reminders.rules.text_names import name_in_texts
from reminders.rules.translation import gettext, gettext_noop, translated_to
from reminders.store.database import writing
from reminders.store.queries import people
from reminders.store.tables import Client, Reminder, Treatment
from reminders.web.desk.clients.typed_dates import read_when, to_be_read_back
from reminders.web.desk.page import DeskRequest, EditConflict, desk_route
from reminders.wording.localised import DateForm, date_text


@dataclass(frozen=True, slots=True)
class MovedMessage:
    """One message that a move changes, from its old moment to its new."""

    milestone: str
    channel: Channel
    before: ExistingReminder
    after: Planned | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What rescheduling does to each message: moved, already sent for the old date, too late,
    added, or cancelled."""

    moved: list[MovedMessage]
    already_sent: list[MovedMessage]
    too_late: list[MovedMessage]
    added: list[Planned]
    cancelled: list[ExistingReminder]


def difference(change: Replan) -> Difference:
    """Read a change of plan the way the desk shows it."""
    return Difference(
        moved=[MovedMessage(row.milestone, row.channel, row, planned) for row, planned in change.move],
        already_sent=[MovedMessage(row.milestone, row.channel, row, planned) for row, planned in change.already_sent],
        too_late=[MovedMessage(row.milestone, row.channel, row, planned) for row, planned in change.too_late],
        added=change.add,
        cancelled=[*change.cancel, *(row for row, _ in change.give_way)],
    )  # fmt: skip


def form(request: DeskRequest) -> Response:
    """Show where a treatment is, and where it may go."""
    with request.reading() as session:
        treatment, client = _found(request, session)
        return _form(request, treatment, client)


def _form(request: DeskRequest, treatment: Treatment, client: Client) -> Response:
    usual = {
        "when": "day",
        "day": to_be_read_back(treatment.treated_on),
        "at": f"{treatment.starts:%H:%M}" if treatment.starts else "",
    }
    given = usual if request.http.method == "GET" else {}
    return request.page(
        "reschedule.html",
        treatment=treatment,
        client=client,
        given=lambda name: request.typed(name) or given.get(name, ""),
    )


def _found(
    request: DeskRequest, session: Session, *, lock: bool = False
) -> tuple[Treatment, Client]:
    treatment = request.row(session, Treatment, lock=lock)
    return treatment, request.row(session, Client, treatment.client_id)


def check(request: DeskRequest) -> Response:
    """Show what a move would change, changing nothing."""
    on, at = read_when(request)
    with Session(request.app.engine) as session:
        treatment, client = _found(request, session, lock=True)
        if request.faults or request.typed("mend"):
            response = _form(request, treatment, client)
        else:
            was = (treatment.treated_on, treatment.starts)
            version = client.version
            change = _move(request, session, treatment, on, at)
            response = None
        session.rollback()
    if response is not None:
        return response
    return request.page(
        "reschedule-preview.html",
        was=was,
        on=on,
        at=at,
        change=difference(change),
        version=version,
        client_name=_name(request),
        typed_all=[("when", "day"), ("day", f"{on:%d %B %Y}"), ("at", f"{at:%H:%M}" if at else "")],
        correction=_correction(request, on, at),
    )


def _name(request: DeskRequest) -> str:
    with request.reading() as session:
        return _found(request, session)[1].first_name


def _correction(request: DeskRequest, on: date, at: time | None) -> str:
    """Return the sentence offered for somebody who got a message for the old date, in their
    language as far as the desk speaks it.
    """
    with request.reading() as session:
        client = _found(request, session)[1]
    words: dict[str, object] = {
        "clinic": name_in_texts(request.signed_in.clinic),
        "name": client.first_name,
    }
    with translated_to(request.app.library.translation(client.language)):
        words["day"] = date_text(on, DateForm.LONG_DAY)
        if at is None:
            return gettext(
                "%(clinic)s: Hi %(name)s, your appointment is now on %(day)s. Please note the new date.",
                **words,
            )
        return gettext(
            "%(clinic)s: Hi %(name)s, your appointment is now on %(day)s at %(time)s. Please note the new date.",
            time=at,
            **words,
        )


def _move(
    request: DeskRequest, session: Session, treatment: Treatment, on: date, at: time | None
) -> Replan:
    return treatments.reschedule(session, request.app.library, treatment, on, at, None, request.now)


def keep(request: DeskRequest) -> Response:
    """Move the treatment and its messages, and send the correction if one was asked for."""
    on, at = read_when(request)
    if request.faults:
        return check(request)
    undo = 0
    with writing(request.app.engine) as session:
        treatment, client = _found(request, session, lock=True)
        if str(client.version) != request.typed("version"):
            raise EditConflict
        before = treatment.treated_on
        change = _move(request, session, treatment, on, at)
        client.version += 1
        for row, _ in change.too_late:
            if request.typed(f"late-{row.reminder_id}") == "send":
                reminder = request.row(session, Reminder, row.reminder_id)
                undo = message_actions.send_again(
                    session, request.render, client, reminder, request.now
                )
        words = request.typed("correction").strip()
        if request.typed("correct") and words and client.phone:
            undo = message_actions.write(session, client, Channel.SMS, words, request.now)
        detail = gettext("%(before)s to %(after)s", before=str(before), after=str(on))
        request.record(session, gettext_noop("moved a treatment"), Treatment, treatment.id, detail)
    page = f"/clients/{client.id}"
    return request.redirect(f"{page}?undo={undo}" if undo else page, "moved")


def cancel(request: DeskRequest) -> Response:
    """Cancel a treatment, and what has not left of its messages."""
    with writing(request.app.engine) as session:
        treatment, client = _found(request, session, lock=True)
        people.lock(session, [client.id])
        treatments.cancel(session, request.app.library, treatment, request.now)
        client.version += 1
        request.record(session, gettext_noop("cancelled a treatment"), Treatment, treatment.id)
    return request.redirect(f"/clients/{client.id}", "cancelled")


ROUTES = [
    desk_route("/treatments/{id:int}/move", form, Role.STAFF),
    desk_route("/treatments/{id:int}/move/check", check, Role.STAFF, "POST"),
    desk_route("/treatments/{id:int}/move", keep, Role.STAFF, "POST"),
    desk_route("/treatments/{id:int}/cancel", cancel, Role.STAFF, "POST"),
]
