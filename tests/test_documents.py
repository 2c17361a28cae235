"""The README and the manual are true: every command, setting, address, file and link in them exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import typer
from starlette.applications import Starlette
from starlette.routing import Match, Mount
from typer.main import get_command

from reminders.cli import commands
from reminders.rules import roles, terms
from reminders.settings import ALIASES, LENT, Settings
from reminders.store import tables
from reminders.web import create_web
from reminders.web.api import PREFIX
from reminders.web.api.application import create_api
from reminders.wording.manual import anchor_of
from tests.conftest import House

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
MANUAL = ROOT / "templates" / "manual"
DOCUMENTS = [README, *sorted(MANUAL.glob("*.md"))]
TEXTS = {path: path.read_text("utf-8") for path in DOCUMENTS}
SETTINGS = {name.upper() for name in Settings.model_fields}
THEIRS = {*LENT, *(name for names in ALIASES.values() for name in names), "WEB_CONCURRENCY", "CC_RUN_COMMAND", "CC_HEALTH_CHECK_PATH"}  # fmt: skip
"""What hosts set and read, not we."""

each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)


def code(path: Path) -> list[str]:
    """Return what stands between backticks, and each line of a block with what continues it."""
    text = TEXTS[path].replace("\\\n", " ")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    rest = re.sub(r"^```\w*\n.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", rest)] + lines


# --- commands -------------------------------------------------------------------------------------


def all_commands() -> dict[str, Any]:
    group: Any = get_command(commands)
    found: dict[str, Any] = {}
    for name, command in group.commands.items():
        inner = getattr(command, "commands", None)
        found |= {f"{name} {sub}": c for sub, c in inner.items()} if inner else {name: command}
    return found


COMMANDS = all_commands()


def told(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield every command a document tells, and its options."""
    for piece in code(path):
        for words in re.findall(r"(?:^|[/ ])reminders ([a-z][^&|]*)", piece):
            if not piece.startswith(("dokku", "docker")):
                name = next((n for n in COMMANDS if re.match(rf"{n}(?![\w-])", words)), words)
                yield name, re.findall(r"--[a-z-]+", words)


def options(command: Any) -> set[str]:
    params: list[typer.core.TyperOption] = command.params
    return {"--help", *(name for param in params for name in (*param.opts, *param.secondary_opts))}


@each_document
def test_every_command_and_option_that_is_told_exists(path: Path) -> None:
    for name, given in told(path):
        assert name in COMMANDS, name
        assert set(given) <= options(COMMANDS[name]), name


def test_the_manual_tells_every_command() -> None:
    assert COMMANDS.keys() <= {name for name, _ in told(MANUAL / "commands.md")}


def test_every_command_that_answers_programs_is_told_as_such() -> None:
    answering = {name for name, command in COMMANDS.items() if "--json" in options(command)}
    assert {name for name, given in told(MANUAL / "json.md") if "--json" in given} == answering


@each_document
def test_every_longer_command_is_there(path: Path) -> None:
    for name in re.findall(r"python -m (tests\.\w+)", TEXTS[path]):
        assert find_spec(name), name


# --- settings, addresses, files -------------------------------------------------------------------


@each_document
def test_every_setting_that_is_named_exists(path: Path) -> None:
    for piece in code(path):
        names = re.findall(r"\b[A-Z]{2,}(?:_[A-Z]+)+|\b[A-Z]{4,}(?==)|^[A-Z]{4,}$", piece)
        assert set(names) <= SETTINGS | THEIRS | {"SCREENSHOTS"}, piece


def test_the_manual_explains_every_setting_and_so_does_the_example() -> None:
    told_of = set(re.findall(r"`([A-Z_]+)`", TEXTS[MANUAL / "configuration.md"]))
    example = (ROOT / ".env.example").read_text("utf-8")
    assert told_of >= SETTINGS
    assert set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE)) == SETTINGS


def leads_somewhere(web: Starlette, method: str, address: str) -> bool:
    scope = {"type": "http", "method": method, "path": address.replace("…", "x"), "headers": []}
    pages = (route for route in web.routes if not isinstance(route, Mount))
    return any(route.matches(scope)[0] is not Match.NONE for route in pages)


