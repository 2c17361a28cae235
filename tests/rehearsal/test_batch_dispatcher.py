"""A rehearsal's pass ends as the worker's own does, though it sends many at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, text

from reminders.delivery.dispatcher import Dispatcher
from reminders.rehearsal.batch_dispatcher import AcceptingSender
from reminders.rehearsal.simulation import Passes, rehearse
from reminders.rules.terms import Channel, Reason, Status
from reminders.store.queries.overview import ReminderLine
from reminders.wording.renderer import Renderer, RenderError
from tests.conftest import House, ana

pytestmark = pytest.mark.portable

FIRST = date(2026, 3, 1)
LANGUAGES = ("en", "de", "fr")


def as_the_worker_would(house: House) -> Callable[[Engine, Callable[[], datetime]], Passes]:
    senders = dict.fromkeys(Channel, AcceptingSender())
    return lambda engine, clock: Dispatcher(engine, house.app.renderer, senders, clock)


def both(house: House, days: int = 16) -> tuple[list[ReminderLine], list[ReminderLine]]:
    until = house.clock() + timedelta(days=days)
    makes: tuple[Any, ...] = (as_the_worker_would(house), house.app.rehearsal_dispatcher)
    slow, quick = (rehearse(house.engine, make, house.clock(), until) for make in makes)
    return slow, quick


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2))])
@pytest.mark.both
def test_it_says_of_everybody_what_a_worker_would_do(house: House, seed: int) -> None:
    """Also where numbers and addresses are shared, a budget or a day's limit ends, and words go."""
    chance = Random(seed)
    people = [
        ana(
            FIRST + timedelta(days=chance.randrange(5)),
            first_name=f"Ana {number}",
            phone=chance.choice((None, *(f"+4477009001{k:02}" for k in range(6)), "+447911123456")),
            email=f"ana{chance.randrange(6)}@mail.example",
            language=chance.choice(LANGUAGES),
        )
        for number in range(12)
    ]
    house.enrol(*people)
    with house.engine.begin() as connection:
        if seed == 1:
            connection.execute(text("UPDATE clinic SET segment_budget = 20"))
        if seed == 2:
            connection.execute(text("UPDATE lane SET per_day = 3"))
    slow, quick = both(house)
    assert quick == slow
    assert {line.status for line in quick} >= {Status.ACCEPTED, Status.SKIPPED}


@pytest.mark.parametrize("fault", [RenderError("broken"), ArithmeticError("a fault")])
def test_what_cannot_be_worded_fails_alone(
    house: House, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    render = Renderer.render

    def sometimes(self: Renderer, facts: Any, *times: Any) -> Any:
        if facts.milestone == "day-3":
            raise fault
        return render(self, facts, *times)

    monkeypatch.setattr(Renderer, "render", sometimes)
    house.enrol(ana(FIRST))
    slow, quick = both(house)
    assert quick == slow
    why = Reason.WORDING if isinstance(fault, RenderError) else Reason.FAULT
    assert {line.reason for line in quick if line.status is Status.FAILED} == {why}
    assert any(line.status is Status.ACCEPTED for line in quick)
