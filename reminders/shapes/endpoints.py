"""The shapes of events out: the message that is told, and an address that is told."""

from __future__ import annotations

from pydantic import Field

from reminders.rules.endpoints import PauseReason
from reminders.rules.events import EventKind
from reminders.shapes.common import Moment, Shape


class EventSubject(Shape):
    """What an event is about, by numbers alone; what it is now stands where they lead in the API."""

    place: int | None = Field(description="in the clinic's feed of events")
    client: int | None = Field(description="the client's number")
    id: int | None = Field(description="of the treatment, reply, message and so on")
    words: str | None = Field(description="what a client wrote, where the clinic ticked that")


class EventMessage(Shape):
    """The body of a message, as Standard Webhooks have it."""

    type: str = Field(description="the kind of event")
    timestamp: Moment = Field(description="when it happened")
    text: str = Field(description="a sentence for a chat, without a client's name or words")
    data: EventSubject


class Endpoint(Shape):
    """An address that is told what happens at a clinic; neither it nor its secret is told again."""

    id: int
    clinic: str
    host: str = Field(description="of its address")
    kinds: list[EventKind] = Field(description="what it is told")
    tells_words: bool = Field(description="what clients wrote is told as well")
    secret: str | None = Field(description="what messages are signed with: once, when it was made")
    added_at: Moment
    added_by: str
    paused_at: Moment | None
    paused_for: PauseReason | None = Field(description="why nothing is told")
    failing_since: Moment | None = Field(description="it has taken nothing since")
    waiting: int = Field(description="events that wait to be told")
    given_up: int = Field(description="events of the last 30 days that it did not take")
