"""Checks of what is inside the installation (database, wording, clinics), each with its fix."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from importlib.metadata import version
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from reminders.monitoring.status import SILENCE
from reminders.plans.reminder_plans import Courses, courses_of
from reminders.rules import first_week, sending_hours
from reminders.rules.caps import USUAL_A_WEEK, TextCap
from reminders.rules.decision import Outcome
from reminders.rules.planning import END_OF_DAY
from reminders.rules.protocols import Protocol
from reminders.rules.terms import Channel, ClinicFacts, Facts
from reminders.rules.wording import accepted_until, needs_review
from reminders.store import migrations
from reminders.store.database import is_encrypted, reading
from reminders.store.queries import delivery, people
from reminders.store.tables import Clinic
from reminders.wording.library import Library, WordingError
from reminders.wording.renderer import Renderer, RenderError

MENDS = {
    Outcome.CONFIGURATION: "Check the account's user name, password and security settings.",
    Outcome.BUSY: "Check the host and port. Many hosts block mail on 25 and 587, and allow 465 or 2525.",
}


class Verdict(StrEnum):
    """The result of a check."""

    PASS = "pass"  # noqa: S105 (no password)
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what was checked, what was found, and how to fix it."""

    name: str
    verdict: Verdict
    found: str
    mend: str = ""


def database(engine: Engine) -> Iterator[Check]:
    """Look at the database and its tables."""
    kind = engine.dialect.name
    try:
        revision = migrations.current(engine)
    except (SQLAlchemyError, OSError):
        yield Check(
            "database",
            Verdict.FAIL,
            f"{kind} is not responding",
            "Check DATABASE_URL and that the database is running.",
        )
        return
    encrypted = is_encrypted(engine)
    if encrypted is False:
        yield Check(
            "database",
            Verdict.WARN,
            f"{kind} responds, but the connection is not encrypted (no TLS)",
            "Add ?sslmode=require to DATABASE_URL, unless the network in between is private.",
        )
    else:
        yield Check("database", Verdict.PASS, f"{kind} responds{', over TLS' if encrypted else ''}")
    if migrations.is_behind(revision):
        yield Check("tables", Verdict.FAIL, "older than this program", "Run: reminders migrate")
    elif revision == migrations.newest():
        yield Check("tables", Verdict.PASS, f"up to date ({revision})")
    else:
        yield Check(
            "tables",
            Verdict.WARN,
            f"newer than this program ({revision})",
            "Deploy the newer version here as well.",
        )


def time_zones() -> Check:
    """Look at which time-zone data rules: the package's, so that every machine agrees."""
    if zoneinfo.TZPATH:
        return Check(
            "time zones",
            Verdict.WARN,
            "the system's files are used, not the package's",
            "Start the program with the reminders command.",
        )
    return Check(
        "time zones", Verdict.PASS, f"tzdata {version('tzdata')}, the same on every machine"
    )


def wording(library: Library, renderer: Renderer, now: datetime) -> Check:
    """Render every milestone in every language and channel, for an invented client."""
    try:
        broken = [str(error) for error in _broken(library, renderer, now)]
        count = sum(
            len(p.milestones) * len(library.languages(p.key)) for p in library.protocols.values()
        )
    except WordingError as error:
        return Check("wording", Verdict.FAIL, str(error), "Fix that file.")
    if broken:
        return Check("wording", Verdict.FAIL, "; ".join(broken), "Fix these files.")
    return Check("wording", Verdict.PASS, f"{count} milestones read and rendered")


def _broken(library: Library, renderer: Renderer, now: datetime) -> Iterator[RenderError]:
    for protocol in library.protocols.values():
        for language in library.languages(protocol.key):
            for facts in samples(protocol, language, now):
                try:
                    renderer.render(facts, now, facts.stale_at)
                except RenderError as error:
                    yield error


