"""How is your skin today: when a client is asked, what they may say, and until when it is changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from reminders.rules.sending_hours import SendingHours, opening_on
from reminders.rules.terms import Channel, Reason
from reminders.rules.translation import gettext_noop

DAY = timedelta(days=1)

CHANGEABLE = DAY
"""How long an answer may be changed: what was tapped by mistake, or has become another since."""

READ_FOR = 3 * DAY
"""How long the page shows an answer again, and that the clinic has read it."""

LIMIT = timedelta(minutes=30)
"""How long a worried client waits at most, unless the clinic says otherwise."""

OPEN_USUAL = "Mon-Fri 09:00-17:00"
"""When somebody is taken to be at the clinic, until it says so itself."""


class Said(StrEnum):
    """What a client answers."""

    DESCRIBED = "described"  # it heals as described
    UNSURE = "unsure"
    WORRIED = "worried"


class Outcome(StrEnum):
    """What a clinician did about an answer."""

    FINE = "fine"  # seen, and nothing to be done
    CALLED = "called"


SAID_LABELS = {
    Said.DESCRIBED: gettext_noop("Healing as described"),
    Said.UNSURE: gettext_noop("Not sure"),
    Said.WORRIED: gettext_noop("Worried"),
}
"""The three answers, as staff read them."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A milestone at which the page asks: so many days after the treatment (a month is a calendar
    month), and for how many days the question stands."""

    key: str
    days: int = 0
    months: int = 0
    stands: int = 2

    def begins_on(self, treated_on: date) -> date:
        """Return the first day on which it is asked."""
        if not self.months:
            return treated_on + self.days * DAY
        return _months_later(treated_on, self.months)


MOMENTS = (
    Moment("day-1", days=1),
    Moment("day-3", days=3),
    Moment("week-1", days=7, stands=3),
    Moment("month-1", months=1, stands=7),
)
"""A question stands about as long as its milestone's message helps."""

_WORDING = (
    ("same-evening", 0),
    ("day-1", 1),
    ("day-3", 3),
    ("week-1", 7),
    ("week-2", 14),
    ("month-1", 28),
    ("month-3", 90),
)
"""Which milestone's words tell what is normal, from which day on."""


def _months_later(day: date, months: int) -> date:
    """Return the same day of a later month, or the last there is."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    last = (first + 31 * DAY).replace(day=1) - DAY
    return first.replace(day=min(day.day, last.day))


def asked_at(treated_on: date, today: date) -> str | None:
    """Return the milestone whose question stands today."""
    for moment in MOMENTS:
        begins = moment.begins_on(treated_on)
        if begins <= today < begins + moment.stands * DAY:
            return moment.key
    return None


def own_moment(treated_on: date, today: date) -> str:
    """Return the name of a day on which a client tells the clinic unasked."""
    return f"own-{(today - treated_on).days}"


def opened_at(treated_on: date, today: date) -> str | None:
    """Return the milestone within a day of which the page is opened today."""
    for moment in MOMENTS:
        begins = moment.begins_on(treated_on)
        if begins <= today <= begins + DAY:
            return moment.key
    return None


def wording_at(days: int) -> str:
    """Return the milestone whose words tell what is normal so many days after a treatment."""
    return next((key for key, since in reversed(_WORDING) if days >= since), _WORDING[0][0])


def may_change(answered_at: datetime, now: datetime) -> bool:
    """Say whether an answer may still be changed."""
    return now - answered_at < CHANGEABLE


STOPPED = frozenset({Reason.OPTED_OUT, Reason.ERASED, Reason.WRONG_NUMBER})


def takes_answers(
    said: dict[Channel, bool], suppressed: dict[Channel, Reason], reachable: frozenset[Channel]
) -> bool:
    """Say whether a client's page asks at all: not once every way to them was stopped, since they
    told us that they want nothing more of it. A channel that only bounces stops nothing.
    """
    return any(
        said.get(channel) is True and suppressed.get(channel) not in STOPPED
        for channel in reachable
    )


def time_open(since: datetime, now: datetime, hours: SendingHours, zone: ZoneInfo) -> timedelta:
    """Return how long the clinic was open between two instants."""
    found, day = timedelta(), since.astimezone(zone).date()
    while day <= now.astimezone(zone).date():
        if span := opening_on(day, hours, zone):
            found += max(min(span[1], now) - max(span[0], since), timedelta())
        day += DAY
    return found


def day_of(moment: str) -> int | None:
    """Return how many days after the treatment a moment is; none for that of a month."""
    if moment.startswith("own-"):
        return int(moment.removeprefix("own-"))
    return next((one.days for one in MOMENTS if one.key == moment and not one.months), None)
