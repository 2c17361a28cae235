"""Texts that staff pages share: confirmations after an action, and dates and times."""

from __future__ import annotations

from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from reminders.rules.contacts import show_national
from reminders.rules.reason_texts import reason_text
from reminders.rules.terms import Reason, Status
from reminders.rules.told_bookings import DeliveryOutcome
from reminders.rules.translation import gettext, gettext_noop, ngettext
from reminders.web.desk import names
from reminders.wording.localised import DateForm, date_text, number_text

SAID = {
    "enrolled": gettext_noop("Client added."),
    "saved": gettext_noop("Saved."),
    "came": gettext_noop("Marked as attended."),
    "missed": gettext_noop("Marked as no-show. No more messages are sent for this visit."),
    "undo": gettext_noop("Undone."),
    "done": gettext_noop("Done."),
    "undone": gettext_noop("Undone. Nothing was sent."),
    "held": gettext_noop("The message is on hold until you release it."),
    "let-go": gettext_noop("Released. The message is sent at its time."),
    "skipped": gettext_noop("The message is skipped."),
    "leaving": gettext_noop("The message is about to be sent."),
    "moved": gettext_noop("Treatment and messages rescheduled."),
    "cancelled": gettext_noop("Treatment cancelled. Its unsent messages are cancelled too."),
    "consented": gettext_noop("Consent recorded."),
    "said-no": gettext_noop("Recorded: no messages. The client can still consent later."),
    "erased": gettext_noop("Client erased."),
    "stopped": gettext_noop("Opted out. No more messages are sent this way."),
    "client-paused": gettext_noop("The client’s messages are paused."),
    "sent": gettext_noop("Your reply is being sent."),
    "merged": gettext_noop("Clients merged."),
    "unmerged": gettext_noop("Merge undone."),
    "two-people": gettext_noop("Kept separate. You will not be asked about these two again."),
    "signed-out": gettext_noop("You are signed out."),
    "welcome": gettext_noop("You are signed in."),
    "password": gettext_noop("Password changed. All other browsers are signed out."),
    "ended": gettext_noop("Browser signed out."),
    "sender-saved": gettext_noop("Sender saved."),
    "key-revoked": gettext_noop("API key revoked."),
    "source-removed": gettext_noop(
        "Booking system removed. Its address no longer accepts bookings."
    ),
    "tried-again": gettext_noop("Tried again."),
    "feed-started": gettext_noop("Calendar imported. It is now read every 15 minutes."),
    "feed-read": gettext_noop("Calendar read."),
    "feed-removed": gettext_noop("Calendar removed. It is no longer read."),
    "event-tested": gettext_noop("Test event sent. See the result below."),
    "event-again": gettext_noop("Event sent again. See the result below."),
    "endpoint-paused": gettext_noop("Paused. Events are kept and sent when you resume."),
    "endpoint-resumed": gettext_noop("Resumed. Waiting events are sent now."),
    "endpoint-removed": gettext_noop("Webhook removed. No more events are sent to it."),
    "brought-in": gettext_noop("File imported."),
    "list-undone": gettext_noop("Import undone."),
    "approved": gettext_noop("Approved. This version is used from now on."),
    "live": gettext_noop("The clinic is live. Messages are sent from now on."),
    "paused": gettext_noop("Sending is paused. Nothing is sent until you resume it."),
    "switched": gettext_noop("You have switched to another clinic."),
}
"""What the top of a page may say after an action, by the word that asks for it."""

