"""Which command prints which shape, and the manual's tables of them, drawn from the models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from reminders.shapes import endpoints, operation, people, questions, reminders
from reminders.shapes.common import Shape

COMMANDS: dict[str, Any] = {
    "preview": reminders.Preview,
    "simulate": reminders.Simulation,
    "status": operation.Status,
    "tick": operation.Tick,
    "reconcile": operation.Reconciliation,
    "import": operation.Import,
    "client list": list[people.Client],
    "client merge": people.ClientMerge,
    "clinic list": list[people.Clinic],
    "clinic countries": list[people.CountryTexted],
    "clinic services": list[questions.Service],
    "clinic feeds": list[people.Feed],
    "clinic endpoints": list[endpoints.Endpoint],
    "clinic sender": operation.ClinicSenders,
    "staff list": list[people.StaffMember],
    "key list": list[people.ApiKey],
    "replies": list[people.Reply],
    "questions": list[questions.Question],
    "export": people.ClientExport,
    "purge": operation.Purge,
    "consent-report": list[people.ConsentRecord],
    "registration": operation.Registration,
    "forecast": list[operation.Batch],
    "doctor": list[operation.Check],
    "lint": operation.Lint,
}
"""What each command prints with ``--json``."""

FORMATS = {"date-time": "date and time", "date": "date", "time-of-day": "time of day"}
WORDS = {"integer": "number", "string": "text", "boolean": "true or false", "null": "null"}


def as_markdown() -> str:
    """Return a section for each command with its shape, and one for the shapes inside others."""
    lines, parts = [], dict[str, list[str]]()
    for command, told in COMMANDS.items():
        inside = get_args(told)
        shape: type[Shape] = inside[0] if inside else told
        schema = shape.model_json_schema(mode="serialization")
        known = schema.pop("$defs", {})
        lines += [
            f"## {command}",
            "",
            f"{'A list. Each entry: ' * bool(inside)}{_sentence(schema)}",
            "",
        ]
        lines += _table(schema, known)
        for part in (one for one in known.values() if "properties" in one):
            parts[part["title"]] = [f"### {part['title']}", "", _sentence(part), ""]
            parts[part["title"]] += _table(part, known)
    lines += ["## Parts of these answers", ""]
    return "\n".join([*lines, *(line for part in parts.values() for line in part)])


def _sentence(schema: dict[str, Any]) -> str:
    return " ".join(schema["description"].split())


def _table(schema: dict[str, Any], known: dict[str, Any]) -> Iterator[str]:
    yield "| Field | Type | Meaning |"
    yield "|---|---|---|"
    for name, field in schema["properties"].items():
        yield f"| `{name}` | {kind_of(field, known)} | {field.get('description', '')} |"
    yield ""


def kind_of(field: dict[str, Any], known: dict[str, Any]) -> str:
    """Say in words what a field holds."""
    match field:
        case {"$ref": ref}:
            part = known[ref.rpartition("/")[2]]
            return part["title"] if "properties" in part else kind_of(part, known)
        case {"anyOf": choices}:
            return " or ".join(kind_of(one, known) for one in choices)
        case {"enum": words}:
            return ", ".join(f"`{word}`" for word in words)
        case {"type": "array", "items": item}:
            return f"list of {kind_of(item, known)}"
        case {"type": "object", "additionalProperties": value}:
            return f"{kind_of(value, known)} by name"
    return FORMATS.get(field.get("format", ""), WORDS[field["type"]])
