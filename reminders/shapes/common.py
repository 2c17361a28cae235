"""What every shape shares: named fields and no other, and moments with their offset."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, PlainSerializer, WithJsonSchema

Moment = Annotated[
    AwareDatetime,
    PlainSerializer(datetime.isoformat, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A moment, written as ISO 8601 with its offset, whatever zone it is told in."""

TimeOfDay = Annotated[time, WithJsonSchema({"type": "string", "format": "time-of-day"})]
"""What a wall clock shows, as ISO 8601 without an offset; the registered format would want one."""

Cell = Annotated[
    Any,
    PlainSerializer(lambda v: v.isoformat() if isinstance(v, datetime) else v, when_used="json"),
]
"""What stands in a column of a table, its moments written as others are."""

Counts = dict[str, int]
"""How many, by a word that says of what."""


class Shape(BaseModel):
    """Fields that are promised; made from any object that has them, and refusing any other."""

    model_config = ConfigDict(extra="forbid", from_attributes=True, frozen=True, defer_build=True)

    @classmethod
    def of(cls, source: object, **more: Any) -> Self:
        """Make it of an object that has the fields, and of what stands elsewhere."""
        held = {name: getattr(source, name) for name in cls.model_fields if hasattr(source, name)}
        return cls.model_validate(held | more)
