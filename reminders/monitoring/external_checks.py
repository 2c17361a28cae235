"""Checks of what is outside (Twilio, mail server, DNS, clocks), each with its fix."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from reminders.monitoring.alerts import UndeliveredAlerts
from reminders.monitoring.doctor import Check, Verdict
from reminders.rules.clock_guard import JUMP
from reminders.senders import SendError
from reminders.senders.mail_checks import Lookup, domain_records, txt_records
from reminders.senders.twilio_account import TwilioNumber

PASS, WARN, FAIL = Verdict.PASS, Verdict.WARN, Verdict.FAIL

OLD_BACKUP = timedelta(days=2)

SYSTEM_ZONES = Path("/usr/share/zoneinfo")


def line(found: TwilioNumber, replies_to: str) -> Iterator[Check]:
    """Judge what Twilio says of our sender; ``replies_to`` is where it should post replies."""
    if found.trial:
        yield Check(
            "Twilio account",
            WARN,
            "a trial account, which reaches only numbers you have verified",
            "Upgrade it in Twilio's console before going live.",
        )
    else:
        yield Check("Twilio account", PASS, f"{found.account}, a paid account")
    if not found.found:
        yield Check(
            "Twilio sender",
            FAIL,
            f"this account has no such {found.kind}",
            "Set TWILIO_FROM to a number of this account, or TWILIO_MESSAGING_SERVICE_SID.",
        )
        return
    if found.name:
        yield Check("Twilio sender", PASS, f"texts leave under the name {found.name}")
        return
    if not found.texts:
        yield Check(
            "Twilio sender",
            FAIL,
            f"this {found.kind} cannot send texts",
            "Choose a number that can send SMS, or add one to the service.",
        )
    else:
        yield Check("Twilio sender", PASS, f"a {found.kind} that can send texts")
    if found.registration is not None:
        good = found.registered
        yield Check(
            "registration",
            PASS if good else FAIL,
            found.registration,
            ""
            if good
            else "Carriers block unregistered senders. To see what to submit, run: reminders registration",
        )
    yield _webhook(found, replies_to)


def _webhook(found: TwilioNumber, replies_to: str) -> Check:
    name = "replies webhook"
    if found.replies_to.partition("#")[0] == replies_to.partition("#")[0]:
        return Check(name, PASS, "Twilio posts replies to this installation")
    where = "nowhere" if not found.replies_to else "to another address"
    return Check(
        name,
        FAIL,
        f"Twilio posts replies {where}, so a STOP would not be received",
        "Run: reminders doctor --fix",
    )


def mail(
    probe: Callable[[], str], host: str, port: int, reachable: Callable[[str], list[int]]
) -> Check:
    """Sign in to the mail server; where its port is shut, say which others are open."""
    try:
        return Check("SMTP", PASS, probe())
    except SendError as error:
        if "no connection" not in error.code:
            return Check(
                "SMTP",
                FAIL,
                f"not ready: {error.code or error.outcome}",
                "Check SMTP_USERNAME, SMTP_PASSWORD and SMTP_SECURITY (tls for port 465, starttls for 587 and 2525).",
            )
    others = [str(one) for one in reachable(host) if one != port]
    if others:
        return Check(
            "SMTP",
            FAIL,
            f"port {port} cannot be reached from here; these can: {', '.join(others)}",
            f"Set SMTP_PORT={others[0]} (with SMTP_SECURITY=tls for 465).",
        )
    return Check(
        "SMTP",
        FAIL,
        f"no port of {host} can be reached from here (tried {port}, 587, 465 and 2525)",
        "Many hosts block mail. Ask yours to open 2525 or 587, or move to a plan that allows sending.",
    )


def domain(mail_from: str, lookup: Lookup = txt_records) -> Iterator[Check]:
    """Judge what the domain of our emails publishes: without it they land among the spam."""
    name = mail_from.rpartition("@")[2].strip(" <>")
    try:
        found = domain_records(name, lookup)
    except OSError:
        yield Check(
            "mail domain",
            WARN,
            f"the DNS records of {name} could not be read from here",
            "Check from another machine. The domain needs SPF, DKIM and DMARC records.",
        )
        return
    mends = {
        "SPF": (
            found.spf,
            f"Publish the record your mail provider gives you on {name}: v=spf1 include:… ~all",
        ),
        "DKIM": (
            found.dkim,
            "Publish the key your mail provider gives you. If it is published under a name not checked here, this is fine.",
        ),
        "DMARC": (
            found.dmarc,
            f"Publish on _dmarc.{name}: v=DMARC1; p=none; rua=mailto:you@{name}",
        ),
    }
    for what, (said, mend) in mends.items():
        missing = WARN if what == "DKIM" else FAIL
        yield Check(
            what,
            PASS if said else missing,
            f"{said[:60]}" if said else f"nothing found for {name}",
            "" if said else mend,
        )


def clocks(ours: datetime, other: datetime | None) -> Check:
    """Compare our clock with the database's."""
    if other is None:
        return Check("clock", PASS, f"{ours:%Y-%m-%d %H:%M:%S} UTC; SQLite has no clock of its own")
    apart = abs(ours - other)
    if apart > JUMP:
        return Check(
            "clock",
            FAIL,
            f"{apart.total_seconds():.0f} seconds away from the database's clock",
            "Let this machine follow a time server (NTP).",
        )
    return Check(
        "clock", PASS, f"within {apart.total_seconds():.1f} seconds of the database's clock"
    )


