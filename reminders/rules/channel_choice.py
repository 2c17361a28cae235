"""Which of two channels a milestone goes by, where a client agreed to texts and to emails."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from reminders.rules.protocols import Milestone, Protocol
from reminders.rules.terms import Channel


@lru_cache(maxsize=1024)
def once_each(protocol: Protocol) -> Protocol:
    """Return the course in which what a text says whole goes by text, and by email to those whom no
    text reaches; where the email says more it still goes by both. The same object for the same
    course, so that plans made under it are remembered.
    """
    milestones = tuple(map(_once, protocol.milestones))
    same = milestones == protocol.milestones
    return protocol if same else replace(protocol, milestones=milestones)


def _once(milestone: Milestone) -> Milestone:
    if not milestone.text_is_enough or set(milestone.channels) != set(Channel):
        return milestone
    return replace(milestone, channels=(Channel.SMS,), fallback=Channel.EMAIL)
