"""Texts that staff pages share: confirmations after an action, and dates and times."""

from __future__ import annotations

from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from reminders.rules.contacts import show_phone
from reminders.rules.reason_texts import PLAIN
from reminders.rules.terms import Reason, Status
from reminders.rules.told_bookings import DeliveryOutcome

SAID = {
    "enrolled": "The client is enrolled.",
    "saved": "Saved.",
    "came": "Noted: they came.",
    "missed": "Noted: they did not come. Nothing more goes to them for this visit.",
    "undo": "Taken back.",
    "done": "Done.",
    "undone": "Undone. Nothing left.",
    "held": "It is held back until you let it go.",
    "let-go": "It goes at its time.",
    "skipped": "It will not be sent.",
    "leaving": "It is about to leave.",
    "moved": "The treatment is moved, and its messages with it.",
    "cancelled": "The treatment is cancelled, and what had not left of its messages.",
    "consented": "The consent is recorded.",
    "said-no": "Noted: no messages. They may say yes another day.",
    "erased": "The client is erased.",
    "stopped": "Stopped. Nothing more goes that way.",
    "client-paused": "The client’s messages are paused.",
    "sent": "Your answer is on its way.",
    "merged": "The two are one client now.",
    "unmerged": "They are two clients again, as before.",
    "two-people": "Noted: two people. Nobody is asked again.",
    "signed-out": "You are signed out.",
    "welcome": "You are signed in.",
    "password": "Your password is changed. Every other browser is signed out.",
    "ended": "That browser is signed out.",
    "key-revoked": "Revoked: that key opens nothing any more.",
    "source-removed": "Removed: its address takes nothing any more.",
    "tried-again": "Tried again.",
    "feed-started": "The calendar is taken in, and read every quarter of an hour from now on.",
    "feed-read": "The calendar was looked at just now.",
    "feed-removed": "The calendar is not read any more.",
    "event-tested": "The test event was sent. What came of it stands below.",
    "event-again": "Sent again. What came of it stands below.",
    "endpoint-paused": "Paused. What happens now is told once you resume it.",
    "endpoint-resumed": "Resumed. What happened meanwhile is told now.",
    "endpoint-removed": "Removed. Nothing is told there any more.",
    "brought-in": "The list is in.",
    "list-undone": "The list is undone.",
    "approved": "Approved: it is used from now on.",
    "live": "The clinic is live: messages leave from now on.",
    "paused": "Sending is paused. Nothing leaves until you let it go on.",
    "switched": "You are at the other clinic now.",
}
"""What the top of a page may say after an action, by the word that asks for it."""

KINDS = {
    "opt-in": "Welcome",
    "code": "Code",
    "answer": "Answer",
    "correction": "By hand",
}
"""What staff call the messages outside any protocol, by their kind."""


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
        near = NEAR.get((there - today).days)
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


STANDING = {
    Status.PLANNED: "planned",
    Status.CLAIMED: "leaving now",
    Status.HANDOFF: "on its way",
    Status.ACCEPTED: "sent",
    Status.DELIVERED: "arrived",
    Status.UNDELIVERED: "did not arrive",
    Status.UNKNOWN: "not known whether it left",
    Status.SKIPPED: "not sent",
    Status.CANCELLED: "cancelled",
    Status.FAILED: "could not be sent",
}
"""Where a message stands, as staff say it."""

CAME = {
    DeliveryOutcome.WAITING: ("wait", "waits"),
    DeliveryOutcome.TAKEN: ("good", "taken in"),
    DeliveryOutcome.UNCHANGED: ("", "nothing new"),
    DeliveryOutcome.ASKED: ("wait", "a question waits"),
    DeliveryOutcome.OLDER: ("", "older"),
    DeliveryOutcome.NOTHING: ("", "nothing for us"),
    DeliveryOutcome.UNREAD: ("bad", "not understood"),
    DeliveryOutcome.FAILED: ("bad", "given up"),
}
"""What became of a booking system's delivery: its colour, and as staff say it."""

HINTS = {
    Reason.PRACTICE: "practice",
    Reason.QUIET_HOURS: "waits for the morning",
    Reason.CAP: "waits: enough for now",
    Reason.ON_HOLD: "on hold",
    Reason.NOT_CONFIRMED: "waits: did they come?",
    Reason.PAUSED: "paused",
    Reason.PROVIDER_BUSY: "tries again",
    Reason.PROVIDER_REFUSES: "stopped",
}
"""Why a planned message waits, in two or three words."""


def why_short(reason: Reason) -> str:
    """Say in few words why a message waits."""
    return HINTS.get(reason, PLAIN.get(reason, str(reason)))


def by_day(found: list[Any], zone: ZoneInfo, now: datetime) -> list[tuple[str, list[Any]]]:
    """Group what has an ``at`` by its day, in order."""
    return [(name, list(same)) for name, same in groupby(found, lambda one: day(one.at, zone, now))]


HELP = {
    "/": "desk#today",
    "/today": "desk#today",
    "/clients": "desk#clients",
    "/treatments": "desk#clients",
    "/enrol": "desk#add-a-client",
    "/replies": "replies",
    "/lists": "lists",
    "/questions": "lists#questions",
    "/words": "words",
    "/plan": "plan",
    "/numbers": "desk#reports",
    "/clinic": "desk#settings",
    "/clinic/staff": "desk#who-may-do-what",
    "/clinic/services": "lists#services",
    "/clinic/sources": "bookings",
    "/clinic/deliveries": "bookings#what-came",
    "/clinic/endpoints": "events",
    "/check-up": "operate#check-the-state",
    "/account": "desk#signing-in",
    "/outbox": "desk#going-live",
}
"""Where the manual speaks of a page, by how the page's address begins."""


def help_for(path: str) -> str:
    """Return the address of what the manual says about a page of the desk."""
    told = [page for start, page in HELP.items() if path == start or path.startswith(f"{start}/")]
    return f"/help/{told[-1]}" if told else "/help"


NEAR = {0: "Today", 1: "Tomorrow", -1: "Yesterday"}


def within(words: str) -> str:
    """Write a day, with or without its hour, within a sentence: today, not Today."""
    near = words.partition(",")[0] in NEAR.values()
    return words[0].lower() + words[1:] if near else words


FILTERS = {
    "help_for": help_for,
    "lower_near": within,
    "standing": STANDING.__getitem__,
    "why": why_short,
    "came": CAME.__getitem__,
    "plain": PLAIN.__getitem__,
    "groupby_day": by_day,
    "clock": clock,
    "day": day,
    "when": when,
    "ago": ago,
    "phone": show_phone,
}
