"""Days and zones in which a message is due now."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


def zone_where_it_is_afternoon() -> str:
    """Return a zone in which messages may leave at this moment: there it is about two o'clock."""
    ahead = (14 - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}"


def week_ago() -> date:
    """Return the day a week ago there, where it may be another day than here."""
    return datetime.now(ZoneInfo(zone_where_it_is_afternoon())).date() - timedelta(days=7)
