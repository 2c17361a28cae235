"""Decide which alerts staff or the operator get, word them, and give each a key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from reminders.rules.alert_texts import FAILING, MORNING_PAUSED, MORNING_SENT, STOPPED, Fault
from reminders.rules.terms import Channel
from reminders.rules.translation import LongDay, gettext, ngettext

ENOUGH = 20
"""So many attempts in a day, before a share of them says anything."""

SHARE = 0.2
"""The share of a sender's messages that may fail before an alert."""

AWAY = timedelta(minutes=30)
"""An outage of a provider is alerted after so long; a refused account at once."""

SILENCE = timedelta(minutes=5)

MIDNIGHT, MORNING, NOON = time(), time(7, 30), time(12)
"""Between the last two, on the clinic's clock, its morning email is written."""

REFUSED = {"20003", "401", "403", "530", "534", "535"}
"""What Twilio and mail servers answer to a wrong name or password."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alert to a clinic's staff (``to`` one address alone), or without a clinic to the operator."""

    clinic_id: int | None
    kind: str
    key: str
    subject: str
    body: str
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """Lanes that one fault stopped: since when (UTC) the first, how many, with which code."""

    channel: Channel
    code: str
    since: datetime
    lanes: int


def stopped(stop: Stop, now: datetime) -> Alarm | None:
    """Alert to lanes that a fault stopped: at once where the account is refused."""
    code = stop.code.split(" ", maxsplit=1)[0]
    if code in REFUSED:
        fault = Fault.CREDENTIALS
    elif code.isdecimal() and not (code.startswith("4") and len(code) == 3) and code != "429":
        fault = Fault.SENDER
    elif now - stop.since >= AWAY:
        fault = Fault.PROVIDER
    else:
        return None
    subject, why = STOPPED[stop.channel, fault]
    since = f"{stop.since:%Y-%m-%d %H:%M}"
    body = (
        gettext(why, n=stop.lanes, since=since, code=stop.code),
        gettext(
            "Nothing is lost. One message is tried every minute, and sending continues once one is"
            " accepted. To see what to do, run: reminders doctor"
        ),
    )
    return Alarm(
        None,
        "stopped",
        f"stopped.{stop.channel}.{code}.{stop.since:%Y%m%d}",
        gettext(subject, code=stop.code),
        " ".join(body),
    )


def failing(clinic_id: int, channel: Channel, tried: int, failed: int, today: date) -> Alarm | None:
    """Alert where a fifth of a day's messages failed."""
    if tried < ENOUGH or failed < SHARE * tried:
        return None
    subject, body = FAILING[channel]
    return Alarm(
        clinic_id,
        "failing",
        f"failing.{clinic_id}.{channel}.{today}",
        gettext(subject, failed=failed, tried=tried),
        gettext(body, failed=failed, tried=tried),
    )


def spent(clinic_id: int, month_on: date, segments: int, budget: int | None) -> Alarm | None:
    """Alert where a month's budget is used up."""
    if budget is None or segments < budget:
        return None
    return Alarm(
        clinic_id,
        "budget",
        f"budget.{clinic_id}.{month_on}.{budget}",
        ngettext(
            "This month's limit of %(n)s segment is reached",
            "This month's limit of %(n)s segments is reached",
            budget,
        ),
        gettext(
            "No more texts are sent this month. Emails continue. If you raise the limit under"
            " Settings, texts that are still useful are sent."
        ),
    )


def late(last_beat: datetime | None, now: datetime) -> Alarm | None:
    """Alert to a heartbeat that is overdue."""
    if last_beat is None or now - last_beat <= SILENCE:
        return None
    return Alarm(
        None,
        "late",
        f"late.{last_beat:%Y%m%d%H%M%S}",
        gettext("Nothing was sent because the heartbeat was late"),
        gettext(
            "The last heartbeat was at %(last)s UTC. It is now %(now)s UTC."
            " Please check that the worker is running.",
            last=f"{last_beat:%Y-%m-%d %H:%M}",
            now=f"{now:%Y-%m-%d %H:%M}",
        ),
    )


