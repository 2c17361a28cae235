"""What Twilio's error codes mean for a reminder, for sending and for delivery reports."""

from __future__ import annotations

from reminders.rules.decision import Outcome
from reminders.rules.translation import gettext, gettext_noop

CODES = {
    # The client, or the client's carrier, opted out.
    **dict.fromkeys((21610, 30640), Outcome.SUPPRESS),
    # This number cannot be texted.
    **dict.fromkeys((21211, 21214, 21612, 21614, 30005, 30006), Outcome.INVALID),
    # Not processed: may go later.
    **dict.fromkeys(
        (21730, 30017, 30021, 30022, 30610),
        Outcome.RETRY,
    ),
    # Not processed, and neither would any other be: too many at once, or today.
    **dict.fromkeys((20429, 21611, 30001, 30023, 60728, 63017, 63038), Outcome.BUSY),
    # The phone was off or out of reach, or the reason is unknown.
    **dict.fromkeys((30003, 30008), Outcome.UNREACHED),
    # This contact: its country is not allowed, or a trial account does not know it.
    **dict.fromkeys((21408, 21608, 30450), Outcome.BARRED),
    # Our account or sender.
    **dict.fromkeys(
        (
            20003, 20404, 21212, 21601, 21606, 21609, 21657, 21661, 21703, 21704,
            30002, 30024, 30032, 30034, 30045,
        ),
        Outcome.CONFIGURATION,
    ),
    # This text.
    **dict.fromkeys((21602, 21617, 21619, 30007, 30019), Outcome.CONTENT),
}  # fmt: skip
"""What Twilio's error codes mean for a reminder (twilio.com/docs/api/errors); any other code
is refused without a blind retry, since Twilio adds codes without notice."""

ANSWERED_BY_TWILIO = frozenset(
    "STOP STOPALL UNSUBSCRIBE CANCEL END QUIT OPTOUT REVOKE START UNSTOP YES HELP INFO".split(),  # noqa: SIM905
)
"""Words that Twilio answers by itself when they are all a text says, unless it was told not to
(twilio.com/docs/messaging/tutorials/advanced-opt-out)."""

SAID = {
    21211: gettext_noop("the number cannot receive texts"),
    21408: gettext_noop("the account is not allowed to text this country"),
    21610: gettext_noop("the client texted STOP"),
    21612: gettext_noop("the number cannot be reached from the sender"),
    21614: gettext_noop("the number is not a mobile number"),
    30003: gettext_noop("the phone was off or out of reach"),
    30004: gettext_noop("the phone or the network blocks texts"),
    30005: gettext_noop("the number is not in service"),
    30006: gettext_noop("the number is a landline, or its network does not accept texts"),
    30007: gettext_noop("the network blocked it as spam"),
    30008: gettext_noop("the network gave no reason"),
    30034: gettext_noop("the sender is not registered with the networks"),
}
"""Plain words for the codes that staff see (twilio.com/docs/api/errors)."""


def say(code: str) -> str:
    """Return in plain words what a provider's code means; empty for an unknown code.

    Mail servers answer by SMTP codes: RFC 5321 and RFC 3463.
    """
    if code.isdecimal() and int(code) in SAID:
        return gettext(SAID[int(code)])
    if code.startswith(("550", "551", "553", "5.1")):
        return gettext("the mailbox does not exist")
    if code.startswith(("552", "452", "5.2.2", "4.2.2")):
        return gettext("the mailbox is full")
    return ""


def is_dead(code: str) -> bool:
    """Say whether a provider's code means that the contact itself does not work."""
    return CODES.get(int(code)) is Outcome.INVALID if code.isdecimal() else code.startswith("5.1")
