"""Checks of clocks and time zones against those of the database and of the machine."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from reminders.monitoring.checks import Check, Verdict
from reminders.rules.clock_guard import JUMP
from reminders.rules.translation import gettext

SYSTEM_ZONES = Path("/usr/share/zoneinfo")


def clocks(ours: datetime, other: datetime | None) -> Check:
    """Compare our clock with the database's."""
    if other is None:
        when = f"{ours:%Y-%m-%d %H:%M:%S}"
        said = gettext("%(when)s UTC; SQLite has no clock of its own", when=when)
        return Check("clock", Verdict.PASS, said)
    apart = abs(ours - other)
    if apart > JUMP:
        return Check(
            "clock",
            Verdict.FAIL,
            gettext(
                "%(seconds)s seconds away from the database's clock",
                seconds=f"{apart.total_seconds():.0f}",
            ),
            gettext("Let this machine follow a time server (NTP)."),
        )
    seconds = f"{apart.total_seconds():.1f}"
    said = gettext("within %(seconds)s seconds of the database's clock", seconds=seconds)
    return Check("clock", Verdict.PASS, said)


def zones(used: Iterable[str], now: datetime, system: Path = SYSTEM_ZONES) -> Check:
    """Say in which of the zones in use the machine's own files differ from the package's, whose
    times are kept: so that nobody wonders about a wall clock that disagrees.
    """
    differ = [key for key in sorted(set(used)) if _differs(key, now, system)]
    if differ:
        return Check(
            "zone data",
            Verdict.WARN,
            gettext(
                "this machine's own files differ for %(zones)s; the package's are used",
                zones=", ".join(differ),
            ),
            gettext(
                "Nothing is needed here. Update tzdata on the machine if its clock shows a different hour."
            ),
        )
    said = gettext("the machine's own files agree for every zone in use")
    return Check("zone data", Verdict.PASS, said)


def _differs(key: str, now: datetime, system: Path) -> bool:
    try:
        with (system / key).open("rb") as file:
            other = ZoneInfo.from_file(file, key)
    except (OSError, ValueError):
        return False
    ours = ZoneInfo(key)
    moments = (now + timedelta(days=15 * n) for n in range(50))
    return any(
        at.astimezone(ours).utcoffset() != at.astimezone(other).utcoffset() for at in moments
    )
