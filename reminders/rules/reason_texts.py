"""Explain in plain words, for staff, why a reminder was not sent or waits."""

from __future__ import annotations

from reminders.rules.terms import Reason

PLAIN = {
    Reason.NO_CONSENT: "the client has not consented to messages by this channel",
    Reason.OPTED_OUT: "the client opted out",
    Reason.WRONG_NUMBER: "this number belongs to somebody else",
    Reason.STALE: "it would have come too late to be useful",
    Reason.SUPERSEDED: "a newer message replaced it",
    Reason.UNREACHABLE: "there is no working number or address",
    Reason.CAP: "the limit of messages to this number or address was reached",
    Reason.QUIET_HOURS: "it is outside the client's sending hours",
    Reason.WELCOME: "the text that confirms the consent has to be sent first",
    Reason.PAUSED: "the client asked for a pause",
    Reason.PRACTICE: "the clinic is in practice mode",
    Reason.ON_HOLD: "a member of staff put it on hold",
    Reason.TAKEN_OUT: "a member of staff skipped it",
    Reason.MOVED: "the schedule changed",
    Reason.TREATMENT_CANCELLED: "the treatment was cancelled",
    Reason.INVALID_CONTACT: "the number or address does not work",
    Reason.REFUSED_CONTENT: "the provider refused the wording",
    Reason.REFUSED: "the provider refused the message",
    Reason.WORDING: "its wording is faulty, not approved or due for review",
    Reason.PROVIDER_BUSY: "the provider was busy",
    Reason.PROVIDER_REFUSES: "our account or sender is not set up correctly",
    Reason.UNREACHED: "the phone could not be reached, so the text is sent once more",
    Reason.UNPROVEN: "it could not be confirmed whether it was sent",
    Reason.MAYBE_TWICE: "it may have been sent already, so it may arrive twice",
    Reason.FAULT: "an error occurred in this program",
    Reason.ERASED: "the client's details were erased",
    Reason.HALTED: "sending is paused",
    Reason.HELD: "the database may be a copy that does not know what was sent",
    Reason.NOT_COME: "the client did not attend",
    Reason.NOT_CONFIRMED: "attendance has not been recorded",
    Reason.NOT_OVER: "the visit is not over yet",
    Reason.BUDGET: "this month's limit for texts is reached",
}