KINDS = {
    "opt-in": gettext_noop("Welcome"),
    "code": gettext_noop("Code"),
    "answer": gettext_noop("Reply"),
    "correction": gettext_noop("Message from staff"),
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
    if today is not None and (near := NEAR.get((there - today).days)):
        return gettext(near)
    form = DateForm.DAY if today and there.year == today.year else DateForm.DAY_AND_YEAR
    return date_text(there, form)


def when(instant: datetime, zone: ZoneInfo, now: datetime | None = None) -> str:
    """Write a day and its hour."""
    return f"{day(instant, zone, now)}, {clock(instant, zone)}"


def ago(instant: datetime, now: datetime) -> str:
    """Write how long ago something was, roughly."""
    minutes = int((now - instant).total_seconds()) // 60
    if minutes < 1:
        return gettext("just now")
    if minutes < 60:
        return gettext("%(n)s min ago", n=minutes)
    if minutes < 48 * 60:
        return gettext("%(n)s h ago", n=minutes // 60)
    days = minutes // 1440
    return ngettext("%(n)s day ago", "%(n)s days ago", days)


STANDING = {
    Status.PLANNED: gettext_noop("Scheduled"),
    Status.CLAIMED: gettext_noop("Sending"),
    Status.HANDOFF: gettext_noop("Sending"),
    Status.ACCEPTED: gettext_noop("Accepted"),
    Status.DELIVERED: gettext_noop("Delivered"),
    Status.UNDELIVERED: gettext_noop("Not delivered"),
    Status.UNKNOWN: gettext_noop("Unconfirmed"),
    Status.SKIPPED: gettext_noop("Skipped"),
    Status.CANCELLED: gettext_noop("Cancelled"),
    Status.FAILED: gettext_noop("Failed"),
}
"""The status of a message, as staff read it."""

CAME = {
    DeliveryOutcome.WAITING: ("wait", gettext_noop("Waiting")),
    DeliveryOutcome.TAKEN: ("good", gettext_noop("Imported")),
    DeliveryOutcome.UNCHANGED: ("", gettext_noop("No change")),
    DeliveryOutcome.ASKED: ("wait", gettext_noop("Question")),
    DeliveryOutcome.OLDER: ("", gettext_noop("Outdated")),
    DeliveryOutcome.NOTHING: ("", gettext_noop("Not relevant")),
    DeliveryOutcome.UNREAD: ("bad", gettext_noop("Not recognised")),
    DeliveryOutcome.FAILED: ("bad", gettext_noop("Failed")),
}
"""The result of a booking system's delivery: its colour, and as staff read it."""


def outcome_label(outcome: DeliveryOutcome) -> tuple[str, str]:
    """Return the colour of a delivery's result, and its name."""
    colour, name = CAME[outcome]
    return colour, gettext(name)


HINTS = {
    Reason.PRACTICE: gettext_noop("Practice mode"),
    Reason.QUIET_HOURS: gettext_noop("Waiting for sending hours"),
    Reason.CAP: gettext_noop("Waiting: message limit"),
    Reason.ON_HOLD: gettext_noop("On hold"),
    Reason.NOT_CONFIRMED: gettext_noop("Waiting for attendance"),
    Reason.PAUSED: gettext_noop("Paused"),
    Reason.PROVIDER_BUSY: gettext_noop("Trying again"),
    Reason.PROVIDER_REFUSES: gettext_noop("Stopped"),
}
"""Why a scheduled message waits, in two or three words."""


def why_short(reason: Reason) -> str:
    """Say in few words why a message waits."""
    return gettext(HINTS[reason]) if reason in HINTS else sentence(reason_text(reason))


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
    "/skin": "client-answers",
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
    "/clinic/sender": "senders",
    "/check-up": "operate#check-the-state",
    "/account": "desk#signing-in",
    "/outbox": "desk#going-live",
}
"""Where the manual speaks of a page, by how the page's address begins."""


def help_for(path: str) -> str:
    """Return the address of what the manual says about a page of the desk."""
    told = [page for start, page in HELP.items() if path == start or path.startswith(f"{start}/")]
    return f"/help/{told[-1]}" if told else "/help"


NEAR = {
    0: gettext_noop("Today"),
    1: gettext_noop("Tomorrow"),
    -1: gettext_noop("Yesterday"),
}
"""The days beside today."""


def within(words: str) -> str:
    """Write a day, with or without its hour, within a sentence: today, not Today."""
    near = words.partition(",")[0] in map(gettext, NEAR.values())
    return words[0].lower() + words[1:] if near else words


def contact_shown(contact: str, country: str) -> str:
    """Write a phone number as the clinic's country does; an address, or what else it is, as it is."""
    return show_national(contact, country) if contact.startswith("+") else contact


FILTERS = {
    "browser_name": names.browser_name,
    "channel_word": names.channel_word,
    "help_for": help_for,
    "lower_near": within,
    "record_kind": names.record_kind,
    "role_name": names.role_name,
    "standing": lambda status: gettext(STANDING[status]),
    "why": why_short,
    "came": outcome_label,
    "plain": reason_text,
    "sentence": sentence,
    "groupby_day": by_day,
    "clock": clock,
    "day": day,
    "when": when,
    "ago": ago,
    "phone": contact_shown,
    "number": number_text,
    "time": "{:%H:%M}".format,
    "date": date_text,
}