def test_every_address_that_is_named_leads_somewhere(house: House) -> None:
    web, api = create_web(house.app), create_api(house.app)
    for path in DOCUMENTS:
        for piece in code(path):
            said = re.fullmatch(
                r"(?:(GET|POST) |https://<your address>)?(/[\w/…-]+)(?:#.*)?", piece
            )
            if said and said[2] not in {"/data", "/a/"}:  # a folder, and how an address begins
                of = api if said[2].startswith(f"{PREFIX}/") else web
                address = said[2].removeprefix(PREFIX)
                assert leads_somewhere(of, said[1] or "GET", address), f"{path.stem}: {said[2]}"


@each_document
def test_every_file_that_is_named_is_there(path: Path) -> None:
    for piece in code(path):
        in_folder = re.fullmatch(r"(?:templates|tests|reminders)/[\w./-]*", piece)
        on_top = re.fullmatch(r"\.env\.example|[A-Z]\w+\.md|Procfile|Dockerfile|\w+\.yaml|app\.json", piece)  # fmt: skip
        if in_folder or on_top:
            assert (ROOT / piece).exists(), piece


@each_document
def test_every_link_leads_to_a_file_and_a_heading_there(path: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", TEXTS[path]):
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), link
        headings = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.MULTILINE) if anchor else []  # fmt: skip
        assert not anchor or anchor in map(anchor_of, headings), link


@pytest.mark.parametrize("path", DOCUMENTS[1:], ids=lambda path: path.stem)
def test_the_manual_links_only_what_is_shown_on_the_desk_too(path: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", TEXTS[path]):
        assert re.fullmatch(r"[a-z-]+\.md(#[\w-]+)?|https://\S+", link), link


# --- how they are written -------------------------------------------------------------------------


def test_the_readme_is_read_in_some_minutes() -> None:
    assert len(README.read_bytes()) <= 10_000


def test_the_readme_names_every_room() -> None:
    rooms = {path.name for path in (ROOT / "reminders").iterdir() if (path / "__init__.py").exists()}  # fmt: skip
    assert rooms <= set(re.findall(r"^\| `(\w+)` \|", TEXTS[README], re.MULTILINE))


@each_document
def test_lines_fit_a_screen(path: Path) -> None:
    for line in TEXTS[path].splitlines():
        assert len(line) <= 120 or line.startswith("|"), line


# --- words ----------------------------------------------------------------------------------------

GLOSSARY = TEXTS[MANUAL / "glossary.md"]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in GLOSSARY.splitlines()
    if line.startswith("|") and "---" not in line
]
NAMED = [(row[0], name) for row in ROWS if len(row) == 3 for name in re.findall(r"`([^`]+)`", row[2])]  # fmt: skip


@pytest.mark.parametrize("word,name", NAMED)
def test_a_word_has_the_name_that_the_glossary_gives_it(word: str, name: str) -> None:
    if "/" not in name:
        assert any(hasattr(room, name) for room in (tables, terms, roles)), name


@pytest.mark.parametrize("states", [terms.Status, terms.Reason])
def test_the_glossary_holds_every_state_and_every_reason(states: Any) -> None:
    section = re.search(rf"^`{states.__name__}` in the code.*?(?=^## |\Z)", GLOSSARY, re.MULTILINE | re.DOTALL)  # fmt: skip
    assert section
    assert re.findall(r"^\| `([\w-]+)` \|", section[0], re.MULTILINE) == [str(s) for s in states]


def test_no_word_is_one_that_names_nothing() -> None:
    banned = {"manager", "helper", "util", "data", "info", "process", "notification", "job", "task", "patient", "user", "customer"}  # fmt: skip
    assert not {row[0] for row in ROWS} & banned


@pytest.mark.parametrize(
    "word",
    [
        "clinic", "client", "staff", "treatment", "protocol", "milestone", "reminder", "channel",
        "contact", "consent", "suppression", "message", "sender", "attempt", "receipt", "reply",
        "sending hours", "segment", "wording", "handoff", "settle", "reconcile", "lane", "heartbeat",
        "claim", "lease",
    ],
)  # fmt: skip
def test_the_words_of_the_house_are_explained(word: str) -> None:
    assert word in {row[0] for row in ROWS}
