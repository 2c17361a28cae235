"""What is promised of every shape: its fields and no other, and moments with their offset."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from reminders.shapes.common import Moment, Shape

AT = datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("Europe/London"))


class Visit(Shape):
    """A shape."""

    id: int
    at: Moment


def test_a_shape_takes_its_fields_of_an_object_and_leaves_the_rest() -> None:
    row = SimpleNamespace(id=1, at=AT, name_key="ana costa")
    assert Visit.of(row).model_dump(mode="json") == {"id": 1, "at": "2026-07-01T09:00:00+01:00"}
    assert Visit.of(row, id=2).id == 2


def test_a_shape_refuses_what_it_does_not_promise() -> None:
    with pytest.raises(ValidationError, match="name_key"):
        Visit.model_validate({"id": 1, "at": AT, "name_key": "ana costa"})


@pytest.mark.parametrize("said", [AT.replace(tzinfo=None), "2026-07-01T09:00:00"])
def test_a_moment_without_an_offset_is_none(said: object) -> None:
    with pytest.raises(ValidationError, match="timezone"):
        Visit.model_validate({"id": 1, "at": said})


def test_a_moment_keeps_the_clock_it_is_told_on() -> None:
    assert Visit(id=1, at=AT).at.utcoffset() == timedelta(hours=1)
