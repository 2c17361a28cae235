"""Subjects and bodies of alerts that depend on what went wrong."""

from __future__ import annotations

from enum import Enum, auto

from reminders.rules.terms import Channel
from reminders.rules.translation import gettext_noop


class Fault(Enum):
    """Why texts or emails are stopped."""

    CREDENTIALS = auto()
    SENDER = auto()
    PROVIDER = auto()


STOPPED = {
    (Channel.SMS, Fault.CREDENTIALS): (
        gettext_noop("Texts are stopped: our credentials are refused (%(code)s)"),
        gettext_noop(
            "Texts of %(n)s clinic(s) have been stopped since %(since)s UTC,"
            " because our credentials are refused (%(code)s)."
        ),
    ),
    (Channel.SMS, Fault.SENDER): (
        gettext_noop("Texts are stopped: our sender is blocked or not set up (%(code)s)"),
        gettext_noop(
            "Texts of %(n)s clinic(s) have been stopped since %(since)s UTC,"
            " because our sender is blocked or not set up (%(code)s)."
        ),
    ),
    (Channel.SMS, Fault.PROVIDER): (
        gettext_noop("Texts are stopped: the provider does not accept them (%(code)s)"),
        gettext_noop(
            "Texts of %(n)s clinic(s) have been stopped since %(since)s UTC,"
            " because the provider does not accept them (%(code)s)."
        ),
    ),
    (Channel.EMAIL, Fault.CREDENTIALS): (
        gettext_noop("Emails are stopped: our credentials are refused (%(code)s)"),
        gettext_noop(
            "Emails of %(n)s clinic(s) have been stopped since %(since)s UTC,"
            " because our credentials are refused (%(code)s)."
        ),
    ),
    (Channel.EMAIL, Fault.SENDER): (
        gettext_noop("Emails are stopped: our sender is blocked or not set up (%(code)s)"),
        gettext_noop(
            "Emails of %(n)s clinic(s) have been stopped since %(since)s UTC,"
            " because our sender is blocked or not set up (%(code)s)."
        ),
    ),
    (Channel.EMAIL, Fault.PROVIDER): (
        gettext_noop("Emails are stopped: the provider does not accept them (%(code)s)"),
        gettext_noop(
            "Emails of %(n)s clinic(s) have been stopped since %(since)s UTC,"
            " because the provider does not accept them (%(code)s)."
        ),
    ),
}
"""The subject and the first sentence of the body."""

FAILING = {
    Channel.SMS: (
        gettext_noop("%(failed)s of %(tried)s texts failed"),
        gettext_noop(
            "Of the last day's %(tried)s texts, %(failed)s were not delivered. Please look at the"
            " reasons in the staff app. Often a list has wrong numbers, or carriers have begun to"
            " block the sender."
        ),
    ),
    Channel.EMAIL: (
        gettext_noop("%(failed)s of %(tried)s emails failed"),
        gettext_noop(
            "Of the last day's %(tried)s emails, %(failed)s were not delivered. Please look at the"
            " reasons in the staff app. Often a list has wrong numbers, or carriers have begun to"
            " block the sender."
        ),
    ),
}
"""The subject and the body."""

MORNING_SENT = gettext_noop(
    "%(name)s: %(planned)s scheduled today, %(failed)s failed, %(stuck)s unconfirmed"
)
MORNING_PAUSED = gettext_noop(
    "%(name)s: %(planned)s scheduled today, %(failed)s failed, %(stuck)s unconfirmed (paused)"
)
