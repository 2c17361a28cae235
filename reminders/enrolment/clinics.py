"""Add and edit clinics, and switch them between practice mode and live sending."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from reminders.enrolment.countries import country_of, read_country, read_time_zone
from reminders.plans.reminder_plans import replan_clinic
from reminders.rules import sending_hours
from reminders.rules.caps import MOST_A_DAY, MOST_A_WEEK, USUAL_A_WEEK
from reminders.rules.contacts import clean, read_email, read_name, read_phone
from reminders.rules.segments import Encoding, size, ucs2_characters
from reminders.rules.sending_hours import SendingHours
from reminders.rules.terms import Channel, InputError, Reason
from reminders.rules.text_names import LONGEST, ClientNames, shortened
from reminders.rules.translation import gettext
from reminders.rules.wording import needs_review
from reminders.store.queries import lanes, people, plans
from reminders.store.tables import Clinic
from reminders.wording.library import Library

MOST_MINUTES = 240
"""The longest a worried client may wait until a second person is told."""

Fields = Mapping[str, str | int | None]
"""What was typed, by the column it is for; what is absent or None stays as it is."""


class ClinicError(ValueError):
    """A clinic's particulars cannot be used; ``faults`` holds a sentence for each."""

    def __init__(self, faults: list[str]) -> None:
        """Take every fault that was found."""
        super().__init__("\n".join(faults))
        self.faults = faults


def add(session: Session, typed: Fields, now: datetime, *, live: bool) -> Clinic:
    """Add a clinic; it starts in practice mode unless ``live``. Raises ``ClinicError``."""
    clinic = Clinic(
        name="",
        name_key="",
        time_zone="",
        country="",
        phone="",
        email="",
        address="",
        sending_hours=sending_hours.USUAL,
        email_hours=sending_hours.EMAILS_USUAL,
        created_at=now,
    )
    faults = _apply_fields(clinic, typed)
    if clinic.name and people.clinic_named(session, clinic.name):
        faults.append(_namesake_fault())
    if faults:
        raise ClinicError(faults)
    clinic.slug = people.free_slug(session, clinic.name)
    set_live(clinic, now, live=live)
    session.add(clinic)
    session.flush()
    lanes.add_missing(session)
    return clinic


def limit(
    session: Session, clinic: Clinic, channel: Channel, per_minute: int | None, per_day: int | None
) -> None:
    """Set how much may leave for a clinic by a channel; None for as fast as the provider takes."""
    lanes.limit(session, clinic.id, channel, per_minute=per_minute, per_day=per_day)


def set_budget(session: Session, clinic: Clinic, segments: int | None) -> None:
    """Set the most segments of text a month, or None for no limit; what waited is looked at."""
    clinic.segment_budget = segments
    session.flush()
    plans.wake(session, clinic.id, Reason.BUDGET)


def edit(
    session: Session,
    library: Library,
    clinic: Clinic,
    typed: Fields,
    now: datetime,
    *,
    live: bool | None = None,
) -> None:
    """Change a clinic, and with its zone, hours or caps everyone's plan. Raises ``ClinicError``."""
    before = _planned_by(clinic)
    faults = _apply_fields(
        clinic, {name: value for name, value in typed.items() if value is not None}
    )
    namesake = people.clinic_named(session, clinic.name)
    if namesake is not None and namesake.id != clinic.id:
        faults.append(_namesake_fault())
    if faults:
        raise ClinicError(faults)
    if live is not None:
        set_live(clinic, now, live=live)
    session.flush()
    if before != _planned_by(clinic):
        replan_clinic(session, library, clinic, now)
        plans.wake(session, clinic.id, Reason.COUNTRY)
    if live:
        plans.wake(session, clinic.id, Reason.PRACTICE)
    if not clinic.attendance_required:
        plans.wake(session, clinic.id, Reason.NOT_CONFIRMED)


def _planned_by(clinic: Clinic) -> tuple[object, ...]:
    """Return the particulars that everyone's plan depends on."""
    hours = clinic.sending_hours, clinic.email_hours
    caps = clinic.texts_per_day, clinic.texts_per_week, clinic.both_channels
    return (clinic.time_zone, clinic.country, clinic.phone, *hours, *caps)


