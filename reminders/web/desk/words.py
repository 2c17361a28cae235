"""The desk's own words: sentences after an action, and days and hours as staff say them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from reminders.rules.contacts import show_phone

SAID = {
    "enrolled": "She is enrolled.",
    "saved": "Saved.",
    "treated": "Marked as treated.",
    "done": "Done.",
    "undone": "Undone. Nothing left.",
    "sent": "Your answer is on its way.",
    "signed-out": "You are signed out.",
    "welcome": "You are signed in.",
    "password": "Your password is changed. Every other browser is signed out.",
    "ended": "That browser is signed out.",
    "brought-in": "The list is in.",
    "list-undone": "The list is undone.",
    "live": "The clinic is live: messages leave from now on.",
    "paused": "Sending is paused. Nothing leaves until you let it go on.",
    "switched": "You are at the other clinic now.",
}
"""What the top of a page may say after an action, by the word that asks for it."""


def clock(instant: datetime, zone: ZoneInfo) -> str:
    """Write a time of day, 24 hours."""
    return f"{instant.astimezone(zone):%H:%M}"


def day(on: date | datetime, zone: ZoneInfo | None = None, now: datetime | None = None) -> str:
    """Write a day with its weekday: today, tomorrow and yesterday by these words; a year only
    where it is another.
    """
    there = on.astimezone(zone).date() if isinstance(on, datetime) else on
    today = now.astimezone(zone).date() if now else None
    if today is not None:
        near = {0: "Today", 1: "Tomorrow", -1: "Yesterday"}.get((there - today).days)
        if near:
            return near
    year = "" if today and there.year == today.year else f" {there.year}"
    return f"{there:%a} {there.day} {there:%b}{year}"


def when(instant: datetime, zone: ZoneInfo, now: datetime | None = None) -> str:
    """Write a day and its hour."""
    return f"{day(instant, zone, now)}, {clock(instant, zone)}"


def ago(instant: datetime, now: datetime) -> str:
    """Write how long ago something was, roughly."""
    minutes = int((now - instant).total_seconds()) // 60
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    if minutes < 48 * 60:
        return f"{minutes // 60} h ago"
    return f"{minutes // 1440} days ago"


FILTERS = {"clock": clock, "day": day, "when": when, "ago": ago, "phone": show_phone}
