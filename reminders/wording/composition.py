"""Combine a protocol's wording with the wording it extends, and fill in its numbers.

It happens in two steps before any client is known: conditions and shared paragraphs are resolved
first, numbers second, so that staff can read and edit the wording between the two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from functools import lru_cache
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from reminders.rules.parameters import Kind
from reminders.rules.wording import Wording
from reminders.wording.languages import Language

KNOWN = ("first_name", "when", "date", "emergency", "page_url")
"""What a wording may ask of a message, beside its clinic and its protocol's numbers."""

OF_CLINIC = ("name", "phone", "dial", "address")
_COUNTED = (Kind.HOURS, Kind.DAYS, Kind.WEEKS)
_CLOSED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Filter,
    nodes.If, nodes.Compare, nodes.Operand, nodes.Const, nodes.And, nodes.Or, nodes.Not,
)  # fmt: skip

_PARSER = SandboxedEnvironment()
_LOOSE = re.compile(r"^(- .*)\n\n+(?=- )", re.MULTILINE)
"""Where putting blocks together left a gap between two points of a list."""


class _Placeholder:
    """A value not known yet, which renders as its own placeholder."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __str__(self) -> str:
        return f"{{{{ {self._name} }}}}"

    def __bool__(self) -> bool:
        raise TemplateSyntaxError(f"{self._name} cannot be asked about", 1)


class _NumberPlaceholder(int):
    """A number that conditions may use, and that renders as its own placeholder."""

    name = ""

    def __str__(self) -> str:
        return f"{{{{ {self.name} }}}}"


class Composer:
    """Put together one protocol's wording in one language."""

    def __init__(self, language: Language, load: Callable[[str], str | None]) -> None:
        """Take the language, and how a shared file's source is found."""
        self._language = language
        self._environment = SandboxedEnvironment(
            undefined=StrictUndefined,
            loader=FunctionLoader(load),
            autoescape=False,
            keep_trailing_newline=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._template = lru_cache(maxsize=64)(self._environment.from_string)
        for kind in _COUNTED:
            self._environment.filters[kind.value] = self._counter(kind)

    def resolved(self, source: Wording, values: Mapping[str, int]) -> Wording:
        """Resolve conditions and shared paragraphs; every placeholder stays as it is."""
        numbers = {}
        for name, value in values.items():
            numbers[name] = _NumberPlaceholder(value)
            numbers[name].name = name
        words = self._each(source, _held() | numbers)
        return replace(words, body=_LOOSE.sub(r"\1\n", words.body))

    def with_numbers(self, source: Wording, values: Mapping[str, int]) -> Wording:
        """Fill the numbers in; what only a client's message can tell stays as it is."""
        return self._each(source, {**_held(), **values})

    def _each(self, source: Wording, known: Mapping[str, Any]) -> Wording:
        return Wording(*(self._part(getattr(source, part.name), known) for part in fields(source)))

    def _part(self, source: str, known: Mapping[str, Any]) -> str:
        return self._template(source).render(known) if "{" in source else source

    def _counter(self, kind: Kind) -> Callable[[int], str]:
        def write(number: int) -> str:
            if isinstance(number, _NumberPlaceholder):
                return f"{{{{ {number.name}|{kind.value} }}}}"
            return self._language.count(kind, number)

        return write


def _held() -> dict[str, Any]:
    return {name: _Placeholder(name) for name in KNOWN} | {
        "clinic": {name: _Placeholder(f"clinic.{name}") for name in OF_CLINIC}
    }


@lru_cache(maxsize=4096)
def only_placeholders(source: str) -> bool:
    """Say whether a text uses no more of the template language than placeholders, the filters
    that count, and plain conditions: all that clinics' own wording may use.
    """
    tree = _PARSER.parse(source)
    return all(
        isinstance(node, _CLOSED)
        and (not isinstance(node, nodes.Filter) or node.name in {k.value for k in _COUNTED})
        for node in (tree, *tree.find_all(nodes.Node))
    )
