"""How a proof is to be run: in full or quickly, how often, and from which seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random


@dataclass(frozen=True)
class Plan:
    """What was asked for on the command line."""

    seed: int
    quick: bool = False
    count: int | None = None
    cluster: Path | None = None

    @cached_property
    def random(self) -> Random:
        """Return the dice, which always fall the same for a seed."""
        return Random(self.seed)

    def times(self, full: int, quick: int) -> int:
        """Return how often to do something."""
        return self.count or (quick if self.quick else full)
