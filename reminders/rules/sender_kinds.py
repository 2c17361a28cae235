"""Kinds of SMS sender (short code, long code, toll-free …) and the rate carriers allow each."""

from __future__ import annotations

import re
from enum import StrEnum


class Kind(StrEnum):
    """A sender as carriers see it."""

    LONG_CODE = "long code"
    TOLL_FREE = "toll-free number"
    SHORT_CODE = "short code"
    SERVICE = "Messaging Service"


_TOLL_FREE = re.compile(r"\+1(800|833|844|855|866|877|888)\d{7}")

PER_MINUTE = {Kind.LONG_CODE: 60, Kind.TOLL_FREE: 180, Kind.SHORT_CODE: None, Kind.SERVICE: None}
"""Segments a minute (twilio.com/docs/messaging, 2026: one a second from a long code, three from a
toll-free number); short codes and the pools of services are what was bought, so they are set."""


def kind_of(sender: str) -> Kind:
    """Return the kind of a number (E.164 or a short code), or of a Messaging Service's SID."""
    if sender.startswith("MG"):
        return Kind.SERVICE
    if _TOLL_FREE.fullmatch(sender):
        return Kind.TOLL_FREE
    return Kind.SHORT_CODE if re.fullmatch(r"\d{3,8}", sender) else Kind.LONG_CODE
