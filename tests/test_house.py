"""The house looks after itself: floors, the one clock, short functions, and what starts and installs it."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.proofs.mutants import MUTANTS, build
from tests.test_documents import COMMANDS

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "reminders"
FLOORS = (
    ("rules",),
    ("private_files", "confinement"),
    ("workbooks", "calendars", "list_tables"),
    (
        "store",
        "senders",
        "booking_systems",
        "wording",
        "links",
        "sealing",
        "internet",
        "settings",
        "shapes",
        "spreadsheets",
        "logs",
    ),
    ("delivery", "plans", "questions", "startup", "accounts"),
    ("monitoring", "rehearsal", "consent"),
    ("enrolment", "customisation", "inbox"),
    ("intake", "staff"),
    ("privacy", "feeds", "endpoints"),
    ("resealing",),
    ("app",),
    ("web", "worker"),
    ("cli", "__main__"),
)
MAY_USE = {"phonenumbers", "email_validator", "rapidfuzz"}
"""Libraries of rules may stand on: number plans, address syntax, letters apart; no clock or I/O."""


@cache
def sources() -> list[tuple[Path, ast.Module]]:
    return [(path, ast.parse(path.read_text("utf-8"))) for path in sorted(PACKAGE.rglob("*.py"))]


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (
                f"{node.module}.{node.names[0].name}"
                if node.module == "reminders"
                else node.module or ""
            )


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def floor(name: str) -> int:
    return next(level for level, rooms in enumerate(FLOORS) if name in rooms)


def test_a_module_imports_only_from_floors_below() -> None:
    wrong = []
    for path, tree in sources():
        here = room(path)
        if here == "__init__":
            continue
        for name in imports(tree):
            if not name.startswith("reminders.") or name.startswith("reminders._"):
                continue
            there = name.split(".")[1]
            below = there == here or floor(there) < floor(here)
            if not below and here != "__main__":
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not wrong


def test_rules_stand_on_the_standard_library_alone() -> None:
    for path, tree in sources():
        if room(path) == "rules":
            tops = {name.split(".")[0] for name in imports(tree)}
            assert tops - {"reminders"} - MAY_USE <= sys.stdlib_module_names, path


def test_rules_know_no_clock_and_the_house_has_one() -> None:
    clocks = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}
        and isinstance(node.value, ast.Name) and node.value.id in {"datetime", "date", "time"}
    ]  # fmt: skip
    assert len(clocks) == 1
    assert clocks[0].startswith("app.py")


def test_only_the_store_speaks_sql() -> None:
    """Elsewhere a session and an engine are only handed on, and their errors caught."""
    handed_on = {
        "Connection",
        "Engine",
        "Session",
        "make_url",
        "ArgumentError",
        "SQLAlchemyError",
        "OperationalError",
    }
    for path, tree in sources():
        if room(path) == "store":
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
                assert {name.name for name in node.names} <= handed_on, path


def test_every_file_opens_with_one_sentence() -> None:
    for path, tree in sources():
        said = ast.get_docstring(tree)
        assert said, path
        assert len(said.split("\n\n")[0].splitlines()) <= 2, path


def test_banned_words_name_nothing() -> None:
    banned = re.compile(
        r"manager|helper|util|(?<!meta)data\b|process|notification|\bjob\b|patient|\buser\b"
    )
    named = {
        f"{path.name}: {node.name}"
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and banned.search(node.name.lower())
    }
    assert named <= {
        "column_types.py: process_bind_param",  # SQLAlchemy's own names
        "column_types.py: result_processor",
        "time_zones.py: follow_zone_data",  # the time-zone database's own name
    }


def test_functions_are_short() -> None:
    lengths = [
        (node.end_lineno or 0) - node.lineno + 1
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and "migrations" not in path.parts
    ]  # fmt: skip
    assert statistics.median(lengths) <= 9
    assert max(lengths) <= 45


@pytest.mark.slow
def test_what_only_some_need_is_not_loaded_by_everybody() -> None:
    """Each is slow or large; together they were a third of what an idle service holds."""
    rare = {"alembic", "cryptography", "icalendar", "xlrd", "aiohttp", "twilio.rest", "fastapi"}
    pages = {"reminders.web", "starlette", "uvicorn"}
    few = {"css_inline", "rapidfuzz", "segno"}
    assert not (rare | pages | few) & loaded_with("reminders.cli")
    assert not rare & loaded_with("reminders.web")


def loaded_with(module: str) -> set[str]:
    loading = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", loading], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_files_are_short() -> None:
    made = "migrations"  # a step is written by Alembic, once, and never read again
    table = "short_forms.py"  # a word list, a line for each name
    long = [
        path.name
        for path, _ in sources()
        if made not in path.parts
        and path.name != table
        and len(path.read_text("utf-8").splitlines()) > 300
    ]
    assert not long


# --- tests --------------------------------------------------------------------------------

TESTS = ROOT / "tests"
ACROSS = {
    "cli/test_commands.py", "cli/test_json.py", "delivery/test_delivery_promise.py",
    "delivery/test_two_accounts.py", "web/hooks/test_two_accounts.py",
    "enrolment/test_merged_clients.py", "enrolment/test_visits_at_random.py", "intake/test_any_lists.py",
    "intake/test_cells_of_lists.py",
    "intake/test_files.py",
    "intake/test_system_exports.py", "intake/test_vendor_lists.py", "rules/test_sending_hours_by_zone.py",
    "rules/test_zone_and_language_names.py", "test_deployment.py", "test_documents.py", "test_house.py", "test_proofs.py", "test_three_clinics.py",
    "web/client/test_browser.py", "web/client/test_browser_skin.py", "web/client/test_join_abuse.py", "web/desk/test_browser_owner.py", "web/desk/test_browser_sources.py",
    "web/api/test_routes.py", "web/desk/test_browser_staff.py", "web/desk/test_routes.py", "web/desk/test_translated.py", "wording/test_gender_neutral_wording.py",
    "wording/test_spam_filter.py",
}  # fmt: skip
"""Tests of what goes through several modules."""


def test_tests_stand_where_the_package_has_what_they_test() -> None:
    found = {str(path.relative_to(TESTS)) for path in TESTS.rglob("test_*.py")}
    modules = {name: PACKAGE / name.replace("test_", "") for name in found}
    mirrored = {name for name, at in modules.items() if at.exists() or at.with_suffix("").is_dir()}
    assert found - mirrored <= ACROSS


def test_no_test_file_is_long() -> None:
    long = {
        str(path.relative_to(TESTS)): count
        for path in TESTS.rglob("*.py")
        if (count := len(path.read_text("utf-8").splitlines())) > 400
    }
    assert long == {}


@pytest.mark.parametrize("folder", ["proofs", "bench", "looks", "deploy"])
def test_longer_commands_say_what_they_prove_and_how_to_run_them(folder: str) -> None:
    said = ast.get_docstring(ast.parse((TESTS / folder / "__init__.py").read_text("utf-8"))) or ""
    assert f"python -m tests.{folder}" in said
    assert len(said.splitlines()) > 10


def test_every_deliberate_break_of_the_proofs_still_finds_the_passage_it_breaks(
    tmp_path: Path,
) -> None:
    for mutant in MUTANTS:
        assert build(mutant, tmp_path / mutant.name).is_dir()


def test_the_code_speaks_of_the_project_alone() -> None:
    for path in (*PACKAGE.rglob("*.py"), *ROOT.glob("*.md"), *(ROOT / "templates").rglob("*.*")):
        words = path.read_text("utf-8")
        assert not re.search(r"/(work|root)/|pypi\.org|files\.pythonhosted", words), path


# --- what starts and installs it ----------------------------------------------------------------------------


def test_the_procfile_starts_commands_that_exist() -> None:
    for line in (ROOT / "Procfile").read_text("utf-8").splitlines():
        kind, command = line.split(": ")
        assert kind in {"release", "web", "worker"}
        assert command.removeprefix("python -m reminders ") in COMMANDS


def test_every_pinned_package_is_hashed_and_names_no_registry() -> None:
    pinned = (ROOT / "requirements.txt").read_text("utf-8")
    entries = re.findall(r"^([a-z0-9-_.]+)==", pinned, re.MULTILINE | re.IGNORECASE)
    assert {"apscheduler", "twilio", "jinja2", "sqlmodel", "python-dotenv", "tzdata"} <= {
        e.lower() for e in entries
    }
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", pinned)) >= len(entries)
    assert "://" not in re.sub(r"^ *#.*$", "", pinned, flags=re.MULTILINE)


def test_pinned_packages_are_those_the_project_asks_for() -> None:
    import tomllib

    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    pinned = (ROOT / "requirements.txt").read_text("utf-8").lower()
    for requirement in wanted:
        name = re.split(r"[\[<>=~!]", requirement)[0].lower()
        assert re.search(rf"^{re.escape(name)}(\[\w+\])?==", pinned, re.MULTILINE), name


@pytest.mark.parametrize("folder", ["reminders", "templates", "tests"])
def test_the_layout_is_the_one_that_was_agreed(folder: str) -> None:
    assert (ROOT / folder).is_dir()
    for name in (".env.example", "pyproject.toml", "Procfile", "README.md"):
        assert (ROOT / name).is_file()
