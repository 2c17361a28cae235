"""The shapes of clinics, of those who work there, and of clients and what they said."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field

from reminders.rules.identity import booking_number
from reminders.rules.keywords import Kind
from reminders.rules.roles import Role
from reminders.rules.terms import Act, Channel, Discretion, Purpose, Reason
from reminders.shapes.common import Cell, Moment, Shape, TimeOfDay

BookingNumber = Annotated[str | None, BeforeValidator(lambda kept: booking_number(kept) or None)]
"""A booking's number as its system writes it."""


class Clinic(Shape):
    """A clinic, and how it may message its clients."""

    id: int
    name: str
    slug: str | None = Field(description="names it in the address clients join at")
    live: bool = Field(description="false while practising: nothing is sent to its clients")
    time_zone: str
    country: str = Field(description="ISO 3166")
    phone: str = Field(description="E.164")
    email: str
    address: str
    sending_hours: str = Field(description="of texts")
    email_hours: str
    texts_per_day: int = Field(description="most texts to one number in a day")
    texts_per_week: int = Field(description="most texts to one number in seven days")
    attendance_required: bool = Field(
        description="aftercare waits until somebody says that the client came"
    )
    segment_budget: int | None = Field(description="most segments a month")
    segment_price: int | None = Field(description="of a segment, in millionths of the currency")
    currency: str | None = Field(description="ISO 4217")
    wording_accepted_at: Moment | None
    paused_at: Moment | None
    paused_by: str | None
    created_at: Moment


class StaffMember(Shape):
    """Somebody who may sign in at a clinic."""

    clinic: str
    name: str
    email: str
    role: Role


class ApiKey(Shape):
    """A key by which another program acts at a clinic; the key itself is told once, when made."""

    id: int
    clinic: str
    name: str
    role: Role
    begins: str = Field(description="its first letters")
    created_at: Moment
    created_by: str
    used_at: Moment | None = Field(description="to the minute")
    revoked_at: Moment | None
    revoked_by: str | None


class Feed(Shape):
    """A calendar that is read for a clinic; its address is never told again."""

    id: int
    clinic: str
    name: str = Field(description="what the calendar calls itself")
    host: str = Field(description="of its address")
    added_at: Moment
    added_by: str
    started_at: Moment | None = Field(description="null: looked at, and not taken in")
    read_at: Moment | None = Field(description="when it was last read as a whole")
    due_at: Moment = Field(description="when it is read next")
    problem: str | None = Field(description="why it cannot be read")
    failing_since: Moment | None
    treatments: int = Field(description="events that are planned for")
    questions: int = Field(description="questions that wait for a person")
    unclear: int = Field(description="treatments that nobody can be told of")
    others: int = Field(description="events that are no treatment, or do not take place")
    unreadable: int = Field(description="events that cannot be read")


class Treatment(Shape):
    """One session, as the clinic's wall clock shows it."""

    id: int
    protocol: str
    treated_on: date = Field(description="the day, where the clinic is")
    starts: TimeOfDay | None = Field(description="on the clinic's clock")
    ends: TimeOfDay | None = Field(description="on the clinic's clock")
    ends_at: Moment
    external_id: BookingNumber = Field(description="the booking's number in the clinic's system")
    cancelled_at: Moment | None
    treated_marked_at: Moment | None = Field(description="when somebody said that the client came")
    missed_at: Moment | None = Field(description="when somebody said that the client did not come")
    created_at: Moment


class Stop(Shape):
    """A number or address that this clinic must not message."""

    contact: str
    reason: Reason
    source: str
    suppressed_at: Moment


class Client(Shape):
    """A client, with treatments and stops."""

    id: int
    clinic_id: int
    clinic: str
    first_name: str
    last_name: str
    phone: str | None = Field(description="E.164")
    email: str | None
    language: str
    time_zone: str | None = Field(description="null: the clinic's")
    external_id: str | None = Field(description="the clinic's own number for the client")
    preferred_hour: int | None = Field(description="the hour the client chose, on their clock")
    discretion: Discretion
    paused_until: Moment | None = Field(description="the client asked for silence until then")
    welcomed_at: Moment | None = Field(description="when the first text of all went")
    created_at: Moment
    erased_at: Moment | None
    treatments: list[Treatment]
    stops: list[Stop]


class ClientMerge(Shape):
    """Two records of one client made one, or what that would do."""

    done: bool = Field(description="false where it was only shown")
    kept: int = Field(description="the number of the client who stays")
    gone: int = Field(description="the number that leads there from now on")
    treatments: list[int] = Field(description="treatments that join, by number")
    twins: list[int] = Field(description="of them those whose reminders go once for both")
    replies: int = Field(description="texts of the client's that join")
    filled: list[str] = Field(description="what the kept client takes over, having none")
    stopped: list[Channel] = Field(description="channels that stop as the other one asked")


class Reply(Shape):
    """A text that came in and waits for a person."""

    id: int
    clinic_id: int | None = Field(description="null: nobody here knows the number")
    client_id: int | None = Field(description="null: nobody, or several, have the number")
    clinic: str | None
    first_name: str | None
    contact: str = Field(description="the number it came from")
    body: str
    media: list[dict[str, str]] = Field(description="pictures that came with it")
    kind: Kind
    alarm: str | None = Field(description="which sign of alarm its words hold")
    answer: str = Field(description="what was answered at once")
    received_at: Moment
    opened_at: Moment | None
    assigned_to: int | None = Field(description="the number of a member of staff")
    answered_at: Moment | None
    done_at: Moment | None


class ConsentRecord(Shape):
    """One line of the ledger: a yes or a no, and its proof."""

    client: int = Field(description="the client's number when it was written")
    belongs_to: int = Field(description="the client it is about now, another after a merge")
    channel: Channel
    purpose: Purpose
    given: bool
    given_at: Moment
    act: Act | None
    source: str
    contact: str | None
    wording: str | None = Field(description="the exact words that were agreed to")
    wording_version: str | None
    recorded_by: str | None
    recorded_at: Moment


class ClientExport(Shape):
    """Everything that is held of a client: besides these, a list of rows by the name of each
    table that knows of the client.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, list[dict[str, Cell]]]

    format: str = Field(description="aftercare-client-1")
    exported_at: Moment
    clinic: str
