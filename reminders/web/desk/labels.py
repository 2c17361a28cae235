"""Texts that staff pages share: confirmations after an action, and dates and times."""

from __future__ import annotations

from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from reminders.rules.contacts import show_national
from reminders.rules.reason_texts import PLAIN
from reminders.rules.terms import Reason, Status
from reminders.rules.told_bookings import DeliveryOutcome

SAID = {
    "enrolled": "Client added.",
    "saved": "Saved.",
    "came": "Marked as attended.",
    "missed": "Marked as no-show. No more messages are sent for this visit.",
    "undo": "Undone.",
    "done": "Done.",
    "undone": "Undone. Nothing was sent.",
    "held": "The message is on hold until you release it.",
    "let-go": "Released. The message is sent at its time.",
    "skipped": "The message is skipped.",
    "leaving": "The message is about to be sent.",
    "moved": "Treatment and messages rescheduled.",
    "cancelled": "Treatment cancelled. Its unsent messages are cancelled too.",
    "consented": "Consent recorded.",
    "said-no": "Recorded: no messages. The client can still consent later.",
    "erased": "Client erased.",
    "stopped": "Opted out. No more messages are sent this way.",
    "client-paused": "The client’s messages are paused.",
    "sent": "Your reply is being sent.",
    "merged": "Clients merged.",
    "unmerged": "Merge undone.",
    "two-people": "Kept separate. You will not be asked about these two again.",
    "signed-out": "You are signed out.",
    "welcome": "You are signed in.",
    "password": "Password changed. All other browsers are signed out.",
    "ended": "Browser signed out.",
    "key-revoked": "API key revoked.",
    "source-removed": "Booking system removed. Its address no longer accepts bookings.",
    "tried-again": "Tried again.",
    "feed-started": "Calendar imported. It is now read every 15 minutes.",
    "feed-read": "Calendar read.",
    "feed-removed": "Calendar removed. It is no longer read.",
    "event-tested": "Test event sent. See the result below.",
    "event-again": "Event sent again. See the result below.",
    "endpoint-paused": "Paused. Events are kept and sent when you resume.",
    "endpoint-resumed": "Resumed. Waiting events are sent now.",
    "endpoint-removed": "Webhook removed. No more events are sent to it.",
    "brought-in": "File imported.",
    "list-undone": "Import undone.",
    "approved": "Approved. This version is used from now on.",
    "live": "The clinic is live. Messages are sent from now on.",
    "paused": "Sending is paused. Nothing is sent until you resume it.",
    "switched": "You have switched to another clinic.",
}
"""What the top of a page may say after an action, by the word that asks for it."""

KINDS = {
    "opt-in": "Welcome",
    "code": "Code",
    "answer": "Reply",
    "correction": "Message from staff",
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
    Status.PLANNED: "Scheduled",
    Status.CLAIMED: "Sending",
    Status.HANDOFF: "Sending",
    Status.ACCEPTED: "Accepted",
    Status.DELIVERED: "Delivered",
    Status.UNDELIVERED: "Not delivered",
    Status.UNKNOWN: "Unconfirmed",
    Status.SKIPPED: "Skipped",
    Status.CANCELLED: "Cancelled",
    Status.FAILED: "Failed",
}
"""The status of a message, as staff read it."""

CAME = {
    DeliveryOutcome.WAITING: ("wait", "Waiting"),
    DeliveryOutcome.TAKEN: ("good", "Imported"),
    DeliveryOutcome.UNCHANGED: ("", "No change"),
    DeliveryOutcome.ASKED: ("wait", "Question"),
    DeliveryOutcome.OLDER: ("", "Outdated"),
    DeliveryOutcome.NOTHING: ("", "Not relevant"),
    DeliveryOutcome.UNREAD: ("bad", "Not recognised"),
    DeliveryOutcome.FAILED: ("bad", "Failed"),
}
"""The result of a booking system's delivery: its colour, and as staff read it."""

HINTS = {
    Reason.PRACTICE: "Practice mode",
    Reason.QUIET_HOURS: "Waiting for sending hours",
    Reason.CAP: "Waiting: message limit",
    Reason.ON_HOLD: "On hold",
    Reason.NOT_CONFIRMED: "Waiting for attendance",
    Reason.PAUSED: "Paused",
    Reason.PROVIDER_BUSY: "Trying again",
    Reason.PROVIDER_REFUSES: "Stopped",
}
"""Why a scheduled message waits, in two or three words."""


def why_short(reason: Reason) -> str:
    """Say in few words why a message waits."""
    return HINTS.get(reason) or sentence(PLAIN.get(reason, str(reason)))


def sentence(words: str) -> str:
    """Begin with a capital what may also stand within a sentence."""
    return words[:1].upper() + words[1:]


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
    "/clinic/deliveries": "bookings#latest-bookings-received",
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
    "sentence": sentence,
    "groupby_day": by_day,
    "clock": clock,
    "day": day,
    "when": when,
    "ago": ago,
    "phone": show_national,
}
