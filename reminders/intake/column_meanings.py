"""What the columns of one list mean: whose clock its times are on, and in which order its dates are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from reminders.rules.list_dates import Order
from reminders.rules.questions import Answers
from reminders.wording.library import Library


@dataclass(frozen=True, slots=True)
class CellRemark:
    """Something to know about a cell: what is wrong or was assumed, and what to do."""

    row: int
    column: str
    problem: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class ColumnMeanings:
    """What the cells of one list mean: its columns, whose clock, and the order of its dates.

    ``source`` is whoever gave the list, whose booking numbers are its own; ``answers`` are what
    this clinic's people were asked before; ``family_first`` says that whole names begin with it,
    ``by_name`` that a name alone may tell who is meant, ``bookings`` that its rows say what is to
    be, and not what was.
    """

    name: str
    header: Sequence[str]
    columns: Mapping[str, Sequence[int]]
    zone: ZoneInfo
    country: str
    order: Order
    library: Library
    now: datetime
    source: str = ""
    answers: Answers = field(default_factory=Answers)
    family_first: bool = False
    by_name: bool = False
    bookings: bool = False
    today: date = field(init=False)

    def __post_init__(self) -> None:
        """Keep the clinic's date."""
        object.__setattr__(self, "today", self.now.astimezone(self.zone).date())

    def title(self, name: str) -> str:
        """Return what the list itself calls a column."""
        return self.header[self.columns[name][0]] if self.columns.get(name) else name
