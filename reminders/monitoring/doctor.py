"""Checks of what is inside the installation (database, wording, clinics), each with its fix."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from importlib.metadata import version
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from reminders.monitoring.checks import Check, Verdict, run_this
from reminders.monitoring.status import SILENCE
from reminders.plans.reminder_plans import Courses, courses_of
from reminders.rules import first_week, sending_hours
from reminders.rules.caps import USUAL_A_WEEK, TextCap
from reminders.rules.decision import Outcome
from reminders.rules.planning import END_OF_DAY
from reminders.rules.protocols import Protocol
from reminders.rules.terms import Channel, ClinicFacts, Facts
from reminders.rules.translation import gettext, gettext_noop, ngettext
from reminders.rules.wording import accepted_until, needs_review
from reminders.store import migrations
from reminders.store.database import is_encrypted, reading
from reminders.store.queries import delivery, people
from reminders.store.tables import Clinic
from reminders.wording.library import Library, WordingError
from reminders.wording.localised import DateForm, date_text
from reminders.wording.renderer import Renderer, RenderError

MENDS = {
    Outcome.CONFIGURATION: gettext_noop(
        "Check the account's user name, password and security settings."
    ),
    Outcome.BUSY: gettext_noop(
        "Check the host and port. Many hosts block mail on 25 and 587, and allow 465 or 2525."
    ),
}


def database(engine: Engine) -> Iterator[Check]:
    """Look at the database and its tables."""
    kind = engine.dialect.name
    try:
        revision = migrations.current(engine)
    except (SQLAlchemyError, OSError):
        yield Check(
            "database",
            Verdict.FAIL,
            gettext("%(database)s is not responding", database=kind),
            gettext("Check DATABASE_URL and that the database is running."),
        )
        return
    encrypted = is_encrypted(engine)
    if encrypted is False:
        yield Check(
            "database",
            Verdict.WARN,
            gettext(
                "%(database)s responds, but the connection is not encrypted (no TLS)", database=kind
            ),
            gettext(
                "Add ?sslmode=require to DATABASE_URL, unless the network in between is private."
            ),
        )
    else:
        over_tls = gettext_noop("%(database)s responds, over TLS")
        plain = gettext_noop("%(database)s responds")
        said = gettext(over_tls if encrypted else plain, database=kind)
        yield Check("database", Verdict.PASS, said)
    yield _tables(revision)


def _tables(revision: str | None) -> Check:
    if migrations.is_behind(revision):
        mend = run_this("reminders migrate")
        return Check("tables", Verdict.FAIL, gettext("older than this program"), mend)
    if revision == migrations.newest():
        return Check("tables", Verdict.PASS, gettext("up to date (%(id)s)", id=revision))
    return Check(
        "tables",
        Verdict.WARN,
        gettext("newer than this program (%(id)s)", id=revision),
        gettext("Deploy the newer version here as well."),
    )


def time_zones() -> Check:
    """Look at which time-zone data rules: the package's, so that every machine agrees."""
    if zoneinfo.TZPATH:
        return Check(
            "time zones",
            Verdict.WARN,
            gettext("the system's files are used, not the package's"),
            gettext("Start the program with the reminders command."),
        )
    known = gettext("tzdata %(version)s, the same on every machine", version=version("tzdata"))
    return Check("time zones", Verdict.PASS, known)


def wording(library: Library, renderer: Renderer, now: datetime) -> Check:
    """Render every milestone in every language and channel, for an invented client."""
    try:
        broken = [str(error) for error in _broken(library, renderer, now)]
        whole = whole_wording(library)
    except WordingError as error:
        return Check("wording", Verdict.FAIL, str(error), gettext("Fix that file."))
    if broken:
        return Check("wording", Verdict.FAIL, "; ".join(broken), gettext("Fix these files."))
    return whole


def whole_wording(library: Library) -> Check:
    """Say how much wording there is, which was found to be whole; raises ``WordingError``."""
    count = sum(
        len(p.milestones) * len(library.languages(p.key)) for p in library.protocols.values()
    )
    said = ngettext("1 milestone read and rendered", "%(n)s milestones read and rendered", count)
    return Check("wording", Verdict.PASS, said)


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
        mend = run_this("reminders clinic add")
        yield Check("clinics", Verdict.WARN, gettext("there is no clinic yet"), mend)
    for clinic in found:
        yield _clinic(clinic, now.date())
        yield from _first_week(clinic, courses[clinic.id])
    if beat is None or now - beat > SILENCE:
        yield Check(
            "heartbeat",
            Verdict.WARN,
            gettext("it has not run yet")
            if beat is None
            else gettext("the last was at %(when)s UTC", when=f"{beat:%Y-%m-%d %H:%M}"),
            gettext("Run reminders serve (or worker, or tick from cron)."),
        )
    else:
        said = gettext("the last was at %(when)s UTC", when=f"{beat:%H:%M:%S}")
        yield Check("heartbeat", Verdict.PASS, said)


def _clinic(clinic: Clinic, today: date) -> Check:
    name = f"clinic {clinic.id}"
    if clinic.time_zone not in zoneinfo.available_timezones():
        return Check(
            name,
            Verdict.FAIL,
            gettext("its time zone %(zone)s is unknown", zone=clinic.time_zone),
            gettext("Correct it: %(command)s", command="reminders clinic edit"),
        )
    go_live = f"reminders clinic edit '{clinic.name}' --live"
    if not clinic.live:
        return Check(
            name,
            Verdict.WARN,
            gettext("%(clinic)s is in practice mode, so nothing is sent", clinic=clinic.name),
            gettext("When ready: %(command)s", command=go_live),
        )
    accepted = clinic.wording_accepted_at
    until = accepted_until(accepted)
    if until is None or needs_review(accepted, today):
        due = gettext_noop("the wording of %(clinic)s has to be read and accepted")
        before = gettext_noop(
            "the wording of %(clinic)s has to be read and accepted, or nothing is sent after %(day)s"
        )
        said = gettext(before if until else due, clinic=clinic.name, day=str(until))
        return Check(
            name, Verdict.WARN, said, gettext("Read it, then: %(command)s", command=go_live)
        )
    said = gettext(
        "%(clinic)s is live, %(zone)s, %(hours)s; wording accepted until %(day)s",
        clinic=clinic.name,
        zone=clinic.time_zone,
        hours=clinic.sending_hours,
        day=str(until),
    )
    return Check(name, Verdict.PASS, said)


def _first_week(clinic: Clinic, courses: Courses) -> Iterator[Check]:
    """Say where a clinic's own hours and caps keep the first week from who can only be texted."""
    hours = sending_hours.parse(clinic.sending_hours)
    cap = TextCap(clinic.texts_per_day, clinic.texts_per_week)
    for one in first_week.worst(next(iter(courses.values())), hours, cap):
        yield Check(
            f"clinic {clinic.id}",
            Verdict.WARN,
            gettext(
                "texts only, visit until %(weekday)s %(hour)s: %(what)s",
                weekday=date_text(one.visit.ends_at, DateForm.WEEKDAY),
                hour=one.visit.ends_at.time(),
                what=str(one),
            ),
            gettext(
                "Ask such clients for emails too, or widen: %(command)s",
                command=f"reminders clinic edit '{clinic.name}'"
                f" --sending-hours '{sending_hours.USUAL}' --texts-per-week {USUAL_A_WEEK}",
            ),
        )
