"""Bar charts drawn on the server as SVG, each with its figures in text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 160
"""Units of the drawing; the page stretches it."""

WIDTH = 720
FOOT = 24
HEAD = 18


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle: which series it belongs to, where it stands, and what it says."""

    series: int
    x: float
    y: float
    width: float
    height: float
    label: str


@dataclass(frozen=True, slots=True)
class Label:
    """A word on the drawing."""

    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars over their labels, and the line that stands for the most there is."""

    bars: Sequence[Bar]
    labels: Sequence[Label]
    values: Sequence[Label]
    width: int = WIDTH
    height: int = HEIGHT + FOOT + HEAD


def stacked(
    labels: Sequence[str],
    series: Sequence[Sequence[float]],
    said: Sequence[str],
    *,
    most: float = 0,
) -> Chart:
    """Draw a column for each label, made of one part a series; ``said`` stands over each column,
    and ``most`` is how high the drawing reaches where that is known.
    """
    totals = [sum(parts) for parts in zip(*series, strict=True)]
    top = max([most, *totals]) or 1
    step = WIDTH / max(len(labels), 1)
    bars, values = [], []
    for place, total in enumerate(totals):
        y = float(HEIGHT + HEAD)
        for number, parts in enumerate(series):
            height = HEIGHT * parts[place] / top
            y -= height
            if height:
                width, x = step * 0.62, step * (place + 0.19)
                bars.append(Bar(number, x, round(y, 1), width, round(height, 1), said[place]))
        if total:
            values.append(Label(step * (place + 0.5), round(y - 5, 1), said[place]))
    words = [Label(step * (n + 0.5), HEIGHT + HEAD + 18, word) for n, word in enumerate(labels)]
    return Chart(bars, words, values)


def part(count: int, whole: int) -> int:
    """Return a share in whole percent, for a bar beside a row."""
    return round(100 * count / whole) if whole else 0
