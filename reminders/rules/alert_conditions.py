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
    """An alert to a clinic's staff, or without a clinic to the operator."""

    clinic_id: int | None
    kind: str
    key: str
    subject: str
    body: str


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
        why = f"the provider does not take them ({stop.code})"
    else:
        return None
    return Alarm(
        None,
        "stopped",
        f"stopped.{stop.channel}.{code}.{stop.since:%Y%m%d}",
        f"{what} are stopped: {why}",
        f"{what} of {stop.lanes} clinic(s) are stopped since {stop.since:%Y-%m-%d %H:%M} UTC, because"
        f" {why}. Nothing is lost: one message a minute tries, and all go on once it is taken."
        " What to do is told by: reminders doctor",
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
        f"Of the last day's {tried} {what}, {failed} did not arrive. Look at their reasons: a wrong"
        " list, or a sender that carriers have begun to block.",
    )


def spent(clinic_id: int, month_on: date, segments: int, budget: int | None) -> Alarm | None:
    """Alert where a month's budget is used up."""
    if budget is None or segments < budget:
        return None
    return Alarm(
        clinic_id,
        "budget",
        f"budget.{clinic_id}.{month_on}.{budget}",
        f"This month's budget of {budget} segments is spent",
        "No more texts leave this month; emails go on. Raise the budget in the clinic's settings"
        " and what still helps leaves.",
    )


def late(last_beat: datetime | None, now: datetime) -> Alarm | None:
    """Alert to a heartbeat that is overdue."""
    if last_beat is None or now - last_beat <= SILENCE:
        return None
    return Alarm(
        None,
        "late",
        f"late.{last_beat:%Y%m%d%H%M%S}",
        "Nothing was sent: the heartbeat was late",
        f"The last beat was at {last_beat:%Y-%m-%d %H:%M} UTC, and it is {now:%Y-%m-%d %H:%M} UTC."
        " Is the worker running?",
    )


def database_held(since: datetime, why: str, *, settles: bool, now: datetime) -> Alarm | None:
    """Alert to a database that is held; one that settles by itself is given time to."""
    if settles and now - since < AWAY:
        return None
    return Alarm(
        None,
        "held",
        f"held.{since:%Y%m%d%H%M%S}",
        "Nothing is sent: the database is held",
        f"It is held because {why}. What to do is told by: reminders status",
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
        f"The database failed over: {left} texts had left and are marked",
        f"Another server took over, and lacks what was written last {seconds}. Nothing was sent"
        f" until Twilio had been asked: {left} texts had left and are marked as sent,"
        f" {unproven} may have left and wait for a person. {again} emails go once more and may"
        f" arrive twice; {held} wait for a person. {heard} texts of clients were read again, their"
        " opt-outs first."
        "\n\nWhat was entered in that time is gone: bring in its lists again, post its bookings"
        " again, and enter again what was typed at the desk, unsubscribed or opted out by link.",
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
    numbers = f"{planned} today, {failed} failed, {stuck} stuck"
    more = "\n\nSending is paused: nothing leaves until somebody lets it go on." if paused else ""
    return Alarm(
        clinic_id,
        "morning",
        morning_key(clinic_id, today),
        f"{name}: {numbers}{' (paused)' if paused else ''}",
        f"{today:%A %d %B}: {planned} messages are planned for today. Of yesterday's {failed} failed,"
        f" and of {stuck} nobody knows yet whether they arrived.{more}\n\nThis comes every morning. If"
        " it stays away, something is wrong: please tell whoever runs this service.",
    )
