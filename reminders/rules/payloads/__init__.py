"""Payloads of booking systems: parsed with suspicion, and looked into by paths."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from reminders.rules.told_bookings import Mark, Scale, Unfit, mark_of

DEEPEST = 40
"""Levels of nesting; vendors need seven."""

MOST_DIGITS = 25
"""Of a whole number; the longest ids have nineteen."""

Payload = Mapping[str, Any]


def parse(raw: bytes) -> dict[str, Any]:
    """Parse a JSON object; raises ``Unfit`` with a sentence."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise Unfit("This is not UTF-8 text. Send JSON.") from None
    try:
        found = json.loads(text, parse_int=_whole, parse_float=_fraction, parse_constant=_constant)
    except RecursionError:
        raise Unfit("This JSON is nested too deeply.") from None
    except Unfit:
        raise
    except ValueError:
        raise Unfit("This is not JSON. Send a JSON object.") from None
    if not isinstance(found, dict):
        raise Unfit("This JSON is no object. Send one, with a field for each thing you say.")
    _check(found, 0)
    return found


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise Unfit("A number in this JSON is too large.")
    return int(digits)


def _fraction(digits: str) -> float:
    if not math.isfinite(found := float(digits)):
        raise Unfit("A number in this JSON is too large.")
    return found


def _constant(word: str) -> float:
    raise Unfit(f"{word} is no number in JSON.")


def _check(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise Unfit("This JSON is nested too deeply.")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check_text(name)
            _check(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, depth + 1)


def _check_text(text: str) -> None:
    if "\0" in text:
        raise Unfit("A text in this JSON holds a NUL character.")
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Unfit("A text in this JSON holds half a character.")


def envelope(payload: Payload, name: str, kind: type) -> Any:
    """Return a part without which nothing can be read; raises ``Unfit`` where it has another type
    or is missing.
    """
    found = payload.get(name)
    if not isinstance(found, kind):
        called = "text" if kind is str else "an object"
        raise Unfit(f"“{name}” has to be {called}.")
    return found


def part(payload: Any, *names: str) -> dict[str, Any]:
    """Return an object within objects; an empty one where there is none."""
    for name in names:
        payload = payload.get(name) if isinstance(payload, dict) else None
    return payload if isinstance(payload, dict) else {}


def parts(payload: Any, name: str) -> list[dict[str, Any]]:
    """Return the objects of a list; none where there is no list."""
    found = payload.get(name) if isinstance(payload, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def text(payload: Any, *names: str) -> str:
    """Return a text or number within objects, by the first of these names that says something."""
    for name in names:
        found = payload.get(name) if isinstance(payload, dict) else None
        if words := written(found):
            return words
    return ""


def written(value: Any) -> str:
    """Return a value as text; nothing for what is no single value."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).strip() if isinstance(value, str | int | float) else ""


def answered(value: Any) -> str:
    """Return an answer as text; a box that was left empty is none."""
    return "" if value is False else written(value)


def instant(said: str) -> datetime | None:
    """Read an ISO 8601 instant with an offset; None where it is none."""
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return None
    try:
        return found.astimezone(UTC) if found.tzinfo else None
    except OverflowError:
        return None


def instant_mark(said: str) -> Mark | None:
    """Return the mark of an instant as written; None where it is none."""
    at = instant(said)
    return mark_of(at) if at else None


def version_mark(said: str) -> Mark | None:
    """Return the mark of a version as written; None where it is none."""
    fits = said.isdecimal() and len(said) <= 18
    return Mark(Scale.VERSION, int(said)) if fits else None


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield every single value with its path, in the payload's order."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from leaves(inner, (*path, str(place)))
    elif value is not None:
        yield json.dumps(path, ensure_ascii=False), value


def at_path(payload: Any, path: str) -> str:
    """Return the single value at a path; nothing where there is none."""
    for name in json.loads(path):
        if isinstance(payload, dict):
            payload = payload.get(name)
        elif isinstance(payload, list) and name.isdecimal() and int(name) < len(payload):
            payload = payload[int(name)]
        else:
            return ""
    return written(payload)
