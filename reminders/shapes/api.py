"""The shapes of the API's answers, beside those that commands share."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from reminders.rules.events import EventKind
from reminders.rules.terms import Channel, Reason, Status
from reminders.shapes.common import Moment, Shape
from reminders.shapes.people import Client, ConsentRecord, Reply
from reminders.shapes.questions import Choice, Question, Service


class FieldProblem(Shape):
    """One field that cannot be used, and why."""

    field: str = Field(description="its name, with dots where it stands inside another")
    detail: str


class Candidate(Shape):
    """A client who may be meant."""

    client: int
    label: str


class Problem(Shape):
    """What is wrong with a request, and what to do (RFC 9457)."""

    type: str = Field(description="an address that explains this kind of problem")
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] | None = None
    candidates: list[Candidate] | None = Field(default=None, description="who may be meant")


class ClientPut(Shape):
    """What adding or changing a client did."""

    effect: Literal["added", "updated", "unchanged"]
    client: Client


class ClientPage(Shape):
    """Some clients, and where the next begin."""

    clients: list[Client]
    next: int | None = Field(description="give it as `after`; null: these were the last")


class Erasure(Shape):
    """How much was taken away or turned into hashes."""

    client: int
    erased: dict[str, int] = Field(description="how many, by what")


class Booking(Shape):
    """One booking, and the treatment it is here."""

    source: str
    external_id: str
    state: Literal[
        "booked", "arrived", "ended", "treated", "no-show", "cancelled", "waiting", "left-out"
    ] = Field(
        description="`arrived`: the client came, and it is not over; `ended`: its time has passed and"
        " nobody said whether it took place; `treated`: it took place; `no-show`: the client did not"
        " come; `waiting`: a person is asked first; `left-out`: nothing is kept or planned"
    )
    treatment: int | None = Field(description="its number here")
    client: int | None = Field(description="the client's number here")
    protocol: str | None
    starts_at: Moment | None = Field(
        description="on the clinic's clock; null: the hour is not known"
    )
    ends_at: Moment | None
    treated_on: date | None
    treated_at: Moment | None = Field(description="when somebody said that the client came")
    questions: list[Question] = Field(description="that it waits for")


class BookingPut(Booking):
    """What was done with a booking, and to its reminders."""

    effect: Literal["added", "moved", "updated", "cancelled", "unchanged", "asked"]
    why: str = Field(description="why it is left out; empty where it is not")
    remarks: list[str]
    planned: int = Field(description="reminders")
    moved: int = Field(description="reminders")
    cancelled: int = Field(description="reminders")
    already_sent: int = Field(description="reminders of a date that moved")
    too_late: int = Field(description="reminders that would no longer help")
    consent_link: str | None = Field(
        description="where this client says yes to messages, for your confirmation mail and nobody"
        " else; null: there is nothing to ask, or nobody yet to be asked"
    )


class Consents(Shape):
    """A client's ledger, the oldest line first."""

    consents: list[ConsentRecord]


class ConsentPut(Shape):
    """What recording a yes or a no did."""

    effect: Literal["recorded", "unchanged"]
    client: int
    channel: Channel
    given: bool


class Message(Shape):
    """One message: what will leave, what left, or why not."""

    id: int
    client: int = Field(description="the client's number")
    treatment: int | None = Field(description="its number; null: outside any protocol")
    milestone: str
    name: str = Field(description="what staff call it")
    channel: Channel
    status: Status
    reason: Reason | None
    why: str = Field(description="in plain words; empty where there is nothing to say")
    at: Moment = Field(description="when it left or ended, or when it is due")
    subject: str
    text: str = Field(description="what left, or what would leave as things are now")
    segments: int


class MessagePage(Shape):
    """Some messages, and where the next begin."""

    messages: list[Message]
    next: int | None = Field(description="give it as `after`; null: these were the last")


class Replies(Shape):
    """Texts that came in, and where the next begin."""

    replies: list[Reply]
    next: int | None = Field(description="give it as `after`; null: these were the last")


class Answered(Shape):
    """An answer that is about to leave."""

    reply: int
    message: int = Field(description="its number, among messages")


class Services(Shape):
    """A clinic's services, and what each may be."""

    services: list[Service]
    protocols: list[Choice]


class Questions(Shape):
    """What waits for a person, the oldest first."""

    questions: list[Question]


class QuestionAnswered(Shape):
    """What an answer did to what waited for it."""

    question: int
    outcome: str = Field(description="in a sentence or two")
    questions: int = Field(description="about the same rows, that are next")


class Event(Shape):
    """Something that happened, by numbers alone; what it is now stands where they lead."""

    place: int = Field(description="in the feed")
    kind: EventKind
    client: int | None = Field(description="the client's number")
    id: int = Field(
        description="of the treatment, line of the ledger, reply, message, question, client or merge"
    )
    at: Moment


class Events(Shape):
    """The feed from a place on; it is only ever added to."""

    events: list[Event]
    next: int = Field(description="give it as `after`, now or whenever you look again")
