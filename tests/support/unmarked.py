"""Find the words of templates and modules that no catalogue knows, since they are not marked for translation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

WORD = re.compile(r"[A-Za-zÀ-ÿ]{2,}")
TAG = re.compile(r"<(script|style)\b.*?</\1>|<!--.*?-->|<[^>]*>", re.DOTALL)
SPOKEN = re.compile(
    r"\b(?:placeholder|title|alt|aria-label|data-(?:say|told|label)[\w-]*)=\"([^\"]*)\""
)
"""The attributes that people see or hear."""

MARKS = {"_", "gettext", "ngettext", "pgettext", "gettext_noop"}
HOLE = "\0"


def in_template(source: str) -> Iterator[str]:
    """Yield the words of a template that stand outside its marks: text, attributes, and constants
    that look like words of a sentence.
    """
    tree = _ENGLISH.parse(source)
    html = "".join(_written(tree))
    for text in (*TAG.sub(HOLE, html).split(HOLE), *SPOKEN.findall(html)):
        words = re.sub(r"&\w+;", " ", text).strip()
        if WORD.search(words):
            yield " ".join(words.split())
    yield from _constants(tree)


_ENGLISH = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)  # what reads, draws nothing
_ENGLISH.newstyle_gettext = True  # type: ignore[attr-defined]


def _written(node: nodes.Node) -> Iterator[str]:
    """Yield what a template writes as it is, and a hole for whatever is filled in."""
    if isinstance(node, nodes.TemplateData):
        yield node.data
    elif isinstance(node, nodes.Expr):
        yield HOLE
    else:
        for child in node.iter_child_nodes():
            yield from _written(child)


def _constants(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.Call) and getattr(node.node, "name", "") in MARKS:
        return
    if isinstance(node, nodes.Const) and isinstance(node.value, str) and _speaks(node.value):
        yield node.value
    for child in node.iter_child_nodes():
        yield from _constants(child)


def _speaks(words: str) -> bool:
    """Say whether a constant is something to read: words with a space between, or a capital."""
    return bool(re.search(r"[a-z] [A-Za-z]|^[A-Z][a-z]+\b(?!-)", words)) and "=" not in words


def in_module(path: Path) -> Iterator[str]:
    """Yield the sentences that a module says to staff without marking them."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in SAY:
            yield from _unmarked(node)
        elif isinstance(node, ast.Assign) and any(_is_fault(target) for target in node.targets):
            yield from _sentences(node.value)


SAY = {"InputError", "Check", "Alarm", "stop", "redirect"}
"""What staff read whatever is given to."""


def _unmarked(call: ast.Call) -> Iterator[str]:
    keys = 1 if _name(call.func) == "Check" else 0  # a check's name, which programs read
    for argument in (*call.args[keys:], *(keyword.value for keyword in call.keywords)):
        yield from _sentences(argument)


def _sentences(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call) and _name(node.func) in MARKS:
        return
    if isinstance(node, ast.JoinedStr):
        parts = (str(v.value) if isinstance(v, ast.Constant) else HOLE for v in node.values)
        if re.search(r"[a-z]+ [a-z]+", whole := "".join(parts)):
            yield whole
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        command = node.value.startswith("reminders ")
        if re.search(r"[a-z,]+ [a-z]+", node.value) and not command:
            yield node.value
    else:
        for child in ast.iter_child_nodes(node):
            yield from _sentences(child)


def _is_fault(target: ast.AST) -> bool:
    return isinstance(target, ast.Subscript) and _name(target.value) == "faults"


def _name(node: ast.AST) -> str:
    return getattr(node, "id", "") or getattr(node, "attr", "")
