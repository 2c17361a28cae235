"""Checking: whether wording somebody wrote can be rendered at all, told part by part in plain words."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict

from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from reminders.rendering.composing import KNOWN, OF_CLINIC, only_placeholders
from reminders.rules.lints import Gravity, Lint
from reminders.rules.wording import Wording

_ENVIRONMENT = SandboxedEnvironment()


def chips(numbers: Collection[tuple[str, str]]) -> list[str]:
    """Return every placeholder a wording may use; ``numbers`` are keys and what each counts."""
    counted = {"hours", "days", "weeks"}
    ours = [
        f"{key}|{kind}" if kind in counted else key for key, kind in numbers if kind != "switch"
    ]
    return [*KNOWN, *(f"clinic.{name}" for name in OF_CLINIC), *ours]


def check(words: Wording, numbers: Collection[str]) -> Iterator[Lint]:
    """Find what keeps a wording from being rendered; ``numbers`` are the protocol's keys."""
    for part, source in asdict(words).items():
        yield from (_stops(part, *said) for said in _faults(source, numbers))


def _faults(source: str, numbers: Collection[str]) -> Iterator[tuple[str, str]]:
    try:
        tree = _ENVIRONMENT.parse(source)
        closed = only_placeholders(source)
    except TemplateSyntaxError as error:
        yield f"A placeholder in line {error.lineno} is not closed.", "Write {{ first_name }}."
        return
    if not closed:
        yield "It uses more than placeholders and plain conditions.", "Leave the rest out."
    for name in dict.fromkeys(_asked(tree)):
        if name not in {*KNOWN, *numbers, *(f"clinic.{one}" for one in OF_CLINIC)}:
            yield f"There is no placeholder called {name}.", "Choose one from the list."


def _asked(node: nodes.Node) -> Iterator[str]:
    """Return the names a text asks for, such as ``first_name`` and ``clinic.phone``."""
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        yield f"{node.node.name}.{node.attr}"
        return
    if isinstance(node, nodes.Name):
        yield node.name
    for child in node.iter_child_nodes():
        yield from _asked(child)


def _stops(part: str, what: str, mend: str) -> Lint:
    return Lint(part, Gravity.STOPS, what, mend)
