"""Make the records of which a delivery makes many: type checkers keep them from being changed, since to
let the interpreter do so takes longer than all else about them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def record(of: type[T]) -> type[T]:
    """Return a class as a data class that is not to be changed: two are equal, and have one hash,
    where all their fields are.
    """
    return dataclass(slots=True, unsafe_hash=True)(of)
