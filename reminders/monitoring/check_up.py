"""Run all of the doctor's checks in turn, for the command line and for owners' pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from sqlalchemy import Engine

from reminders.monitoring import (
    alerts,
    clock_checks,
    doctor,
    external_checks,
    name_checks,
    sender_checks,
    server_checks,
)
from reminders.monitoring.checks import Check, Verdict
from reminders.rules.translation import gettext
from reminders.senders.account import TwilioAccount
from reminders.senders.mail_checks import open_ports, probe_webhook
from reminders.settings import Settings
from reminders.store.backups import BACKED_UP
from reminders.store.database import database_time, reading, writing
from reminders.store.queries import people, stored_settings
from reminders.wording.library import Library
from reminders.wording.renderer import Renderer

Accounts = Mapping[int | None, TwilioAccount]
"""Every account that texts leave by; None is the installation's."""

REPLIES = "/hooks/twilio/inbound#rc=3&rp=all"
"""Where Twilio is to post what clients text; what follows the # lets it try again."""

WORDED = "wording read"
"""The mark that says which edition of the wording was found to be whole."""


def own_checks(
    engine: Engine, library: Library, renderer: Renderer, clock: Callable[[], datetime]
) -> Iterator[Check]:
    """Check the installation: database, clock, zones, wording, clinics, heartbeat, backup."""
    found = list(doctor.database(engine))
    yield from found
    yield doctor.time_zones()
    if any(check.verdict is Verdict.FAIL for check in found):
        yield doctor.wording(library, renderer, clock())
        return
    yield from server_checks.checks(engine)
    yield wording(engine, library, renderer, clock())
    yield clock_checks.clocks(clock(), database_time(engine))
    now = clock()
    with reading(engine) as session:
        used = people.zones(session)
        backed_up = stored_settings.read(session, BACKED_UP)
        untold = alerts.untold(session, now)
    yield clock_checks.zones(used, now)
    yield from doctor.clinics(engine, library, now)
    yield from external_checks.alerts(untold)
    yield external_checks.backup(datetime.fromisoformat(backed_up) if backed_up else None, now)


def wording(engine: Engine, library: Library, renderer: Renderer, now: datetime) -> Check:
    """Render every milestone, once for each edition of the wording, since it takes seconds."""
    edition = library.edition()
    with reading(engine) as session:
        known = stored_settings.read(session, WORDED)
    if known and known["edition"] == edition:
        return doctor.whole_wording(library)
    check = doctor.wording(library, renderer, now)
    if check.verdict is Verdict.PASS:
        with writing(engine) as session:
            stored_settings.write(session, WORDED, {"edition": edition})
    return check


def unused() -> Check:
    """Return the check of providers that nothing is sent by."""
    return Check("Twilio, SMTP", Verdict.PASS, gettext("not used while DELIVERY=outbox"))


def third_party_checks(
    engine: Engine,
    settings: Settings,
    accounts: Accounts,
    probe_smtp: Callable[[], str],
    *,
    fix: bool,
) -> Iterator[Check]:
    """Check what depends on others: Twilio, the mail server, DNS, our public address."""
    yield from senders(engine, settings, accounts, fix=fix)
    yield external_checks.mail(probe_smtp, settings.smtp_host, settings.smtp_port, open_ports)
    yield from external_checks.domain(settings.mail_from)
    token = settings.twilio_auth_token.get_secret_value()
    if token:
        status = f"{settings.public_url}/hooks/twilio/status"
        yield external_checks.webhook_round_trip(
            probe_webhook(status, settings.twilio_account_sid, token)
        )


def senders(
    engine: Engine,
    settings: Settings,
    accounts: Accounts,
    clinic_id: int | None = None,
    *,
    fix: bool = False,
) -> Iterator[Check]:
    """Check as whom messages leave, of all clinics or of one; with ``fix`` let replies come to us."""
    asked = (accounts, settings.public_url + REPLIES, clinic_id)
    with reading(engine) as session:
        yield from sender_checks.accounts_and_senders(session, *asked, fix=fix)
        yield from name_checks.names(session, clinic_id)
        yield from sender_checks.mail_domains(session, clinic_id)
