"""Say in words where a milestone stands, and by which channels it goes."""

from __future__ import annotations

from datetime import timedelta

from reminders.rules.protocols import Milestone, Offset
from reminders.rules.terms import Channel
from reminders.rules.translation import gettext, ngettext, pgettext
from reminders.web.desk.names import channel_word


def stretch(offset: Offset) -> tuple[int, str]:
    """Write a stretch of time as a number and its unit."""
    if offset.clock and not offset.days:
        return round(offset.clock / timedelta(hours=1)), "H"
    if offset.months:
        return offset.months, "M"
    early, days = "-" if offset.days < 0 else "", abs(offset.days)
    return (days // 7, f"{early}W") if days and days % 7 == 0 else (days, f"{early}D")


def say_place(milestone: Milestone) -> str:
    """Say in words where a milestone stands."""
    words = {"day": _day(*stretch(milestone.after)), "channels": _channels(milestone)}
    if milestone.at:
        return gettext("%(day)s at %(time)s, %(channels)s", time=milestone.at, **words)
    return gettext("%(day)s, %(channels)s", **words)


def _day(number: int, unit: str) -> str:
    if not number:
        return gettext("same day")
    words = {
        "H": ngettext("1 hour after the end", "%(n)s hours after the end", number),
        "-D": ngettext("1 day before", "%(n)s days before", number),
        "-W": ngettext("1 week before", "%(n)s weeks before", number),
        "D": ngettext("1 day after", "%(n)s days after", number),
        "W": ngettext("1 week after", "%(n)s weeks after", number),
        "M": ngettext("1 month after", "%(n)s months after", number),
    }
    return words[unit]


def _channels(milestone: Milestone) -> str:
    if set(milestone.channels) >= set(Channel):
        return gettext("text and email")
    if milestone.channels:
        return channel_word(milestone.channels[0])
    return pgettext("channels", "off")


def short_place(milestone: Milestone) -> str:
    """Say where a milestone stands as briefly as a drawing needs: +3 days."""
    number, unit = stretch(milestone.after)
    if not number:
        return gettext("same day")
    words = {
        "H": gettext("%(n)s h", n=number),
        "D": ngettext("1 day", "%(n)s days", number),
        "W": ngettext("1 week", "%(n)s weeks", number),
        "M": ngettext("1 month", "%(n)s months", number),
    }
    return ("−" if unit.startswith("-") else "+") + words[unit[-1]]
