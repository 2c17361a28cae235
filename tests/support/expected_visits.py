"""A visit as anybody would keep it in mind who hears what is said of it: what tests compare with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

PREPARATION = {"week-before", "day-before"}
HALF_AN_HOUR, AN_HOUR = timedelta(minutes=30), timedelta(hours=1)


@dataclass
class ExpectedVisit:
    """One visit; ``changed_at`` is when the last was said of it that changed anything."""

    begins: datetime
    ends: datetime
    changed_at: datetime
    cancelled: bool = False
    came: bool = False
    missed: str = ""
    left: set[object] = field(default_factory=set)
    said: list[str] = field(default_factory=list)

    @property
    def stands(self) -> bool:
        return not self.cancelled and not self.missed

    def believed_at(self, *, required: bool) -> datetime | None:
        """Return from when on the visit is believed to have taken place, as things stand."""
        if not self.stands or (required and not self.came):
            return None
        return self.ends if self.came else self.ends + HALF_AN_HOUR

    def _note(self, now: datetime, *, cancelled: bool = False, came: bool = False, missed: str = "") -> None:  # fmt: skip
        self.cancelled, self.came, self.missed, self.changed_at = cancelled, came, missed, now

    def desk(self, said: str, now: datetime) -> None:
        """Hear what is tapped at the desk: came, missed or undo."""
        if self.begins > now or self.cancelled:
            return
        if said == "missed" and not self.missed:
            self._note(now, missed="staff")
        elif said != "missed":
            self._note(now, came=said == "came")

    def source(self, said: str, now: datetime) -> None:
        """Hear what the booking system says: arrived, completed, no-show, cancelled or booked."""
        if said in {"arrived", "completed"}:
            stands = self.missed == "staff" or (self.missed and said == "completed")
            if self.begins <= now + AN_HOUR and not stands:
                self._note(now, came=True)
        elif said == "no-show" and self.stands:
            self._note(now, missed="source")
        elif said == "cancelled" and self.stands:
            self._note(now, cancelled=True, came=self.came)
        elif said == "booked" and (self.cancelled or self.missed == "source"):
            self._note(now, came=self.came)

    def repeated(self, now: datetime) -> None:
        """Hear the same booking once more: it revives what was cancelled, never who did not come."""
        if self.cancelled:
            self._note(now, came=self.came)

    def moved(self, begins: datetime, ends: datetime, now: datetime) -> None:
        """Hear of another time; nobody has come to one that is ahead, or missed the new one."""
        if begins != self.begins and (begins > now or self.missed):
            self.came, self.missed = False, ""
        self.begins, self.ends, self.changed_at = begins, ends, now

    def due(self) -> Iterator[tuple[str, datetime]]:
        """Return when milestones come, counted by hand."""
        for name, days in (("day-1", 1), ("day-3", 3), ("week-1", 7), ("week-2", 14)):
            on = self.begins.date() + timedelta(days=days)
            at = datetime.combine(on, time(10), ZoneInfo("Europe/London"))
            yield name, max(at, self.ends + timedelta(days=1))

    def check(self, milestone: str, at: datetime, *, required: bool) -> None:
        """Raise ``AssertionError`` where aftercare leaves that should not."""
        if milestone not in PREPARATION:
            believed_at = self.believed_at(required=required)
            assert believed_at is not None, (milestone, at, self)
            assert at >= believed_at, (milestone, at, self)

    def check_lost(self, left: set[str], *, required: bool) -> None:
        """Raise ``AssertionError`` where what came due after the last word has not left, then or before."""
        if self.believed_at(required=required) is not None:
            due = {name for name, at in self.due() if at > self.changed_at}
            assert due <= left, (due - left, self)