def database_held(since: datetime, why: str, *, settles: bool, now: datetime) -> Alarm | None:
    """Alert to a database that is held, ``why`` a marked half sentence; one that settles by itself
    is given time to.
    """
    if settles and now - since < AWAY:
        return None
    return Alarm(
        None,
        "held",
        f"held.{since:%Y%m%d%H%M%S}",
        gettext("Nothing is sent because the database is held"),
        gettext(
            "It is held because %(why)s. To see what to do, run: reminders status", why=gettext(why)
        ),
    )


def failed_over(
    since: datetime, lost: tuple[datetime | None, datetime], counts: tuple[int, int, int, int, int]
) -> Alarm:
    """Tell of a failover that has been settled, and of what a person has to enter again."""
    lost_for_good = gettext(
        "What was entered in that time is lost. Please import its lists again, post its bookings"
        " again, and enter again what staff entered and who unsubscribed or opted out by a link."
    )
    subject = ngettext(
        "The database failed over: %(n)s text was sent and is marked as sent",
        "The database failed over: %(n)s texts were sent and are marked as sent",
        counts[0],
    )
    key = f"failover.{since:%Y%m%d%H%M%S}"
    body = f"{' '.join(_settled(lost, counts))}\n\n{lost_for_good}"
    return Alarm(None, "failover", key, subject, body)


def _settled(
    lost: tuple[datetime | None, datetime], counts: tuple[int, int, int, int, int]
) -> tuple[str, ...]:
    """Say in sentences what became of what was sent meanwhile."""
    left, unproven, again, held, heard = counts
    began, ended = lost
    return (
        gettext(
            "Another database server took over. It lacks what was written between %(began)s and"
            " %(ended)s UTC. Nothing was sent until Twilio had been asked.",
            began=f"{began or ended:%Y-%m-%d %H:%M:%S}",
            ended=f"{ended:%H:%M:%S}",
        ),
        gettext(
            "%(left)s texts had been sent and are now marked as sent; %(unproven)s are unconfirmed"
            " and wait for staff.",
            left=left,
            unproven=unproven,
        ),
        gettext(
            "%(again)s emails are sent once more and may arrive twice; %(held)s wait for staff.",
            again=again,
            held=held,
        ),
        ngettext(
            "%(n)s text from clients was read again, opt-outs first.",
            "%(n)s texts from clients were read again, opt-outs first.",
            heard,
        ),
    )


def is_morning(now: datetime) -> bool:
    """Say whether a local time is one for the morning email."""
    return MORNING <= now.time() < NOON


def morning_key(clinic_id: int, today: date) -> str:
    """Return the key of a clinic's morning email."""
    return f"morning.{clinic_id}.{today}"


def morning(
    clinic_id: int, name: str, today: date, counts: tuple[int, int, int], *, paused: bool
) -> Alarm:
    """Word a clinic's morning email: its absence is itself an alarm."""
    planned, failed, stuck = counts
    subject = gettext(
        MORNING_PAUSED if paused else MORNING_SENT,
        name=name,
        planned=planned,
        failed=failed,
        stuck=stuck,
    )
    numbers = (
        ngettext(
            "%(day)s: %(n)s message is scheduled for today.",
            "%(day)s: %(n)s messages are scheduled for today.",
            planned,
            day=LongDay.of(today),
        ),
        gettext(
            "Of yesterday's messages, %(failed)s failed and %(stuck)s are unconfirmed.",
            failed=failed,
            stuck=stuck,
        ),
    )
    why = gettext(
        "This email comes every morning. If it does not come, something is wrong. Please tell your"
        " system administrator."
    )
    pause = [gettext("Sending is paused. Nothing is sent until somebody resumes it.")] * paused
    body = "\n\n".join((" ".join(numbers), *pause, why))
    return Alarm(clinic_id, "morning", morning_key(clinic_id, today), subject, body)