def set_live(clinic: Clinic, now: datetime, *, live: bool) -> None:
    """Let a clinic out of practice mode, which accepts the packaged wording, or back into it."""
    clinic.live = live
    if live and needs_review(clinic.wording_accepted_at, now.date()):
        clinic.wording_accepted_at = now


def _apply_fields(clinic: Clinic, typed: Fields) -> list[str]:
    """Write down what can be read, and return what is wrong with the rest."""
    faults: list[str] = []
    zone, country = clinic.time_zone, clinic.country
    readers: dict[str, Callable[[str], str | int | bool | None]] = {
        "name": _name,
        "time_zone": read_time_zone,
        "country": lambda text: read_country(text, clinic.time_zone),
        "phone": lambda text: read_phone(text, clinic.country or None).number,
        "email": read_email,
        "address": _required,
        "sending_hours": partial(_hours, sending_hours.parse),
        "email_hours": partial(_hours, sending_hours.parse_emails),
        "texts_per_day": partial(_count, MOST_A_DAY),
        "texts_per_week": partial(_count, MOST_A_WEEK),
        "attendance_required": _yes,
        "text_name": _text_name,
        "client_names": ClientNames,
        "stop_on_every_text": _yes,
        "both_channels": _yes,
        "opening_hours": partial(_hours, sending_hours.parse_emails),
        "worried_minutes": _minutes,
        "second_contact": lambda text: read_email(text) if text.strip() else None,
        "second_phone": lambda text: _phone(text, clinic.country),
        "after_hours_phone": lambda text: _phone(text, clinic.country),
    }
    for name, read in readers.items():
        if name not in typed or (name == "country" and typed[name] == country):
            continue  # a country that nobody chose anew follows the zone
        if name == "phone" and "+" not in str(typed[name]) and faults:
            continue  # without its zone we cannot tell whose national numbers are meant
        try:
            setattr(clinic, name, read(str(typed[name])))
        except InputError as error:
            faults.append(f"{name}: {error}")
        if name == "time_zone" and clinic.time_zone != zone:
            clinic.country = country_of(clinic.time_zone)
    clinic.name_key = people.name_key(clinic.name)
    return faults


def _namesake_fault() -> str:
    return "name: " + gettext("There is already a clinic with this name. Choose another name.")


def _name(text: str) -> str:
    return read_name(_required(text))


def _text_name(text: str) -> str | None:
    name = read_name(text)
    found = size(name)
    if found.encoding is Encoding.UCS_2:
        letters = "".join(ucs2_characters(name))
        raise InputError(
            gettext(
                "“%(letters)s” would make every text cost two or three segments.", letters=letters
            ),
            gettext("Write it in plain letters, like “%(name)s”.", name=shortened(name)),
        )
    if found.units > LONGEST:
        raise InputError(
            gettext(
                "This takes %(n)s characters, and texts have room for %(most)s.",
                n=found.units,
                most=LONGEST,
            ),
            gettext("Shorten it, like “%(name)s”.", name=shortened(name)),
        )
    return name or None


def _phone(text: str, country: str) -> str | None:
    return read_phone(text, country or None).number if text.strip() else None


def _required(text: str) -> str:
    found = clean(text)
    if not found:
        raise InputError(gettext("This cannot be empty."), gettext("Clients see it in messages."))
    return found


def _hours(read: Callable[[str], SendingHours], text: str) -> str:
    try:
        return str(read(text))
    except ValueError as error:
        raise InputError(str(error), "") from None


def _yes(text: str) -> bool:
    return text == "yes"


def _count(most: int, text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise InputError(
            gettext("This is not a number from 1 to %(most)s.", most=most)
            if most > 1
            else gettext("This can only be 1."),
            gettext(
                "One number gets at most 1 text a day; %(n)s a week are usual.", n=USUAL_A_WEEK
            ),
        )
    return int(text)


def _minutes(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= MOST_MINUTES:
        raise InputError(
            gettext("This is not a number from 1 to %(most)s.", most=MOST_MINUTES),
            gettext("30 minutes are usual."),
        )
    return int(text)
