"""Explain in plain words, for staff, why a message was not sent or waits."""

from __future__ import annotations

from reminders.rules.terms import Channel, Reason
from reminders.rules.translation import gettext, gettext_noop

PLAIN = {
    Reason.NO_CONSENT: gettext_noop("the client has not consented to messages this way"),
    Reason.OPTED_OUT: gettext_noop("the client has opted out"),
    Reason.WRONG_NUMBER: gettext_noop("the number belongs to somebody else"),
    Reason.STALE: gettext_noop("it was too late to be useful"),
    Reason.SUPERSEDED: gettext_noop("a newer message replaced it"),
    Reason.UNREACHABLE: gettext_noop("there is no working phone number or email address"),
    Reason.CAP: gettext_noop("the message limit for this number or address is reached"),
    Reason.GIVES_WAY: gettext_noop("the texts a week are used by more important messages"),
    Reason.QUIET_HOURS: gettext_noop("it is outside the client's sending hours"),
    Reason.WELCOME: gettext_noop("the welcome text has to be sent first"),
    Reason.PAUSED: gettext_noop("the client's messages are paused"),
    Reason.PRACTICE: gettext_noop("the clinic is in practice mode"),
    Reason.ON_HOLD: gettext_noop("a member of staff put it on hold"),
    Reason.TAKEN_OUT: gettext_noop("a member of staff skipped it"),
    Reason.MOVED: gettext_noop("the schedule changed"),
    Reason.TREATMENT_CANCELLED: gettext_noop("the treatment was cancelled"),
    Reason.INVALID_CONTACT: gettext_noop("the phone number or email address does not work"),
    Reason.REFUSED_CONTENT: gettext_noop("the provider rejected the wording"),
    Reason.REFUSED: gettext_noop("the provider rejected it"),
    Reason.WORDING: gettext_noop("the wording is faulty, not approved or due for review"),
    Reason.PROVIDER_BUSY: gettext_noop("the provider was busy"),
    Reason.PROVIDER_REFUSES: gettext_noop("the account or sender is not set up with the provider"),
    Reason.UNREACHED: gettext_noop("the phone could not be reached, so it is sent once more"),
    Reason.UNPROVEN: gettext_noop("it could not be confirmed whether it was sent"),
    Reason.MAYBE_TWICE: gettext_noop("it may have been sent already, so it may arrive twice"),
    Reason.FAULT: gettext_noop("the software failed on it"),
    Reason.ERASED: gettext_noop("the client's data was erased"),
    Reason.HALTED: gettext_noop("sending is paused"),
    Reason.HELD: gettext_noop("the database may be older than what was sent"),
    Reason.NOT_COME: gettext_noop("the client did not attend"),
    Reason.NOT_CONFIRMED: gettext_noop("nobody has marked the client as attended yet"),
    Reason.NOT_OVER: gettext_noop("the visit is not over yet"),
    Reason.BUDGET: gettext_noop("the monthly limit for texts is reached"),
    Reason.COUNTRY: gettext_noop("the clinic does not text the number's country"),
}

WAYS = {Channel.SMS: gettext_noop("texts"), Channel.EMAIL: gettext_noop("emails")}
"""What staff call the messages of a channel."""


def reason_text(reason: Reason) -> str:
    """Say why a message was not sent or waits, as part of a sentence."""
    return gettext(PLAIN[reason])


def channel_text(channel: Channel) -> str:
    """Return what staff call the messages of a channel, within a sentence."""
    return gettext(WAYS[channel])
