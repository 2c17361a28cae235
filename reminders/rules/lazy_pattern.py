"""Regular expressions of long word lists, compiled when they are first used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property


class LazyPattern:
    """A pattern that takes milliseconds to compile, which most commands and many services never need."""

    def __init__(self, pattern: str) -> None:
        """Take the pattern."""
        self.pattern = pattern

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    def search(self, text: str) -> re.Match[str] | None:
        """Return where it is first found."""
        return self._compiled.search(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Return everywhere it is found."""
        return self._compiled.finditer(text)

    def sub(self, instead: str, text: str) -> str:
        """Put something else everywhere it is found."""
        return self._compiled.sub(instead, text)
