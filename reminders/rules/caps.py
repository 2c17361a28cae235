"""Caps: how much may go to one number or address, whoever shares it, and when there is room again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from reminders.rules.sending_hours import opening_on
from reminders.rules.terms import Channel, Facts

DAY, WEEK = timedelta(days=1), timedelta(days=7)

MOST_A_DAY, MOST_A_WEEK = 1, 7
"""Texts to one number, whoever shares it: no clinic may set more."""

USUAL_A_WEEK = 4
"""What a clinic begins with: the first week of somebody who is only texted has that many with the day
before. It is our promise, not the law's: whoever consented is told the number (the three a week of
47 CFR 64.1200(a)(9)(iv) bind who texts without a consent)."""


@dataclass(frozen=True, slots=True)
class TextCap:
    """How many texts a clinic sends to one number in a day and in seven days, at most."""

    per_day: int
    per_week: int

    def holds(self, days: Iterable[date]) -> bool:
        """Say whether texts on these days keep to it."""
        ordered = sorted(days)
        a_day, a_week = min(self.per_day, MOST_A_DAY), min(self.per_week, MOST_A_WEEK)
        return all(
            later - one >= apart
            for most, apart in ((a_day, DAY), (a_week, WEEK))
            for one, later in zip(ordered, ordered[most:], strict=False)
        )

    def has_room(self, taken: Iterable[date], day: date) -> bool:
        """Say whether one more text fits on a day beside those on the days ``taken``, which may lie
        before it and after it.
        """
        days = [one for one in taken if abs(one - day) < WEEK]
        if days.count(day) >= min(self.per_day, MOST_A_DAY):
            return False
        most = min(self.per_week, MOST_A_WEEK)
        if len(days) < most:
            return True
        ends = (day + timedelta(days=ahead) for ahead in range(7))
        return all(sum(end - WEEK < one <= end for one in days) < most for end in ends)


APART = timedelta(minutes=5)
"""Between two emails of a clinic to one address, which two clients may share."""


def counts(facts: Facts) -> bool:
    """Say whether a message takes the place of another to its number or address: every email does,
    and of texts those of a protocol.
    """
    return facts.channel is Channel.EMAIL or facts.one_off is None


def full_until(facts: Facts, now: datetime) -> datetime | None:
    """Return when the number or address has room again (UTC); None where it has room now, or the
    client asked for this message.
    """
    if not counts(facts) or facts.requested:
        return None
    if facts.channel is Channel.SMS:
        full = _capped(facts, now.astimezone(facts.zone).date())
        return _cap_frees(facts, now) if full else None
    frees_at = facts.emailed_at and facts.emailed_at + APART
    return frees_at if frees_at and frees_at > now else None


def _capped(facts: Facts, day: date) -> bool:
    """Count a day and the seven days that end with it, on the recipient's calendar."""
    cap = TextCap(facts.clinic.texts_per_day, facts.clinic.texts_per_week)
    return not cap.has_room(facts.texts_on, day)


def _cap_frees(facts: Facts, now: datetime) -> datetime:
    """Return the first opening (UTC) on a later day that has room for one more text."""
    today = now.astimezone(facts.zone).date()
    for ahead in range(1, 15):
        day = today + timedelta(days=ahead)
        span = opening_on(day, facts.clinic.hours, facts.zone)
        if span is not None and not _capped(facts, day):
            return span[0]
    return now + 2 * WEEK
