"""Explain in plain words, for staff, why a message was not sent or waits."""

from __future__ import annotations

from reminders.rules.terms import Channel, Reason

PLAIN = {
    Reason.NO_CONSENT: "the client has not consented to messages this way",
    Reason.OPTED_OUT: "the client has opted out",
    Reason.WRONG_NUMBER: "the number belongs to somebody else",
    Reason.STALE: "it was too late to be useful",
    Reason.SUPERSEDED: "a newer message replaced it",
    Reason.UNREACHABLE: "there is no working phone number or email address",
    Reason.CAP: "the message limit for this number or address is reached",
    Reason.GIVES_WAY: "the texts a week are used by more important messages",
    Reason.QUIET_HOURS: "it is outside the client's sending hours",
    Reason.WELCOME: "the welcome text has to be sent first",
    Reason.PAUSED: "the client's messages are paused",
    Reason.PRACTICE: "the clinic is in practice mode",
    Reason.ON_HOLD: "a member of staff put it on hold",
    Reason.TAKEN_OUT: "a member of staff skipped it",
    Reason.MOVED: "the schedule changed",
    Reason.TREATMENT_CANCELLED: "the treatment was cancelled",
    Reason.INVALID_CONTACT: "the phone number or email address does not work",
    Reason.REFUSED_CONTENT: "the provider rejected the wording",
    Reason.REFUSED: "the provider rejected it",
    Reason.WORDING: "the wording is faulty, not approved or due for review",
    Reason.PROVIDER_BUSY: "the provider was busy",
    Reason.PROVIDER_REFUSES: "the account or sender is not set up with the provider",
    Reason.UNREACHED: "the phone could not be reached, so it is sent once more",
    Reason.UNPROVEN: "it could not be confirmed whether it was sent",
    Reason.MAYBE_TWICE: "it may have been sent already, so it may arrive twice",
    Reason.FAULT: "the software failed on it",
    Reason.ERASED: "the client's data was erased",
    Reason.HALTED: "sending is paused",
    Reason.HELD: "the database may be older than what was sent",
    Reason.NOT_COME: "the client did not attend",
    Reason.NOT_CONFIRMED: "nobody has marked the client as attended yet",
    Reason.NOT_OVER: "the visit is not over yet",
    Reason.BUDGET: "the monthly limit for texts is reached",
}

WAYS = {Channel.SMS: "texts", Channel.EMAIL: "emails"}
"""What staff call the messages of a channel."""
