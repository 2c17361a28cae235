"""Distrust a wall clock that jumps, until another clock or a steady minute confirms it."""

from __future__ import annotations

from datetime import datetime, timedelta

JUMP = timedelta(minutes=1)
"""How far a wall clock may stray from the time that has really passed."""

STEADY = timedelta(minutes=1)
"""How long a clock must run evenly to be believed where nothing else can be asked."""


class ClockWatch:
    """Compare wall time with elapsed time at every check; the caller gives both."""

    def __init__(self) -> None:
        """Begin with trust: the first look is compared with nothing."""
        self._last: tuple[datetime, timedelta] | None = None
        self._jumped_at: timedelta | None = None

    @property
    def trusted(self) -> bool:
        """Say whether the wall clock may be acted upon."""
        return self._jumped_at is None

    def look(self, wall: datetime, passed: timedelta) -> timedelta:
        """Note both and return by how much the wall clock jumped since the last look; a jump
        beyond a minute costs it our trust.
        """
        last_wall, last_passed = self._last or (wall, passed)
        self._last = (wall, passed)
        jump = (wall - last_wall) - (passed - last_passed)
        if abs(jump) > JUMP:
            self._jumped_at = passed
        return jump

    def compare(self, theirs: datetime | None) -> None:
        """Trust again if another clock agrees or, where there is none, after a steady minute."""
        if self._jumped_at is None or self._last is None:
            return
        wall, passed = self._last
        steady = passed - self._jumped_at >= STEADY
        if steady if theirs is None else abs(theirs - wall) <= JUMP:
            self._jumped_at = None
