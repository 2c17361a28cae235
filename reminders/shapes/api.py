"""The shapes of the API's answers, beside those that commands share."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from reminders.rules.events import EventKind
from reminders.rules.skin_answers import Outcome, Said
from reminders.rules.terms import Channel, Reason, Status
from reminders.shapes.common import Moment, Shape
from reminders.shapes.people import Client, ConsentRecord, Reply
from reminders.shapes.questions import Choice, Question, Service


class FieldProblem(Shape):
    """One field that cannot be used, and why."""

    field: str = Field(description="the field's name, with dots if it is inside another")
    detail: str


class Candidate(Shape):
    """A client who is possibly meant."""

    client: int
    label: str


class Problem(Shape):
    """What is wrong with a request, and what to do (RFC 9457)."""

    type: str = Field(description="an address that explains this kind of problem")
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] | None = None
    candidates: list[Candidate] | None = Field(
        default=None, description="the clients who are possibly meant"
    )


class ClientPut(Shape):
    """What adding or changing a client did."""

    effect: Literal["added", "updated", "unchanged"]
    client: Client


class ClientPage(Shape):
    """Some clients, and where the next page begins."""

    clients: list[Client]
    next: int | None = Field(description="send it as `after`; null: this was the last page")


class Erasure(Shape):
    """How much was deleted or replaced by hashes."""

    client: int
    erased: dict[str, int] = Field(description="counts by kind")


class Booking(Shape):
    """One booking, and its treatment here."""

    source: str
    external_id: str
    state: Literal[
        "booked", "arrived", "ended", "treated", "no-show", "cancelled", "waiting", "left-out"
    ] = Field(
        description="`arrived`: the client came, and the visit is not over; `ended`: its time has passed and"
        " nobody said whether it took place; `treated`: it took place; `no-show`: the client did not"
        " come; `waiting`: a person is asked first; `left-out`: nothing is kept or planned"
    )
    treatment: int | None = Field(description="its ID here")
    client: int | None = Field(description="the client's ID here")
    protocol: str | None
    starts_at: Moment | None = Field(
        description="in the clinic's time zone; null: the hour is not known"
    )
    ends_at: Moment | None
    treated_on: date | None
    treated_at: Moment | None = Field(description="when attendance was recorded")
    questions: list[Question] = Field(description="the questions it is waiting for")


class BookingPut(Booking):
    """What was done with a booking, and to its reminders."""

    effect: Literal["added", "moved", "updated", "cancelled", "unchanged", "asked"]
    why: str = Field(description="why it is skipped; empty if it is not")
    remarks: list[str]
    planned: int = Field(description="reminders")
    moved: int = Field(description="reminders")
    cancelled: int = Field(description="reminders")
    already_sent: int = Field(description="reminders already sent for a date that moved")
    too_late: int = Field(description="reminders that would come too late to be useful")
    consent_link: str | None = Field(
        description="where this client can consent to messages, for your confirmation email only; null if"
        " there is nothing to ask for, or nobody to ask yet"
    )


class Consents(Shape):
    """A client's consent record, the oldest line first."""

    consents: list[ConsentRecord]


class ConsentPut(Shape):
    """What recording a consent or a refusal did."""

    effect: Literal["recorded", "unchanged"]
    client: int
    channel: Channel
    given: bool


class Message(Shape):
    """One message: scheduled, sent, or not sent with the reason."""

    id: int
    client: int = Field(description="the client's ID")
    treatment: int | None = Field(description="its ID; null: the message belongs to no treatment")
    milestone: str
    name: str = Field(description="its name in the staff app")
    channel: Channel
    status: Status
    reason: Reason | None
    why: str = Field(description="the reason in plain words; empty if there is none")
    at: Moment = Field(description="when it was sent or ended, or when it is due")
    subject: str
    text: str = Field(description="what was sent, or what would be sent as things are now")
    segments: int


class MessagePage(Shape):
    """Some messages, and where the next page begins."""

    messages: list[Message]
    next: int | None = Field(description="send it as `after`; null: this was the last page")


class Replies(Shape):
    """Texts that were received, and where the next page begins."""

    replies: list[Reply]
    next: int | None = Field(description="send it as `after`; null: this was the last page")


class Answered(Shape):
    """An answer that is about to be sent."""

    reply: int
    message: int = Field(description="the ID of the message")


class SkinAnswer(Shape):
    """A client's answer to “How is your skin today?”: one for each treatment and moment."""

    id: int
    client: int = Field(description="the client's ID")
    treatment: int = Field(description="its ID")
    moment: str = Field(description="the milestone that asked; `own-5`: told unasked on day 5")
    day: int | None = Field(description="days after the treatment; null: a month after it")
    said: Said
    answered_at: Moment
    changed_at: Moment = Field(description="when something else was answered last")
    worried_at: Moment | None = Field(description="since when the client was worried")
    taken_at: Moment | None = Field(description="when somebody at the clinic took it")
    taken_by: int | None = Field(description="the ID of a member of staff")
    called_at: Moment | None = Field(description="when the client was reached")
    closed_at: Moment | None = Field(description="null: a worried client is waiting")
    outcome: Outcome | None
    note: str = Field(description="the line that staff wrote")
    replies: list[int] = Field(description="the IDs of what the client wrote about it")


class SkinAnswers(Shape):
    """Some answers about skin, and where the next page begins."""

    skin_answers: list[SkinAnswer]
    next: int | None = Field(description="send it as `after`; null: this was the last page")


class Services(Shape):
    """A clinic's services, and the protocols available."""

    services: list[Service]
    protocols: list[Choice]


class Questions(Shape):
    """The open questions, the oldest first."""

    questions: list[Question]


class QuestionAnswered(Shape):
    """What an answer did to the rows that were waiting for it."""

    question: int
    outcome: str = Field(description="the outcome in a sentence or two")
    questions: int = Field(description="further questions about the same rows")


class Event(Shape):
    """Something that happened, given by IDs alone. Read the present state at these IDs."""

    place: int = Field(description="its place in the feed")
    kind: EventKind
    client: int | None = Field(description="the client's ID")
    id: int = Field(
        description="the ID of the treatment, consent, reply, skin answer, message, question, client or"
        " merge"
    )
    at: Moment


class Events(Shape):
    """The feed from a place on. Events are only ever added to it."""

    events: list[Event]
    next: int = Field(description="send it as `after` the next time you read")
