"""Staff pages for a clinic's settings: details, sending hours, costs, limits, going live."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.delivery import pauses
from reminders.enrolment import clinics
from reminders.enrolment.clinics import ClinicError
from reminders.monitoring import go_live_checklist
from reminders.rules.caps import MOST_A_WEEK
from reminders.rules.contacts import clean, read_email, read_phone
from reminders.rules.prices import CURRENCIES, read_price, spell_price
from reminders.rules.roles import Role
from reminders.rules.terms import Channel, InputError
from reminders.rules.wording import needs_review
from reminders.store.database import reading, writing
from reminders.store.queries import audit, customisation, lanes, people
from reminders.store.tables import Clinic
from reminders.web.desk.page import DeskRequest, desk_route

DETAILS = ("name", "phone", "email", "address", "time_zone")
SENDING = ("sending_hours", "email_hours", "texts_per_week")
VISITS = ("attendance_required",)
MOST_TEXTS = [
    *((str(number), str(number)) for number in range(1, MOST_A_WEEK)),
    (str(MOST_A_WEEK), f"{MOST_A_WEEK}, the most there can be"),
]
MOST_GUESTS = 10
"""Whom a clinic messages while it practises: its own staff, and no more."""

MOST = 1_000_000
"""The largest number that means anything here: of segments a month, or of messages a day."""

WAYS = ((Channel.SMS, "Texts"), (Channel.EMAIL, "Emails"))


def show(request: DeskRequest) -> Response:
    """Show all there is to set, with the checklist on top."""
    with reading(request.app.engine) as session:
        clinic = people.clinic(session, request.clinic_id)
        lines = _lines(request, session, clinic)
        words: dict[str, Any] = {
            "lines": lines,
            "ready": all(line.done for line in lines),
            "guests": customisation.practice_recipients(session, clinic.id),
            "paused": pauses.paused(session),
            "clinic": clinic,
            "price": spell_price(clinic.segment_price),
            "currencies": [("", "–"), *((code, code) for code in CURRENCIES)],
            "settings": request.app.settings,
            "to_be_read": needs_review(clinic.wording_accepted_at, request.now.date()),
            "ways": WAYS,
            "most_texts": MOST_TEXTS,
            "limits": lanes.limits(session, clinic.id),
            "was": lambda name: request.typed(name) or str(getattr(clinic, name) or ""),
        }
        return request.page("clinic.html", **words)


def _lines(
    request: DeskRequest, session: Session, clinic: Clinic
) -> list[go_live_checklist.Requirement]:
    return go_live_checklist.lines(session, clinic, request.now, delivers=request.app.settings.live)


def _edit(request: DeskRequest, names: tuple[str, ...]) -> Response:
    """Change some of a clinic's particulars, and record what they were and are."""
    typed: dict[str, str | int | None] = {name: request.typed(name) for name in names}
    try:
        with writing(request.app.engine) as session:
            clinic = people.clinic(session, request.clinic_id)
            before = {name: str(getattr(clinic, name)) for name in names}
            clinics.edit(session, request.app.library, clinic, typed, request.now)
            for name, was in before.items():
                if was != (now := str(getattr(clinic, name))):
                    what = f"changed {name.replace('_', ' ')}"
                    request.record(session, what, Clinic, clinic.id, f"{was} → {now}")
    except ClinicError as error:
        for fault in error.faults:
            name, _, sentence = fault.partition(": ")
            request.faults[name] = sentence
        return show(request)
    return request.redirect("/clinic", "saved")


def details(request: DeskRequest) -> Response:
    """Change what clients know the clinic by."""
    return _edit(request, DETAILS)


def sending(request: DeskRequest) -> Response:
    """Change sending hours and the cap, which only goes down."""
    return _edit(request, SENDING)


def visits(request: DeskRequest) -> Response:
    """Say whether aftercare waits until somebody says that the client came."""
    return _edit(request, VISITS)


