"""Staff pages for a clinic's settings: details, sending hours, costs, limits, going live."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.delivery import pauses
from reminders.enrolment import clinics
from reminders.enrolment.clinics import ClinicError
from reminders.enrolment.countries import cities, countries, zones
from reminders.monitoring import go_live_checklist
from reminders.rules.contacts import read_email, read_phone
from reminders.rules.roles import Role
from reminders.rules.terms import InputError
from reminders.rules.text_names import say_cost
from reminders.rules.translation import gettext, gettext_noop
from reminders.rules.wording import needs_review
from reminders.store.database import reading, writing
from reminders.store.queries import audit, customisation, people
from reminders.store.tables import Clinic
from reminders.web.desk.page import DeskRequest, desk_route
from reminders.web.desk.settings import clinic_fields as fields
from reminders.web.desk.settings import costs, rate_limits
from reminders.wording.weekdays import hours_shown

MOST_GUESTS = 10
"""Whom a clinic messages while it practises: its own staff, and no more."""


def show(request: DeskRequest) -> Response:
    """Show all there is to set, with the checklist on top."""
    with reading(request.app.engine) as session:
        clinic = people.clinic(session, request.clinic_id)
        lines = _lines(request, session, clinic)
        words: dict[str, Any] = {
            "lines": lines,
            "ready": all(line.done for line in lines),
            "guests": [
                fields.written(one, clinic)
                for one in customisation.practice_recipients(session, clinic.id)
            ],
            "paused": pauses.paused(session),
            "clinic": clinic,
            **costs.fields(clinic),
            "settings": request.app.settings,
            "text_cost": say_cost(clinic),
            "to_be_read": needs_review(clinic.wording_accepted_at, request.now.date()),
            "limits": rate_limits.fields(session, clinic),
            "was": lambda name: request.typed(name) or fields.shown(clinic, name),
            "countries": [("", gettext("Same as the time zone")), *countries().items()],
            "zones": zones(),
            "cities": cities(),
            "example": hours_shown,
            "most_texts": fields.most_texts(),
        }
        return request.page("clinic.html", **words)


def _lines(
    request: DeskRequest, session: Session, clinic: Clinic
) -> list[go_live_checklist.Requirement]:
    return go_live_checklist.lines(session, clinic, request.now, delivers=request.app.settings.live)


def _edit(request: DeskRequest, names: tuple[str, ...]) -> Response:
    """Change some of a clinic's particulars, and record what they were and are."""
    typed = {name: fields.read(request, name) for name in names}
    try:
        with writing(request.app.engine) as session:
            clinic = people.clinic(session, request.clinic_id)
            before = {name: str(getattr(clinic, name)) for name in names}
            clinics.edit(session, request.app.library, clinic, typed, request.now)
            for name, was in before.items():
                if was != (now := str(getattr(clinic, name))):
                    request.record(
                        session, fields.CHANGED[name], Clinic, clinic.id, f"{was} → {now}"
                    )
    except ClinicError as error:
        for fault in error.faults:
            name, _, sentence = fault.partition(": ")
            request.faults[name] = sentence
        return show(request)
    return request.redirect("/clinic", "saved")


def details(request: DeskRequest) -> Response:
    """Change what clients know the clinic by."""
    return _edit(request, fields.DETAILS)


def sending(request: DeskRequest) -> Response:
    """Change sending hours and the cap, which only goes down."""
    return _edit(request, fields.SENDING)


def visits(request: DeskRequest) -> Response:
    """Say whether aftercare waits until somebody says that the client came."""
    return _edit(request, fields.VISITS)


def texts(request: DeskRequest) -> Response:
    """Set what texts call the clinic and its clients, and what they say how often."""
    return _edit(request, fields.TEXTS)


def countries_texted(request: DeskRequest) -> Response:
    """Set which countries are texted beside the clinic's own."""
    return _change(request, partial(costs.choose_countries, request))


def worries(request: DeskRequest) -> Response:
    """Set who is told of a worried client, and whom the client's page names while it is closed."""
    return _edit(request, fields.WORRIES)


def money(request: DeskRequest) -> Response:
    """Set what a segment costs, here and in each country, and how many a month may cost."""
    change = costs.typed(request)
    return _change(request, change) if change else show(request)


def limits(request: DeskRequest) -> Response:
    """Set how much may be sent by each channel a minute and a day."""
    wanted = rate_limits.typed(request)
    if request.faults:
        return show(request)
    return _change(
        request, lambda session, clinic: rate_limits.change(request, session, clinic, wanted)
    )


