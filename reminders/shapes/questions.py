"""The shapes of questions that wait for a person, and of a clinic's services."""

from __future__ import annotations

from pydantic import Field

from reminders.rules.questions import QuestionKind
from reminders.shapes.common import Moment, Shape


class Choice(Shape):
    """One possible answer."""

    key: str = Field(description="the value to give to `reminders answer`")
    label: str


class Question(Shape):
    """A question about an import, or about a client who joined through the form, for staff to answer."""

    id: int
    clinic: str
    kind: QuestionKind
    sentence: str
    choices: list[Choice]
    rows: int = Field(description="rows of imports waiting for the answer")
    asked_at: Moment


class Service(Shape):
    """One of a clinic's services, and the protocol it has."""

    service: str = Field(description="as the import had it; empty: rows without a service")
    protocol: str | None = Field(description="`none`: no reminders; null: not answered yet")
    said_by: str | None = Field(description="who decided; null: nobody, its name is clear")
    question: int | None = Field(description="the ID of the open question about it")
