"""The manual's tables of shapes: each field once, and the page as the models are."""

from __future__ import annotations

import re
from pathlib import Path

from reminders.shapes.documentation import COMMANDS, as_markdown

PAGE = Path(__file__).parents[2] / "templates" / "manual" / "json.md"


def test_each_command_has_its_section_and_each_field_its_row() -> None:
    told = as_markdown()
    assert re.findall("^## (.+)$", told, re.MULTILINE)[:-1] == list(COMMANDS)
    parts = re.findall("^### (.+)$", told, re.MULTILINE)
    assert sorted(parts) == sorted(set(parts))
    assert {"Reminder", "Treatment", "Stop", "Hold", "Remark"} <= set(parts)
    assert "| `time_zone` | text or null | null: the clinic's |" in told
    assert "| `treatments` | list of Treatment |  |" in told
    assert "| `from` | date |  |" in told
    assert "| `channel` | `sms`, `email` |  |" in told
    assert "| `sent` | number by name | by channel |" in told


def test_the_manual_says_what_the_models_say() -> None:
    assert as_markdown().strip() in PAGE.read_text("utf-8")