def samples(protocol: Protocol, language: str, now: datetime) -> Iterator[Facts]:
    """Return made-up facts for every milestone and channel of a protocol."""
    clinic = ClinicFacts(
        clinic_id=0,
        name="Sample Clinic",
        phone="+442079460000",
        email="desk@clinic.example",
        address="1 Sample Street",
        country="GB",
        live=True,
        hours=sending_hours.parse(sending_hours.USUAL),
        texts_per_day=1,
        texts_per_week=USUAL_A_WEEK,
        zone=ZoneInfo("Europe/London"),
    )
    for milestone in protocol.milestones:
        for channel, contact in (
            (Channel.SMS, "+447700900123"),
            (Channel.EMAIL, "ana@clinic.example"),
        ):
            yield Facts(
                reminder_id=0,
                client_id=0,
                claim="",
                clinic=clinic,
                protocol=protocol.key,
                milestone=milestone.key,
                channel=channel,
                scheduled_at=now,
                stale_at=now + timedelta(days=1),
                attempts=0,
                first_name="Ana",
                language=language,
                contact=contact,
                zone=clinic.zone,
                treated_on=now.date(),
                starts=END_OF_DAY,
                treatment_cancelled=False,
                consented=True,
                suppressed=None,
                superseded=False,
                texts_on=(),
            )


def clinics(engine: Engine, library: Library, now: datetime) -> Iterator[Check]:
    """Look at the clinics, and at whether anything is sending for them."""
    with reading(engine) as session:
        found = people.clinics(session)
        beat = delivery.last_beat(session)
        courses = {clinic.id: courses_of(session, library, clinic.id) for clinic in found}
    if not found:
        yield Check("clinics", Verdict.WARN, "there is no clinic yet", "Run: reminders clinic add")
    for clinic in found:
        yield _clinic(clinic, now.date())
        yield from _first_week(clinic, courses[clinic.id])
    if beat is None or now - beat > SILENCE:
        yield Check(
            "heartbeat",
            Verdict.WARN,
            "it has not run yet" if beat is None else f"the last was at {beat:%Y-%m-%d %H:%M} UTC",
            "Run reminders serve (or worker, or tick from cron).",
        )
    else:
        yield Check("heartbeat", Verdict.PASS, f"the last was at {beat:%H:%M:%S} UTC")


def _clinic(clinic: Clinic, today: date) -> Check:
    name = f"clinic {clinic.id}"
    if clinic.time_zone not in zoneinfo.available_timezones():
        return Check(
            name,
            Verdict.FAIL,
            f"its time zone {clinic.time_zone} is unknown",
            "Correct it: reminders clinic edit",
        )
    if not clinic.live:
        return Check(
            name,
            Verdict.WARN,
            f"{clinic.name} is in practice mode, so nothing is sent",
            f"When ready: reminders clinic edit '{clinic.name}' --live",
        )
    accepted = clinic.wording_accepted_at
    until = accepted_until(accepted)
    if until is None or needs_review(accepted, today):
        return Check(
            name,
            Verdict.WARN,
            f"the wording of {clinic.name} has to be read and accepted"
            + (f", or nothing is sent after {until}" if until else ""),
            f"Read it, then: reminders clinic edit '{clinic.name}' --live",
        )
    return Check(
        name,
        Verdict.PASS,
        f"{clinic.name} is live, {clinic.time_zone}, {clinic.sending_hours};"
        f" wording accepted until {until}",
    )


def _first_week(clinic: Clinic, courses: Courses) -> Iterator[Check]:
    """Say where a clinic's own hours and caps keep the first week from who can only be texted."""
    hours = sending_hours.parse(clinic.sending_hours)
    cap = TextCap(clinic.texts_per_day, clinic.texts_per_week)
    for one in first_week.worst(next(iter(courses.values())), hours, cap):
        yield Check(
            f"clinic {clinic.id}",
            Verdict.WARN,
            f"texts only, visit until {one.visit.ends_at:%A %H:%M}: {one}",
            f"Ask such clients for emails too, or widen: reminders clinic edit '{clinic.name}'"
            f" --sending-hours '{sending_hours.USUAL}' --texts-per-week {USUAL_A_WEEK}",
        )
