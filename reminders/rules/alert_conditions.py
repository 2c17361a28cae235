"""Decide which alerts staff or the operator get, word them, and give each a key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from reminders.rules.terms import Channel

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
    what = "Texts" if stop.channel is Channel.SMS else "Emails"
    code = stop.code.split(" ", maxsplit=1)[0]
    if code in REFUSED:
        why = f"our credentials are refused ({stop.code})"
    elif code.isdecimal() and not (code.startswith("4") and len(code) == 3) and code != "429":
        why = f"our sender is blocked or not set up ({stop.code})"
    elif now - stop.since >= AWAY:
        why = f"the provider does not accept them ({stop.code})"
    else:
        return None
    return Alarm(
        None,
        "stopped",
        f"stopped.{stop.channel}.{code}.{stop.since:%Y%m%d}",
        f"{what} are stopped: {why}",
        f"{what} of {stop.lanes} clinic(s) have been stopped since {stop.since:%Y-%m-%d %H:%M} UTC,"
        f" because {why}. Nothing is lost. One message is tried every minute, and sending continues"
        " once one is accepted. To see what to do, run: reminders doctor",
    )


def failing(clinic_id: int, channel: Channel, tried: int, failed: int, today: date) -> Alarm | None:
    """Alert where a fifth of a day's messages failed."""
    if tried < ENOUGH or failed < SHARE * tried:
        return None
    what = "texts" if channel is Channel.SMS else "emails"
    return Alarm(
        clinic_id,
        "failing",
        f"failing.{clinic_id}.{channel}.{today}",
        f"{failed} of {tried} {what} failed",
        f"Of the last day's {tried} {what}, {failed} were not delivered. Please look at the reasons in"
        " the staff app. Often a list has wrong numbers, or carriers have begun to block the sender.",
    )


def spent(clinic_id: int, month_on: date, segments: int, budget: int | None) -> Alarm | None:
    """Alert where a month's budget is used up."""
    if budget is None or segments < budget:
        return None
    return Alarm(
        clinic_id,
        "budget",
        f"budget.{clinic_id}.{month_on}.{budget}",
        f"This month's limit of {budget} segments is reached",
        "No more texts are sent this month. Emails continue. If you raise the limit under Settings,"
        " texts that are still useful are sent.",
    )


def late(last_beat: datetime | None, now: datetime) -> Alarm | None:
    """Alert to a heartbeat that is overdue."""
    if last_beat is None or now - last_beat <= SILENCE:
        return None
    return Alarm(
        None,
        "late",
        f"late.{last_beat:%Y%m%d%H%M%S}",
        "Nothing was sent because the heartbeat was late",
        f"The last heartbeat was at {last_beat:%Y-%m-%d %H:%M} UTC. It is now {now:%Y-%m-%d %H:%M} UTC."
        " Please check that the worker is running.",
    )


def database_held(since: datetime, why: str, *, settles: bool, now: datetime) -> Alarm | None:
    """Alert to a database that is held; one that settles by itself is given time to."""
    if settles and now - since < AWAY:
        return None
    return Alarm(
        None,
        "held",
        f"held.{since:%Y%m%d%H%M%S}",
        "Nothing is sent because the database is held",
        f"It is held because {why}. To see what to do, run: reminders status",
    )


def failed_over(
    since: datetime, lost: tuple[datetime | None, datetime], counts: tuple[int, int, int, int, int]
) -> Alarm:
    """Tell of a failover that has been settled, and of what a person has to enter again."""
    left, unproven, again, held, heard = counts
    began, ended = lost
    seconds = f"between {began or ended:%Y-%m-%d %H:%M:%S} and {ended:%H:%M:%S} UTC"
    return Alarm(
        None,
        "failover",
        f"failover.{since:%Y%m%d%H%M%S}",
        f"The database failed over: {left} texts were sent and are marked as sent",
        f"Another database server took over. It lacks what was written {seconds}. Nothing was sent"
        f" until Twilio had been asked. {left} texts had been sent and are now marked as sent;"
        f" {unproven} are unconfirmed and wait for staff. {again} emails are sent once more and may"
        f" arrive twice; {held} wait for staff. {heard} texts from clients were read again,"
        " opt-outs first."
        "\n\nWhat was entered in that time is lost. Please import its lists again, post its bookings"
        " again, and enter again what staff entered and who unsubscribed or opted out by a link.",
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
    numbers = f"{planned} scheduled today, {failed} failed, {stuck} unconfirmed"
    more = "\n\nSending is paused. Nothing is sent until somebody resumes it." if paused else ""
    return Alarm(
        clinic_id,
        "morning",
        morning_key(clinic_id, today),
        f"{name}: {numbers}{' (paused)' if paused else ''}",
        f"{today:%A %d %B}: {planned} messages are scheduled for today. Of yesterday's messages,"
        f" {failed} failed and {stuck} are unconfirmed.{more}\n\nThis email comes every morning. If it"
        " does not come, something is wrong. Please tell your system administrator.",
    )


def worried_key(answer_id: int, worried_at: datetime) -> str:
    """Return the key of the alert that a client is worried: each time they become so has its own."""
    return f"worried.{answer_id}.{worried_at:%Y%m%d%H%M%S%f}"


def untaken(clinic_id: int, answer_id: int, worried_at: datetime, minutes: int, to: str) -> Alarm:
    """Alert a clinic's second contact to a worried client whom nobody has taken."""
    return Alarm(
        clinic_id,
        "untaken",
        f"untaken.{worried_key(answer_id, worried_at)}.{to}",
        "A worried client is waiting, and nobody has taken it",
        f"A client said on their page that they are worried about their skin. The clinic has been open"
        f" for {minutes} minutes since, and nobody has taken it. Please look at Today now, and call the"
        " client.",
        to,
    )
