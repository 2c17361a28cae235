"""The shapes of events out: the message that is told, and an address that is told."""

from __future__ import annotations

from pydantic import Field

from reminders.rules.endpoints import PauseReason
from reminders.rules.events import EventKind
from reminders.shapes.common import Moment, Shape


class EventSubject(Shape):
    """What an event is about, given by IDs alone. Read the present state at these IDs in the API."""

    place: int | None = Field(description="its place in the clinic's feed of events")
    client: int | None = Field(description="the client's number")
    id: int | None = Field(description="the ID of the treatment, reply, message and so on")
    words: str | None = Field(description="what a client wrote, if the clinic chose to send it")


class EventMessage(Shape):
    """The body of a webhook message, in the form of Standard Webhooks."""

    type: str = Field(description="the kind of event")
    timestamp: Moment = Field(description="when it happened")
    text: str = Field(description="a sentence for a chat, without a client's name or words")
    data: EventSubject


class Endpoint(Shape):
    """A webhook: an address that receives a clinic's events. Neither it nor its secret is shown again."""

    id: int
    clinic: str
    host: str = Field(description="the host in its address")
    kinds: list[EventKind] = Field(description="the events it receives")
    tells_words: bool = Field(description="true: what clients write is sent as well")
    secret: str | None = Field(
        description="the secret that signs messages; shown once, when it is created"
    )
    added_at: Moment
    added_by: str
    paused_at: Moment | None
    paused_for: PauseReason | None = Field(description="why nothing is sent")
    failing_since: Moment | None = Field(description="it has accepted nothing since")
    waiting: int = Field(description="events waiting to be sent")
    given_up: int = Field(description="events of the last 30 days that it did not accept")
