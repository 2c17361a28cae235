"""Checks of what is outside (Twilio, mail server, DNS, our address), each with its fix."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from reminders.monitoring.alerts import UndeliveredAlerts
from reminders.monitoring.checks import Check, Verdict, run_this
from reminders.rules.sender_kinds import Kind
from reminders.rules.terms import Channel
from reminders.rules.translation import gettext, gettext_noop, ngettext
from reminders.senders import SendError
from reminders.senders.mail_checks import Lookup, domain_records, txt_records
from reminders.senders.twilio_account import TwilioNumber

PASS, WARN, FAIL = Verdict.PASS, Verdict.WARN, Verdict.FAIL

OLD_BACKUP = timedelta(days=2)

KINDS = {
    Kind.LONG_CODE: gettext_noop("long code"),
    Kind.TOLL_FREE: gettext_noop("toll-free number"),
    Kind.SHORT_CODE: gettext_noop("short code"),
    Kind.SERVICE: gettext_noop("Messaging Service"),
    Kind.NAME: gettext_noop("name"),
}
"""What Twilio's senders are called."""


def line(found: TwilioNumber, replies_to: str) -> Iterator[Check]:
    """Judge what Twilio says of our sender; ``replies_to`` is where it should post replies."""
    if found.trial:
        yield Check(
            "Twilio account",
            WARN,
            gettext("a trial account, which reaches only numbers you have verified"),
            gettext("Upgrade it in Twilio's console before going live."),
        )
    else:
        said = gettext("%(account)s, a paid account", account=found.account)
        yield Check("Twilio account", PASS, said)
    if not found.found:
        yield Check(
            "Twilio sender",
            FAIL,
            gettext("this account has no such %(kind)s", kind=gettext(KINDS[found.kind])),
            gettext(
                "Set TWILIO_FROM to a number of this account, or TWILIO_MESSAGING_SERVICE_SID."
            ),
        )
        return
    yield _sender(found)
    if found.name:
        return
    if found.registration is not None:
        good = found.registered
        yield Check(
            "registration",
            PASS if good else FAIL,
            found.registration,
            ""
            if good
            else gettext(
                "Carriers block unregistered senders. To see what to submit, run: reminders registration --clinic NAME"
            ),
        )
    yield _webhook(found, replies_to)


def _sender(found: TwilioNumber) -> Check:
    if found.name:
        said = gettext("texts leave under the name %(name)s", name=found.name)
        return Check("Twilio sender", PASS, said)
    kind = gettext(KINDS[found.kind])
    if found.texts:
        return Check("Twilio sender", PASS, gettext("a %(kind)s that can send texts", kind=kind))
    return Check(
        "Twilio sender",
        FAIL,
        gettext("this %(kind)s cannot send texts", kind=kind),
        gettext("Choose a number that can send SMS, or add one to the service."),
    )


def _webhook(found: TwilioNumber, replies_to: str) -> Check:
    name = "replies webhook"
    if found.replies_to.partition("#")[0] == replies_to.partition("#")[0]:
        return Check(name, PASS, gettext("Twilio posts replies to this installation"))
    nowhere = gettext_noop("Twilio posts replies nowhere, so a STOP would not be received")
    elsewhere = gettext_noop(
        "Twilio posts replies to another address, so a STOP would not be received"
    )
    said = gettext(elsewhere if found.replies_to else nowhere)
    return Check(name, FAIL, said, run_this("reminders doctor --fix"))


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
                gettext("not ready: %(code)s", code=error.code or error.outcome),
                gettext(
                    "Check SMTP_USERNAME, SMTP_PASSWORD and SMTP_SECURITY (tls for port 465, starttls for 587 and 2525)."
                ),
            )
    others = [str(one) for one in reachable(host) if one != port]
    if others:
        return Check(
            "SMTP",
            FAIL,
            gettext(
                "port %(port)s cannot be reached from here; these can: %(others)s",
                port=str(port),
                others=", ".join(others),
            ),
            gettext("Set SMTP_PORT=%(port)s (with SMTP_SECURITY=tls for 465).", port=others[0]),
        )
    return Check(
        "SMTP",
        FAIL,
        gettext(
            "no port of %(host)s can be reached from here (tried %(port)s, 587, 465 and 2525)",
            host=host,
            port=str(port),
        ),
        gettext(
            "Many hosts block mail. Ask yours to open 2525 or 587, or move to a plan that allows sending."
        ),
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
            gettext("the DNS records of %(domain)s could not be read from here", domain=name),
            gettext("Check from another machine. The domain needs SPF, DKIM and DMARC records."),
        )
        return
    mends = {
        "SPF": (
            found.spf,
            gettext(
                "Publish the record your mail provider gives you on %(domain)s: %(record)s",
                domain=name,
                record="v=spf1 include:… ~all",
            ),
        ),
        "DKIM": (
            found.dkim,
            gettext(
                "Publish the key your mail provider gives you. If it is published under a name not checked here, this is fine."
            ),
        ),
        "DMARC": (
            found.dmarc,
            gettext(
                "Publish on %(domain)s: %(record)s",
                domain=f"_dmarc.{name}",
                record=f"v=DMARC1; p=none; rua=mailto:you@{name}",
            ),
        ),
    }
    for what, (said, mend) in mends.items():
        missing = WARN if what == "DKIM" else FAIL
        yield Check(
            what,
            PASS if said else missing,
            said[:60] if said else gettext("nothing found for %(domain)s", domain=name),
            "" if said else mend,
        )


