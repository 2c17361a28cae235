"""The tables, with every promise that can be a constraint written as one."""

from reminders.store.tables.customisation import (
    Audit,
    Guest,
    Heading,
    Intake,
    IntakeRow,
    Parameter,
    Placement,
    Wording,
)
from reminders.store.tables.delivery import (
    Attempt,
    Heartbeat,
    Lane,
    Mark,
    Note,
    Outage,
    Pace,
    Receipt,
    Redaction,
    Reminder,
    Spend,
)
from reminders.store.tables.inbox import Alert, Reply
from reminders.store.tables.join_requests import Code, Joining
from reminders.store.tables.people import Client, Clinic, Consent, Purged, Suppression, Treatment
from reminders.store.tables.staff import Invitation, Knock, Membership, SignIn, Staff

__all__ = [
    "Alert",
    "Attempt",
    "Audit",
    "Client",
    "Clinic",
    "Code",
    "Consent",
    "Guest",
    "Heading",
    "Heartbeat",
    "Intake",
    "IntakeRow",
    "Invitation",
    "Joining",
    "Knock",
    "Lane",
    "Mark",
    "Membership",
    "Note",
    "Outage",
    "Pace",
    "Parameter",
    "Placement",
    "Purged",
    "Receipt",
    "Redaction",
    "Reminder",
    "Reply",
    "SignIn",
    "Spend",
    "Staff",
    "Suppression",
    "Treatment",
    "Wording",
]
