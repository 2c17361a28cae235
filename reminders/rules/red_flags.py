"""The signs that a worried client is asked to look for, from which day on, and where each stands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RedFlag:
    """One sign: its words are ``flag.KEY`` of the clients' pages, its ``sources`` stand in
    templates/care/sources.toml. Acute signs are told from the first hour on, though most come later:
    one that comes early is a sign all the same. ``protocol`` is the only treatment it can follow.
    """

    key: str
    sources: tuple[str, ...]
    since: int = 0
    emergency: bool = False
    protocol: str | None = None


FLAGS = (
    RedFlag("breathing", (), emergency=True),
    RedFlag("spreading", ("A2",), emergency=True),
    RedFlag("eye", ("A2",)),
    RedFlag("heat", ("A2",)),
    RedFlag("pus", ("A2",)),
    RedFlag("fever", ("A2",)),
    RedFlag("blisters", ("D25", "D26")),
    RedFlag("swelling", ("C6",)),
    RedFlag("bumps", ("P5", "P10")),
    RedFlag("device", ("F2", "F3"), protocol="skin-needling-rf"),
    RedFlag("redness", ("P1",), since=8),
    RedFlag("patches", ("P1", "P20"), since=14),
    RedFlag("scar", ("P1",), since=14),
)
"""The emergencies first. That of breathing is common first-aid knowledge and stands on no source."""


def flags_at(days: int, lineage: Collection[str]) -> list[RedFlag]:
    """Return the signs to look for so many days after a treatment of this protocol."""
    return [
        flag
        for flag in FLAGS
        if days >= flag.since and (flag.protocol is None or flag.protocol in lineage)
    ]