def alerts(found: Iterable[UndeliveredAlerts]) -> Iterator[Check]:
    """Judge the alerts that could not be sent: none, if all is well."""
    for one in found:
        since = f"{one.since:%Y-%m-%d %H:%M}"
        if one.nowhere:
            said = gettext(
                "%(n)s since %(when)s UTC are for the system administrator, whose address is not set",
                n=one.count,
                when=since,
            )
            mend = gettext("Set OPERATOR_EMAIL, and run: reminders status")
            yield Check("alerts", WARN, said, mend)
        elif one.channel is Channel.SMS:
            said = gettext(
                "%(n)s since %(when)s UTC could not be sent by text", n=one.count, when=since
            )
            mend = gettext(
                "See Twilio above, and check the second person's number under Settings, “Worried clients”."
            )
            yield Check("alerts", FAIL, said, mend)
        else:
            said = gettext(
                "%(n)s since %(when)s UTC could not be sent by email", n=one.count, when=since
            )
            mend = gettext("See SMTP above. They are sent by themselves once email works.")
            yield Check("alerts", FAIL, said, mend)


def backup(made_at: datetime | None, now: datetime) -> Check:
    """Judge the age of the last backup made by our command."""
    if made_at is None:
        return Check(
            "backup",
            WARN,
            gettext("no backup was made with reminders backup"),
            gettext(
                "Run reminders backup FILE from cron, or rely on your host's own backups and test one."
            ),
        )
    days = (now - made_at).days
    old = now - made_at > OLD_BACKUP
    when = f"{made_at:%Y-%m-%d %H:%M}"
    said = (
        ngettext(
            "made %(when)s UTC, 1 day ago", "made %(when)s UTC, %(n)s days ago", days, when=when
        )
        if days
        else gettext("made %(when)s UTC", when=when)
    )
    return Check(
        "backup", WARN if old else PASS, said, run_this("reminders backup FILE") if old else ""
    )


def webhook_round_trip(status: int | None) -> Check:
    """Judge the answer to a report that we signed as Twilio does and posted to our public
    address."""
    if status == 204:
        said = gettext("reachable, and a signature made for it is accepted")
        return Check("public address", PASS, said)
    found, mend = ANSWERS.get(status, ANSWER)
    return Check(
        "public address",
        FAIL if status else WARN,
        gettext(found, status=str(status)),
        gettext(mend),
    )


ANSWERS = {
    None: (
        gettext_noop("PUBLIC_URL cannot be reached from here"),
        gettext_noop(
            "Check the name and its certificate. Some hosts cannot reach themselves, so try it from elsewhere."
        ),
    ),
    403: (
        gettext_noop("it responds, but a signature made for it is not accepted"),
        gettext_noop(
            "PUBLIC_URL must be the address used from outside, and lead to this installation."
        ),
    ),
    404: (
        gettext_noop("it responds, but not with this program"),
        gettext_noop("Set PUBLIC_URL to the address of this installation."),
    ),
}
ANSWER = (
    gettext_noop("it responds with status %(status)s"),
    gettext_noop("Make the proxy in front of this program pass POST requests on unchanged."),
)
"""What our public address answers, by its status, with what to do; and any other status."""
