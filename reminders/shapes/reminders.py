"""The shapes of reminders: what one client gets, and what many days would bring."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from reminders.rules.terms import Channel, Reason, Status
from reminders.shapes.common import Counts, Moment, Shape


class Reminder(Shape):
    """One reminder, with its text if it is sent, or the reason if it is not."""

    reminder: int
    clinic: str
    client: int = Field(description="the client's number")
    milestone: str
    channel: Channel
    status: Status
    reason: Reason | None
    why: str | None = Field(description="the reason in plain words")
    at: Moment = Field(description="in the client's time zone")
    time_zone: str = Field(description="the client's")
    subject: str | None
    text: str | None
    segments: int | None


class Preview(Shape):
    """What one client would get, and what would not be sent."""

    client: int
    clinic_live: bool = Field(description="false: in practice mode; shown as if it were live")
    reminders: list[Reminder]


class Simulation(Shape):
    """What would be sent between two days, and what would not."""

    first_on: date = Field(alias="from")
    last_on: date = Field(alias="to")
    texts: int
    segments: int
    emails: int
    not_sent: Counts = Field(description="by reason")
    reminders: list[Reminder]
