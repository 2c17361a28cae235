"""Whose clock a time in a calendar file is on: by IANA's, Windows' or the file's own zones."""

from __future__ import annotations

import re
from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.core import get_global

from reminders.rules.terms import InputError
from reminders.rules.translation import gettext_noop
from reminders.rules.zone_names import read_zone


class UnreadableError(ValueError):
    """An event that cannot be read; its words say why, for all of its kind."""


UNKNOWN_ZONE = gettext_noop("the time zone is not known")

_IANA = re.compile(r"[A-Z]\w+/[A-Z][\w+-]+(?:/[A-Z][\w+-]+)?$")
"""A zone at the end of a longer name: “/freeassociation.sourceforge.net/Europe/London”."""


def moment(at: date | datetime, zone_name: str | None, floating: tzinfo) -> date | datetime:
    """Return a time with its zone; a bare day stays one. What has no zone is on the ``floating``
    clock. Raises ``UnreadableError``.

    A zone's name is believed before what the file says the zone is: files often simplify it.
    """
    if not isinstance(at, datetime) or _is_utc(at):
        return at
    if not zone_name:
        return at if at.tzinfo else at.replace(tzinfo=floating)
    known = zone(zone_name)
    if known is not None:
        return at.replace(tzinfo=known)
    if at.tzinfo is None:
        raise UnreadableError(UNKNOWN_ZONE)
    return at


def _is_utc(at: datetime) -> bool:
    return str(at.tzinfo) == "UTC"


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo | None:
    """Return the zone that a name means; None where it means none that is known."""
    bare = name.strip().strip('"')
    for candidate in (bare, *_IANA.findall(bare)):
        try:
            return ZoneInfo(read_zone(candidate, _windows()))
        except InputError:
            continue
    return None


def _windows() -> Any:
    return get_global("windows_zone_mapping")
