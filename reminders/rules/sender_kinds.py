"""Kinds of SMS sender (short code, long code, toll-free, name …) and the rate carriers allow each."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from reminders.rules.sender_names import is_name


class Kind(StrEnum):
    """A sender as carriers see it."""

    LONG_CODE = "long code"
    TOLL_FREE = "toll-free number"
    SHORT_CODE = "short code"
    SERVICE = "Messaging Service"
    NAME = "name"


_TOLL_FREE = re.compile(r"\+1(800|833|844|855|866|877|888)\d{7}")

_SERVICE = re.compile(r"MG([0-9a-f]{32}|\d+)")

PER_MINUTE = {
    Kind.LONG_CODE: 60,
    Kind.TOLL_FREE: 180,
    Kind.SHORT_CODE: None,
    Kind.SERVICE: None,
    Kind.NAME: None,
}
"""Segments a minute (twilio.com/docs/messaging, 2026: one a second from a long code, three from a
toll-free number); short codes, the pools of services and names are what was agreed, so they are
set."""


@lru_cache(maxsize=1024)
def kind_of(sender: str) -> Kind:
    """Return the kind of a number (E.164 or a short code), a Messaging Service's SID, or a name."""
    if _SERVICE.fullmatch(sender):
        return Kind.SERVICE
    if is_name(sender):
        return Kind.NAME
    if _TOLL_FREE.fullmatch(sender):
        return Kind.TOLL_FREE
    return Kind.SHORT_CODE if re.fullmatch(r"\d{3,8}", sender) else Kind.LONG_CODE


def is_one_way(sender: str) -> bool:
    """Say whether nobody can reply to what a sender sends: then STOP cannot be texted either."""
    return kind_of(sender) is Kind.NAME
