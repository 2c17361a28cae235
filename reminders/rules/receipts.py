"""Advance a reminder's state by the provider's delivery reports, in whatever order they come."""

from __future__ import annotations

from collections.abc import Collection

from reminders.rules.terms import Status

_MEANING = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent"), Status.ACCEPTED),
    **dict.fromkeys(("undelivered", "failed", "canceled"), Status.UNDELIVERED),
    **dict.fromkeys(("delivered", "partially_delivered", "read"), Status.DELIVERED),
}
"""Twilio's statuses (twilio.com/docs/messaging/api/message-resource), the better known last."""

_RANK = [Status.ACCEPTED, Status.UNDELIVERED, Status.DELIVERED]


def advance(status: Status, reported: Collection[str]) -> Status:
    """Return where a reminder stands after all reports so far, never a step back.

    It depends on which reports there were and not on their order, so late, doubled and mixed-up
    ones do no harm. A report is proof that the message left, whatever we thought before.
    """
    meant = {_MEANING[word] for word in reported if word in _MEANING}
    known = {status} & set(_RANK)
    return max(meant | known, key=_RANK.index, default=status)
