"""The shapes of questions that wait for a person, and of a clinic's services."""

from __future__ import annotations

from pydantic import Field

from reminders.rules.questions import QuestionKind
from reminders.shapes.common import Moment, Shape


class Choice(Shape):
    """An answer that can be given."""

    key: str = Field(description="what `reminders answer` takes")
    label: str


class Question(Shape):
    """A doubt about a clinic's list, or about who joined by its form, which waits for a person."""

    id: int
    clinic: str
    kind: QuestionKind
    sentence: str
    choices: list[Choice]
    rows: int = Field(description="rows of lists that wait for the answer")
    asked_at: Moment


class Service(Shape):
    """What a clinic's own name for something it sells means."""

    service: str = Field(description="as a list had it; empty: rows that name none")
    protocol: str | None = Field(description="or `none`: no reminders; null: not answered yet")
    said_by: str | None = Field(description="who answered; null: nobody, its name says it")
    question: int | None = Field(description="the number of the open question about it")
