"""The shapes of what the API is sent: named fields of their own type, and no other."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Line = Annotated[
    str, StringConstraints(strict=True, max_length=200, pattern=r"^[^\x00-\x1f\x7f\u2028\u2029]*$")
]
"""One line of text, without what no database keeps and nobody sees."""

Words = Annotated[
    str, StringConstraints(strict=True, min_length=1, max_length=4000, pattern=r"^[^\x00]*$")
]
"""Text of several lines."""

MOMENT = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?$"
)
SOURCE = r"^[a-z0-9][a-z0-9._-]*$"
"""What the name of another system looks like in an address."""

When = Annotated[str, StringConstraints(strict=True, max_length=40, pattern=MOMENT)]
"""ISO 8601: with an offset an instant; without one on the clinic's clock; or a bare day."""

Number = Annotated[int, Field(strict=True, ge=1, le=2_147_483_647)]


class Request(BaseModel):
    """Fields that are read; any other is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [fields]})


class ClientInput(Request):
    """A client as your system has them. What is left out stays as it is; an empty text takes it
    away.
    """

    model_config = _example(
        first_name="Ana", last_name="Costa", phone="+44 7700 900123", email="ana@mail.example"
    )

    first_name: Line | None = Field(default=None, description="needed for a new client")
    last_name: Line | None = None
    phone: Line | None = Field(default=None, description="as people write it")
    email: Line | None = None
    language: Line | None = Field(default=None, description="a tag or name, like es")
    time_zone: Line | None = Field(default=None, description="empty: the clinic's")


class MergeInput(Request):
    """The other record of the same client, which leads to this one from then on."""

    model_config = _example(gone=2)

    gone: Number
    only_show: bool = Field(
        default=False, strict=True, description="say what it would do, and stop"
    )


class ConsentInput(Request):
    """A client's yes or no, with what proves it."""

    model_config = _example(
        channel="email",
        given=True,
        contact="ana@mail.example",
        given_at="2026-03-01T10:15:00+00:00",
        how="ticked the box in the booking form",
        where="booking form, answer 4711",
        wording="Email me care advice about my treatment. I can stop at any time.",
    )

    channel: Literal["sms", "email"]
    given: bool = Field(strict=True)
    purpose: Literal["care", "appointment", "marketing"] = Field(
        default="care", description="a no is to all of them"
    )
    contact: Line = Field(min_length=1, description="the number or address it was said for")
    given_at: When = Field(description="when the client said so")
    how: Line = Field(min_length=1, description="by what act of the client")
    where: Line = Field(min_length=1, description="where the record of it is kept")
    wording: Words | None = Field(
        default=None, description="the exact words the client answered; needed for a yes"
    )
    wording_version: Line | None = None


class BookedClient(Request):
    """Whom a booking is for: in full, or by your own number for a client who is known."""

    own_id: Line | None = Field(default=None, description="your own number for the client")
    first_name: Line | None = None
    last_name: Line | None = None
    name: Line | None = Field(default=None, description="the whole name, where it is one field")
    phone: Line | None = None
    email: Line | None = None
    language: Line | None = None
    time_zone: Line | None = None


class BookingInput(Request):
    """A booking: whole, or once it is known only what is new about it."""

    model_config = _example(
        client={"own_id": "c-77", "first_name": "Ana", "phone": "+44 7700 900123"},
        service="Microneedling",
        starts_at="2026-03-12T14:30:00+00:00",
        ends_at="2026-03-12T15:30:00+00:00",
        status="booked",
    )

    client: BookedClient | None = None
    service: Line | None = Field(default=None, description="what your system calls it")
    starts_at: When | None = None
    ends_at: When | None = None
    status: Line | None = Field(
        default=None,
        description="booked, arrived, treated, cancelled, no-show, or your system's own word for it",
    )


class AnswerInput(Request):
    """What a person answers a client by text."""

    model_config = _example(
        words="Thank you, that is normal on day one.", by="sam@rosewood.example"
    )

    words: Words
    by: Line = Field(min_length=1, description="whose words: the email of a member of staff")
    keep_open: bool = Field(default=False, strict=True, description="do not mark it as done")


class ServiceInput(Request):
    """What one of the clinic's services is."""

    model_config = _example(service="Glow Facial", protocol="none")

    service: Line = Field(min_length=1, description="as your system calls it")
    protocol: Line = Field(min_length=1, description="the key of a protocol, or none")


class QuestionInput(Request):
    """A person's answer to a question."""

    model_config = _example(choice="skin-needling", by="sam@rosewood.example")

    choice: Line = Field(min_length=1, description="the key of a choice, or how to greet somebody")
    by: Line = Field(min_length=1, description="whose answer: the email of a member of staff")
