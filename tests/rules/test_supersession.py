"""What was skipped for a later visit comes back once that visit does not stand, and never twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from reminders.rules.planned import Planned
from reminders.rules.planning import ExistingReminder, Replan, replan
from reminders.rules.supersession import LaterVisit, released
from reminders.rules.terms import Channel, Reason, Status

DUE = datetime(2026, 4, 2, 9, tzinfo=UTC)
STALE = DUE + timedelta(days=7)
EVENING = DUE + timedelta(hours=9)
WANTED = Planned("month-1", Channel.SMS, DUE, STALE, DUE.date())


def row(
    status: Status = Status.SKIPPED,
    reason: Reason | None = Reason.SUPERSEDED,
    *,
    milestone: str = "month-1",
    channel: Channel = Channel.SMS,
    at: datetime = DUE,
) -> ExistingReminder:
    return ExistingReminder(
        1, milestone, channel, status, at, at + (STALE - DUE), at.date(), reason
    )


def visit(on: date, *reminders: ExistingReminder) -> LaterVisit:
    return LaterVisit(on, Replan(keep=list(reminders)))


def replanned(
    rows: list[ExistingReminder], later: list[LaterVisit], now: datetime = EVENING
) -> Replan:
    return replan(released(rows, later, now), [WANTED], now)


TODAY, TOMORROW = DUE.date(), DUE.date() + timedelta(days=1)
PREPARES = row(Status.PLANNED, None, milestone="day-before")
PREPARED = row(Status.DELIVERED, None, milestone="day-before")
SESSION = "next-session"


@pytest.mark.parametrize(
    "rows,later,now,comes_back",
    [
        ([row()], [], EVENING, True),  # the later visit was missed, cancelled or moved away
        ([row()], [visit(TODAY)], EVENING, False),  # it stands
        ([row()], [visit(TODAY - timedelta(days=9))], EVENING, False),
        ([row()], [visit(TOMORROW)], EVENING, True),  # another one stands, which has not begun
        ([row()], [visit(TOMORROW, PREPARES)], EVENING, False),  # but speaks that day
        ([row()], [visit(TOMORROW, PREPARED)], EVENING, False),
        ([row()], [visit(TOMORROW, row(Status.CANCELLED, Reason.MOVED))], EVENING, True),
        (
            [row()],
            [visit(TOMORROW, row(Status.PLANNED, None, channel=Channel.EMAIL))],
            EVENING,
            True,
        ),
        (
            [row()],
            [visit(TOMORROW, row(Status.PLANNED, None, at=DUE + timedelta(days=1)))],
            EVENING,
            True,
        ),
        ([row()], [], STALE - timedelta(minutes=1), True),
        ([row()], [], STALE, False),  # too late to help
        ([row(reason=Reason.CAP)], [], EVENING, False),  # skipped for another reason
        ([row(reason=Reason.NO_CONSENT)], [], EVENING, False),
        ([row(reason=Reason.TAKEN_OUT)], [], EVENING, False),
        ([row(), row(reason=Reason.STALE)], [], EVENING, False),  # it came back, and was decided on
        ([row(), row(Status.DELIVERED, None)], [], EVENING, False),  # it came back, and left
        ([row(), row(Status.UNKNOWN, None)], [], EVENING, False),
        ([row(), row(Status.PLANNED, None)], [], EVENING, False),  # it is to come already
        ([row(), row()], [], EVENING, True),  # superseded twice, missed twice
        ([row(), row(Status.DELIVERED, None, milestone=SESSION, at=EVENING)], [], EVENING, False),
        ([row(), row(Status.PLANNED, None, milestone=SESSION, at=EVENING)], [], EVENING, False),
        ([row(), row(Status.PLANNED, None, milestone=SESSION, at=STALE)], [], EVENING, True),
        (
            [row(), row(Status.DELIVERED, None, milestone="week-2", at=DUE - timedelta(days=14))],
            [],
            EVENING,
            True,
        ),
        (
            [
                row(),
                row(Status.DELIVERED, None, milestone=SESSION, at=EVENING, channel=Channel.EMAIL),
            ],
            [],
            EVENING,
            True,
        ),
    ],
)
def test_a_superseded_reminder_comes_back_where_it_still_helps_and_nothing_supersedes_it(
    rows: list[ExistingReminder], later: list[LaterVisit], now: datetime, *, comes_back: bool
) -> None:
    change = replanned(rows, later, now)
    assert change.add == ([WANTED] if comes_back else [])
    assert not change.move
    assert not change.late


def test_what_a_later_visit_will_say_by_its_new_plan_counts_not_what_it_gave_up() -> None:
    spoke = Planned("day-before", Channel.SMS, DUE, STALE, DUE.date())
    away = replace(spoke, scheduled_at=STALE, due_on=STALE.date())
    gone, to_come = row(Status.PLANNED, None), row(Status.PLANNED, None, at=STALE)
    for change, comes_back in (
        (Replan(move=[(gone, away)]), True),
        (Replan(move=[(to_come, spoke)]), False),
        (Replan(cancel=[gone]), True),
        (Replan(add=[spoke]), False),
        (Replan(already_sent=[(row(Status.ACCEPTED, None), away)]), False),
    ):
        assert bool(replanned([row()], [LaterVisit(TOMORROW, change)]).add) is comes_back


def test_once_it_is_planned_again_further_looks_change_nothing() -> None:
    back = row(Status.PLANNED, None)
    change = replanned([row(), back], [])
    assert change.keep == [back]
    assert [change.add, change.cancel, change.move] == [[], [], []]
