"""All tables, with every rule that a constraint can express."""

from reminders.store.tables.api import ApiKey, Event, KeptAnswer
from reminders.store.tables.bookings import BookingDelivery, BookingMark, BookingSource
from reminders.store.tables.counts import CountedDay, CountedSkinDay
from reminders.store.tables.customisation import (
    Audit,
    ColumnMapping,
    Import,
    ImportRow,
    MilestonePlacement,
    Parameter,
    PostponedEnrolment,
    PracticeRecipient,
    Wording,
)
from reminders.store.tables.delivery import (
    Attempt,
    Heartbeat,
    Lane,
    OneOffMessage,
    Outage,
    Receipt,
    Redaction,
    Reminder,
    SegmentSpending,
    SenderPace,
    SenderRate,
    Setting,
)
from reminders.store.tables.endpoints import Endpoint, EventDelivery
from reminders.store.tables.feeds import Feed, FeedEvent
from reminders.store.tables.inbox import Alert, Reply
from reminders.store.tables.join_requests import JoinRequest, VerificationCode
from reminders.store.tables.people import (
    Client,
    Clinic,
    Consent,
    PurgeRecord,
    Suppression,
    Treatment,
)
from reminders.store.tables.questions import (
    ClientMerge,
    Question,
    RememberedAnswer,
    WaitingRow,
)
from reminders.store.tables.senders import SenderAccount
from reminders.store.tables.skin import PageOpening, SkinAnswer
from reminders.store.tables.staff import Invitation, Membership, SignIn, SignInAttempt, Staff

__all__ = [
    "Alert",
    "ApiKey",
    "Attempt",
    "Audit",
    "BookingDelivery",
    "BookingMark",
    "BookingSource",
    "Client",
    "ClientMerge",
    "Clinic",
    "ColumnMapping",
    "Consent",
    "CountedDay",
    "CountedSkinDay",
    "Endpoint",
    "Event",
    "EventDelivery",
    "Feed",
    "FeedEvent",
    "Heartbeat",
    "Import",
    "ImportRow",
    "Invitation",
    "JoinRequest",
    "KeptAnswer",
    "Lane",
    "Membership",
    "MilestonePlacement",
    "OneOffMessage",
    "Outage",
    "PageOpening",
    "Parameter",
    "PostponedEnrolment",
    "PracticeRecipient",
    "PurgeRecord",
    "Question",
    "Receipt",
    "Redaction",
    "RememberedAnswer",
    "Reminder",
    "Reply",
    "SegmentSpending",
    "SenderAccount",
    "SenderPace",
    "SenderRate",
    "Setting",
    "SignIn",
    "SignInAttempt",
    "SkinAnswer",
    "Staff",
    "Suppression",
    "Treatment",
    "VerificationCode",
    "WaitingRow",
    "Wording",
]
