"""The shapes of clinics, of those who work there, and of clients and what they said."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field

from reminders.rules.identity import booking_number
from reminders.rules.keywords import Kind
from reminders.rules.roles import Role
from reminders.rules.terms import Act, Channel, Discretion, Purpose, Reason
from reminders.rules.text_names import ClientNames
from reminders.shapes.common import Cell, Moment, Shape, TimeOfDay

BookingNumber = Annotated[str | None, BeforeValidator(lambda kept: booking_number(kept) or None)]
"""A booking's number as its system writes it."""


class Clinic(Shape):
    """A clinic and its settings for messages."""

    id: int
    name: str
    slug: str | None = Field(description="its name in the address where clients join")
    live: bool = Field(description="false: in practice mode, nothing is sent to its clients")
    time_zone: str
    country: str = Field(description="ISO 3166")
    phone: str = Field(description="E.164")
    email: str
    address: str
    sending_hours: str = Field(description="of texts")
    email_hours: str
    texts_per_day: int = Field(description="the most texts to one number in a day")
    texts_per_week: int = Field(description="the most texts to one number in seven days")
    attendance_required: bool = Field(description="aftercare waits until attendance is recorded")
    segment_budget: int | None = Field(description="the most segments in a month")
    segment_price: int | None = Field(
        description="the price of a segment, in millionths of the currency"
    )
    country_prices: str = Field(description="where a segment costs something else: `DE=75000`")
    other_countries: str = Field(description="texted beside its own: ISO 3166, parted by spaces")
    text_name: str | None = Field(description="in texts; null: its name, shortened")
    client_names: ClientNames = Field(description="how texts name clients whose letters cost extra")
    stop_on_every_text: bool = Field(description="each text says how to stop")
    both_channels: bool = Field(description="who agreed to texts and emails gets all by both")
    currency: str | None = Field(description="ISO 4217")
    opening_hours: str = Field(description="when somebody can call a worried client")
    after_hours_phone: str | None = Field(description="E.164; shown while it is closed")
    worried_minutes: int = Field(description="of opening hours, until a second person is told")
    second_contact: str | None = Field(description="their email address; null: the owners'")
    second_phone: str | None = Field(description="their number (E.164), which is texted as well")
    wording_accepted_at: Moment | None
    paused_at: Moment | None
    paused_by: str | None
    created_at: Moment


class CountryTexted(Shape):
    """A country a clinic texts, and what a segment costs there."""

    country: str = Field(description="ISO 3166")
    segment_price: int | None = Field(description="in millionths of the clinic's currency")


class StaffMember(Shape):
    """A member of staff who can sign in at a clinic."""

    clinic: str
    name: str
    email: str
    role: Role


class ApiKey(Shape):
    """A key with which another program acts for a clinic. The key itself is shown once, when created."""

    id: int
    clinic: str
    name: str
    role: Role
    begins: str = Field(description="its first characters")
    created_at: Moment
    created_by: str
    used_at: Moment | None = Field(description="accurate to the minute")
    revoked_at: Moment | None
    revoked_by: str | None


class Feed(Shape):
    """A calendar that is read for a clinic. Its address is never shown again."""

    id: int
    clinic: str
    name: str = Field(description="the calendar's own name")
    host: str = Field(description="the host in its address")
    added_at: Moment
    added_by: str
    started_at: Moment | None = Field(description="null: previewed, but not imported")
    read_at: Moment | None = Field(description="when it was last read completely")
    due_at: Moment = Field(description="when it will be read next")
    problem: str | None = Field(description="why it cannot be read")
    failing_since: Moment | None
    treatments: int = Field(description="events with reminders")
    questions: int = Field(description="questions waiting for an answer")
    unclear: int = Field(description="treatments without a client who can be messaged")
    others: int = Field(description="events that are not a treatment, or do not take place")
    unreadable: int = Field(description="events that cannot be read")


class Treatment(Shape):
    """One session, in the clinic's local time."""

    id: int
    protocol: str
    treated_on: date = Field(description="the date at the clinic")
    starts: TimeOfDay | None = Field(description="in the clinic's time zone")
    ends: TimeOfDay | None = Field(description="in the clinic's time zone")
    ends_at: Moment
    external_id: BookingNumber = Field(description="the booking's ID in the clinic's system")
    cancelled_at: Moment | None
    treated_marked_at: Moment | None = Field(description="when attendance was recorded")
    missed_at: Moment | None = Field(description="when a no-show was recorded")
    created_at: Moment


class Stop(Shape):
    """A number or address that must not be messaged."""

    contact: str
    reason: Reason
    source: str
    suppressed_at: Moment


class Client(Shape):
    """A client, with treatments and opt-outs."""

    id: int
    clinic_id: int
    clinic: str
    first_name: str
    last_name: str
    phone: str | None = Field(description="E.164")
    email: str | None
    language: str
    time_zone: str | None = Field(description="null: the clinic's")
    external_id: str | None = Field(description="the clinic's own ID for the client")
    preferred_hour: int | None = Field(description="the hour the client chose, in their time zone")
    discretion: Discretion
    both_channels: bool | None = Field(
        description="all by text and email; null: as the clinic has it"
    )
    paused_until: Moment | None = Field(description="the client asked for a pause until then")
    welcomed_at: Moment | None = Field(description="when the first text was sent")
    created_at: Moment
    erased_at: Moment | None
    treatments: list[Treatment]
    stops: list[Stop]


class ClientMerge(Shape):
    """The merge of two records of one client, or what it would do."""

    done: bool = Field(description="false: it was only shown")
    kept: int = Field(description="the ID of the client who is kept")
    gone: int = Field(description="the ID that leads there from now on")
    treatments: list[int] = Field(description="the IDs of the treatments that are moved")
    twins: list[int] = Field(description="those of them whose reminders are sent once for both")
    replies: int = Field(description="texts from the client that are moved")
    filled: list[str] = Field(description="details that the kept client takes over")
    stopped: list[Channel] = Field(
        description="channels that stop because the other record opted out"
    )


class Reply(Shape):
    """A text that was received and is waiting for an answer."""

    id: int
    clinic_id: int | None = Field(description="null: no clinic here knows the number")
    client_id: int | None = Field(description="null: no client or several clients have the number")
    clinic: str | None
    first_name: str | None
    contact: str = Field(description="the number it came from")
    body: str
    media: list[dict[str, str]] = Field(description="pictures that came with it")
    kind: Kind
    alarm: str | None = Field(description="the sign of alarm in its words")
    answer: str = Field(description="the automatic answer")
    received_at: Moment
    opened_at: Moment | None
    assigned_to: int | None = Field(description="the ID of a member of staff")
    answered_at: Moment | None
    done_at: Moment | None


class ConsentRecord(Shape):
    """One line of the consent record: a consent or a refusal, and its proof."""

    client: int = Field(description="the client's ID when it was written")
    belongs_to: int = Field(
        description="the client it belongs to now, which may differ after a merge"
    )
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
    """All data stored about a client: besides these fields, a list of rows under the name of each
    table that holds some.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, list[dict[str, Cell]]]

    format: str = Field(description="aftercare-client-1")
    exported_at: Moment
    clinic: str
