"""Messages rendered from the packaged wording."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from reminders.links import Links
from reminders.rules.terms import Channel, Facts, Message
from reminders.wording.library import packaged
from reminders.wording.renderer import Renderer
from tests.support.facts import CLINIC, FACTS

NOW = datetime(2026, 3, 3, 15, tzinfo=UTC)
LIBRARY = packaged()
RENDERER = Renderer(LIBRARY, Links("k" * 32, "https://clinic.example"))
COURSE = LIBRARY.protocols["skin-needling"]
MILESTONES = [milestone.key for milestone in COURSE.milestones]
WIDEST = replace(
    FACTS,
    first_name="Bartholomewx",  # twelve letters
    clinic=replace(CLINIC, name="Twenty Letter Clinic", phone="+14155550132", country="GB"),
    treated_on=date(2026, 9, 23),
    starts=time(16, 45),
)
"""A clinic of twenty letters, a name of twelve, and a number of fifteen."""


def render(milestone: str, channel: Channel, facts: Facts = FACTS) -> Message:
    contact = "+447700900101" if channel is Channel.SMS else "ana@mail.example"
    wanted = replace(facts, milestone=milestone, channel=channel, contact=contact)
    return RENDERER.render(wanted, NOW, NOW + timedelta(hours=5))