def money(request: DeskRequest) -> Response:
    """Set what a segment costs, and how many a month may cost."""
    price = request.read("segment_price", read_price)
    budget = request.read("segment_budget", _read_budget)
    currency = request.typed("currency") if request.typed("currency") in CURRENCIES else None
    if price is not None and currency is None:
        request.faults["currency"] = "A price needs its currency. Choose one."
    if request.faults:
        return show(request)

    def change(session: Session, clinic: Clinic) -> None:
        was = f"{clinic.segment_budget} segments at {spell_price(clinic.segment_price)}"
        clinic.segment_price, clinic.currency = price, currency
        clinics.set_budget(session, clinic, budget)
        now = f"{budget} segments at {spell_price(price)}"
        request.record(session, "changed price and budget", Clinic, clinic.id, f"{was} → {now}")

    return _change(request, change)


def _read_budget(text: str) -> int:
    return _read_number(text, "segments")


def _read_number(text: str, of: str = "messages") -> int:
    digits = re.sub(r"[ ,.]", "", clean(text))
    if not digits.isdecimal() or not 0 < int(digits) <= MOST:
        raise InputError(f"This is not a number of {of}.", "Write a whole number, like 2000.")
    return int(digits)


def limits(request: DeskRequest) -> Response:
    """Set how much may leave by each channel a minute and a day; nothing typed is no limit."""
    wanted = {
        channel: (
            request.read(f"{channel}-minute", _read_number),
            request.read(f"{channel}-day", _read_number),
        )
        for channel, _ in WAYS
    }
    if request.faults:
        return show(request)

    def change(session: Session, clinic: Clinic) -> None:
        before = lanes.limits(session, clinic.id)
        for channel, called in WAYS:
            if before[channel] != wanted[channel]:
                clinics.limit(session, clinic, channel, *wanted[channel])
                detail = f"{_say(before[channel])} → {_say(wanted[channel])}"
                what = f"changed how many {called.lower()} may leave"
                request.record(session, what, Clinic, clinic.id, detail)

    return _change(request, change)


def _say(limits: tuple[int | None, int | None]) -> str:
    return (
        " and ".join(
            f"{most} a {span}" for most, span in zip(limits, ("minute", "day"), strict=True) if most
        )
        or "no limit"
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
        request.faults["guests"] = f"There are more than {MOST_GUESTS}. Keep your own staff only."
    if request.faults:
        return show(request)

    def change(session: Session, clinic: Clinic) -> None:
        customisation.set_practice_recipients(session, clinic.id, found)
        request.record(session, "changed the guest list", Clinic, clinic.id, f"{len(found)} guests")

    return _change(request, change)


def _contact(text: str, country: str) -> str:
    return read_email(text) if "@" in text else read_phone(text, country or None).number


def accept(request: DeskRequest) -> Response:
    """Note that somebody responsible accepts the wording."""

    def change(session: Session, clinic: Clinic) -> None:
        clinic.wording_accepted_at = request.now
        request.record(session, "accepted the wording", Clinic, clinic.id)

    return _change(request, change)


def go_live(request: DeskRequest) -> Response:
    """Leave practice mode, once every line of the checklist is green."""
    with writing(request.app.engine) as session:
        clinic = people.clinic(session, request.clinic_id)
        open_lines = [line for line in _lines(request, session, clinic) if not line.done]
        if not open_lines:
            clinics.edit(session, request.app.library, clinic, {}, request.now, live=True)
            request.record(session, "went live", Clinic, clinic.id)
    if open_lines:
        request.faults["checklist"] = f"Not every line is green yet. {open_lines[0].mend}"
        return show(request)
    return request.redirect("/clinic", "live")


def practise(request: DeskRequest) -> Response:
    """Go back to practice mode."""

    def change(session: Session, clinic: Clinic) -> None:
        clinics.edit(session, request.app.library, clinic, {}, request.now, live=False)
        request.record(session, "went back to practice", Clinic, clinic.id)

    return _change(request, change)


def pause(request: DeskRequest) -> Response:
    """Let nothing more leave for the clinic."""

    def change(session: Session, clinic: Clinic) -> None:
        pauses.pause(session, clinic, request.signed_in.staff.email, request.now)
        request.record(session, "paused sending", Clinic, clinic.id)

    return _change(request, change, "paused")


def resume(request: DeskRequest) -> Response:
    """Let messages leave again."""

    def change(session: Session, clinic: Clinic) -> None:
        pauses.resume_messages(session, clinic)
        request.record(session, "let sending go on", Clinic, clinic.id)

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
