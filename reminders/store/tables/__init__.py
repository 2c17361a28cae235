"""The tables, with every promise that can be a constraint written as one."""

from reminders.store.tables.delivery import (
    Attempt,
    Heartbeat,
    Lane,
    Mark,
    Note,
    Outage,
    Receipt,
    Reminder,
)
from reminders.store.tables.people import Client, Clinic, Consent, Suppression, Treatment

__all__ = [
    "Attempt",
    "Client",
    "Clinic",
    "Consent",
    "Heartbeat",
    "Lane",
    "Mark",
    "Note",
    "Outage",
    "Receipt",
    "Reminder",
    "Suppression",
    "Treatment",
]
