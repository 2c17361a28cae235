"""What the first visitors would wait for is prepared in the background, and only there."""

from __future__ import annotations

from threading import Event

import pytest
from jinja2 import Environment

from reminders.rules.roles import Role
from reminders.web import warm_up
from tests.conftest import House
from tests.support.desk import signed_in


def test_once_warm_messages_compile_nothing_of_their_own(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for piece in warm_up.pieces(house.app):
        piece()
    desk = signed_in(house, Role.STAFF)
    compiled: list[str | None] = []
    compile_one = Environment.compile

    def noted(self: Environment, source: str, name: str | None = None, *more: object) -> object:
        compiled.append(name or source)
        return compile_one(self, source, name, *more)  # type: ignore[call-overload]

    monkeypatch.setattr(Environment, "compile", noted)
    assert desk.get("/words").status_code == 200
    assert compiled == []


def test_it_ends_with_the_service_and_a_fault_in_it_harms_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    over, done = Event(), []
    monkeypatch.setattr(warm_up, "AFTER", 0)
    monkeypatch.setattr(warm_up, "PAUSE", 0)
    monkeypatch.setattr(warm_up, "pieces", lambda _: iter([lambda: done.append(1), lambda: 1 / 0, over.set]))  # fmt: skip
    warm_up._prepare(house.app, over)
    assert (done, over.is_set()) == ([1], False)
    monkeypatch.setattr(warm_up, "AFTER", 60)
    with warm_up.warming_up(house.app):
        pass