def practice_recipients(request: DeskRequest) -> Response:
    """Set whose numbers and addresses are really messaged while the clinic practises."""
    contacts = [
        contact for line in request.typed("guests").splitlines() if (contact := line.strip())
    ]
    country = request.signed_in.clinic.country
    found: dict[str, None] = {}
    for contact in contacts:
        try:
            found[_contact(contact, country)] = None
        except InputError as error:
            request.faults["guests"] = f"{contact}: {error}"
    if len(found) > MOST_GUESTS:
        request.faults["guests"] = gettext(
            "There can be at most %(n)s test recipients. Keep only your own staff.", n=MOST_GUESTS
        )
    if request.faults:
        return show(request)

    def change(session: Session, clinic: Clinic) -> None:
        customisation.set_practice_recipients(session, clinic.id, found)
        what = gettext_noop("changed the test recipients")
        request.record(session, what, Clinic, clinic.id, str(len(found)))

    return _change(request, change)


def _contact(text: str, country: str) -> str:
    return read_email(text) if "@" in text else read_phone(text, country or None).number


def accept(request: DeskRequest) -> Response:
    """Note that somebody responsible approves the default wording."""

    def change(session: Session, clinic: Clinic) -> None:
        clinic.wording_accepted_at = request.now
        request.record(session, gettext_noop("approved the default wording"), Clinic, clinic.id)

    return _change(request, change)


def go_live(request: DeskRequest) -> Response:
    """Leave practice mode, once every line of the checklist is green."""
    with writing(request.app.engine) as session:
        clinic = people.clinic(session, request.clinic_id)
        open_lines = [line for line in _lines(request, session, clinic) if not line.done]
        if not open_lines:
            clinics.edit(session, request.app.library, clinic, {}, request.now, live=True)
            request.record(session, gettext_noop("went live"), Clinic, clinic.id)
    if open_lines:
        undone = gettext("Some steps are not done yet.")
        request.faults["checklist"] = f"{undone} {open_lines[0].mend}"
        return show(request)
    return request.redirect("/clinic", "live")


def practise(request: DeskRequest) -> Response:
    """Go back to practice mode."""

    def change(session: Session, clinic: Clinic) -> None:
        clinics.edit(session, request.app.library, clinic, {}, request.now, live=False)
        request.record(session, gettext_noop("returned to practice mode"), Clinic, clinic.id)

    return _change(request, change)


def pause(request: DeskRequest) -> Response:
    """Let nothing more leave for the clinic."""

    def change(session: Session, clinic: Clinic) -> None:
        pauses.pause(session, clinic, request.signed_in.staff.email, request.now)
        request.record(session, gettext_noop("paused sending"), Clinic, clinic.id)

    return _change(request, change, "paused")


def resume(request: DeskRequest) -> Response:
    """Let messages leave again."""

    def change(session: Session, clinic: Clinic) -> None:
        pauses.resume_messages(session, clinic)
        request.record(session, gettext_noop("resumed sending"), Clinic, clinic.id)

    return _change(request, change)


def _change(
    request: DeskRequest, change: Callable[[Session, Clinic], Any], said: str = "saved"
) -> Response:
    with writing(request.app.engine) as session:
        change(session, people.clinic(session, request.clinic_id))
    return request.redirect("/clinic", said)


def show_record(request: DeskRequest) -> Response:
    """Show who changed what, the latest first."""
    before = request.typed("before")
    with reading(request.app.engine) as session:
        found = audit.page(session, request.clinic_id, int(before) if before.isdecimal() else None)
        return request.page("activity.html", changes=found)


ROUTES = [
    desk_route("/clinic", show, Role.OWNER),
    desk_route("/clinic/details", details, Role.OWNER, "POST"),
    desk_route("/clinic/sending", sending, Role.OWNER, "POST"),
    desk_route("/clinic/visits", visits, Role.OWNER, "POST"),
    desk_route("/clinic/texts", texts, Role.OWNER, "POST"),
    desk_route("/clinic/countries", countries_texted, Role.OWNER, "POST"),
    desk_route("/clinic/worries", worries, Role.OWNER, "POST"),
    desk_route("/clinic/money", money, Role.OWNER, "POST"),
    desk_route("/clinic/limits", limits, Role.OWNER, "POST"),
    desk_route("/clinic/guests", practice_recipients, Role.OWNER, "POST"),
    desk_route("/clinic/accept", accept, Role.OWNER, "POST"),
    desk_route("/clinic/live", go_live, Role.OWNER, "POST"),
    desk_route("/clinic/practice", practise, Role.OWNER, "POST"),
    desk_route("/clinic/pause", pause, Role.STAFF, "POST"),
    desk_route("/clinic/go-on", resume, Role.OWNER, "POST"),
    desk_route("/clinic/record", show_record, Role.OWNER),
]