def zones(used: Iterable[str], now: datetime, system: Path = SYSTEM_ZONES) -> Check:
    """Say in which of the zones in use the machine's own files differ from the package's, whose
    times are kept: so that nobody wonders about a wall clock that disagrees.
    """
    differ = [key for key in sorted(set(used)) if _differs(key, now, system)]
    if differ:
        return Check(
            "zone data",
            WARN,
            f"this machine's own files differ for {', '.join(differ)}; the package's are used",
            "Nothing is needed here. Update tzdata on the machine if its clock shows a different hour.",
        )
    return Check("zone data", PASS, "the machine's own files agree for every zone in use")


def _differs(key: str, now: datetime, system: Path) -> bool:
    try:
        with (system / key).open("rb") as file:
            other = ZoneInfo.from_file(file, key)
    except (OSError, ValueError):
        return False
    ours = ZoneInfo(key)
    moments = (now + timedelta(days=15 * n) for n in range(50))
    return any(
        at.astimezone(ours).utcoffset() != at.astimezone(other).utcoffset() for at in moments
    )


def alerts(found: Iterable[UndeliveredAlerts]) -> Iterator[Check]:
    """Judge the alerts that could not be sent by email: none, if all is well."""
    for one in found:
        what = f"{one.count} since {one.since:%Y-%m-%d %H:%M} UTC"
        if one.nowhere:
            mend = "Set OPERATOR_EMAIL, and run: reminders status"
            yield Check(
                "alerts",
                WARN,
                f"{what} are for the system administrator, whose address is not set",
                mend,
            )
        else:
            mend = "See SMTP above. They are sent by themselves once email works."
            yield Check("alerts", FAIL, f"{what} could not be sent by email", mend)


def backup(made_at: datetime | None, now: datetime) -> Check:
    """Judge the age of the last backup made by our command."""
    if made_at is None:
        return Check(
            "backup",
            WARN,
            "no backup was made with reminders backup",
            "Run reminders backup FILE from cron, or rely on your host's own backups and test one.",
        )
    days = (now - made_at).days
    old = now - made_at > OLD_BACKUP
    return Check(
        "backup",
        WARN if old else PASS,
        f"made {made_at:%Y-%m-%d %H:%M} UTC, {days} days ago"
        if days
        else f"made {made_at:%Y-%m-%d %H:%M} UTC",
        "Run: reminders backup FILE" if old else "",
    )


def webhook_round_trip(status: int | None) -> Check:
    """Judge the answer to a report that we signed as Twilio does and posted to our public
    address."""
    if status == 204:
        return Check("public address", PASS, "reachable, and a signature made for it is accepted")
    mends = {
        None: (
            "PUBLIC_URL cannot be reached from here",
            "Check the name and its certificate. Some hosts cannot reach themselves, so try it from elsewhere.",
        ),
        403: (
            "it responds, but a signature made for it is not accepted",
            "PUBLIC_URL must be the address used from outside, and lead to this installation.",
        ),
        404: (
            "it responds, but not with this program",
            "Set PUBLIC_URL to the address of this installation.",
        ),
    }
    found, mend = mends.get(
        status,
        (
            f"it responds with status {status}",
            "Make the proxy in front of this program pass POST requests on unchanged.",
        ),
    )
    return Check("public address", FAIL if status else WARN, found, mend)
