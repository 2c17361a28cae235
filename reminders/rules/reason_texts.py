"""Explain in plain words, for staff, why a reminder was not sent or waits."""

from __future__ import annotations

from reminders.rules.terms import Reason

PLAIN = {
    Reason.NO_CONSENT: "the client has not said yes to messages this way",
    Reason.OPTED_OUT: "the client asked us to stop",
    Reason.WRONG_NUMBER: "somebody else has this number",
    Reason.STALE: "its moment had passed, so it would no longer help",
    Reason.SUPERSEDED: "something newer replaced it",
    Reason.UNREACHABLE: "there is no working number or address",
    Reason.CAP: "this number or address had as much from us as it may",
    Reason.GIVES_WAY: "a number may have so many texts a week, and more important ones need them",
    Reason.QUIET_HOURS: "the client's sending hours come first",
    Reason.WELCOME: "the text that confirms the consent goes first",
    Reason.PAUSED: "the client asked for a pause",
    Reason.PRACTICE: "the clinic is in practice mode",
    Reason.ON_HOLD: "a member of staff holds it back",
    Reason.TAKEN_OUT: "a member of staff took it out",
    Reason.MOVED: "the plan changed",
    Reason.TREATMENT_CANCELLED: "the treatment was cancelled",
    Reason.INVALID_CONTACT: "the number or address does not work",
    Reason.REFUSED_CONTENT: "the provider refused these words",
    Reason.REFUSED: "the provider refused it",
    Reason.WORDING: "its wording is broken, or not approved, or due to be read again",
    Reason.PROVIDER_BUSY: "the provider was busy",
    Reason.PROVIDER_REFUSES: "our account or sender is not set up",
    Reason.UNREACHED: "the phone could not be reached, so it goes once more",
    Reason.UNPROVEN: "nobody could prove whether it left",
    Reason.MAYBE_TWICE: "it may have left already, so it may arrive twice",
    Reason.FAULT: "our own software failed on it",
    Reason.ERASED: "the client's details were erased",
    Reason.HALTED: "sending is paused",
    Reason.HELD: "the database may be older than what was sent",
    Reason.NOT_COME: "the client did not come",
    Reason.NOT_CONFIRMED: "nobody has said that the client came",
    Reason.NOT_OVER: "the visit is not over yet",
    Reason.BUDGET: "this month's budget for texts is spent",
}
