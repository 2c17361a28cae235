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
    """A client as your system has them. A field that is not sent stays as it is; an empty text
    deletes it.
    """

    model_config = _example(
        first_name="Ana", last_name="Costa", phone="+44 7700 900123", email="ana@mail.example"
    )

    first_name: Line | None = Field(default=None, description="needed for a new client")
    last_name: Line | None = None
    phone: Line | None = Field(default=None, description="as people usually write it")
    email: Line | None = None
    language: Line | None = Field(default=None, description="a language tag or name, like es")
    time_zone: Line | None = Field(default=None, description="empty: the clinic's")


class MergeInput(Request):
    """The other record of the same client. Its ID leads to this one from then on."""

    model_config = _example(gone=2)

    gone: Number
    only_show: bool = Field(
        default=False, strict=True, description="true: only say what it would do"
    )


class ConsentInput(Request):
    """A client's consent or refusal, with its proof."""

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
        default="care", description="a refusal covers all of them"
    )
    contact: Line = Field(min_length=1, description="the number or address that it is for")
    given_at: When = Field(description="when the client gave the answer")
    how: Line = Field(min_length=1, description="how the client gave the answer")
    where: Line = Field(min_length=1, description="where the proof is kept")
    wording: Words | None = Field(
        default=None, description="the exact words the client agreed to; needed for a consent"
    )
    wording_version: Line | None = None


class BookedClient(Request):
    """The client of a booking: in full, or for a known client by your own ID."""

    own_id: Line | None = Field(default=None, description="your own ID for the client")
    first_name: Line | None = None
    last_name: Line | None = None
    name: Line | None = Field(
        default=None, description="the full name, if you have it in one field"
    )
    phone: Line | None = None
    email: Line | None = None
    language: Line | None = None
    time_zone: Line | None = None


class BookingInput(Request):
    """A booking: complete, or for a known booking only what has changed."""

    model_config = _example(
        client={"own_id": "c-77", "first_name": "Ana", "phone": "+44 7700 900123"},
        service="Microneedling",
        starts_at="2026-03-12T14:30:00+00:00",
        ends_at="2026-03-12T15:30:00+00:00",
        status="booked",
    )

    client: BookedClient | None = None
    service: Line | None = Field(default=None, description="the service's name in your system")
    starts_at: When | None = None
    ends_at: When | None = None
    status: Line | None = Field(
        default=None,
        description="booked, arrived, treated, cancelled, no-show, or your system's own word for it",
    )


class AnswerInput(Request):
    """What a member of staff answers a client by text."""

    model_config = _example(
        words="Thank you, that is normal on day one.", by="sam@rosewood.example"
    )

    words: Words
    by: Line = Field(min_length=1, description="who wrote it: the email of a member of staff")
    keep_open: bool = Field(default=False, strict=True, description="do not mark it as done")


class ServiceInput(Request):
    """The protocol of one of the clinic's services."""

    model_config = _example(service="Glow Facial", protocol="none")

    service: Line = Field(min_length=1, description="the service's name in your system")
    protocol: Line = Field(min_length=1, description="the key of a protocol, or `none`")


class QuestionInput(Request):
    """An answer to a question."""

    model_config = _example(choice="skin-needling", by="sam@rosewood.example")

    choice: Line = Field(
        min_length=1, description="the key of a choice, or the name to greet the client by"
    )
    by: Line = Field(min_length=1, description="who answers: the email of a member of staff")
