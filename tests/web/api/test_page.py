"""The API's own description, and the manual's walk-through, tried as a new integrator would."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

from reminders.rules.events import EventKind
from reminders.rules.roles import Role
from reminders.staff import api_keys
from reminders.store.database import writing
from reminders.store.queries import people
from reminders.web.api.problems import TITLES
from tests.conftest import House
from tests.support.api import Program
from tests.support.browser import Served

MANUAL = (Path(__file__).parents[3] / "templates" / "manual" / "api.md").read_text("utf-8")


def test_programs_and_people_read_what_there_is_without_a_key(house: House) -> None:
    program = Program(house)
    program.browser.headers.pop("Authorization")
    document = program.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    page = program.get("/")
    assert page.status_code == 200
    assert not re.findall(r'(?:src|href)="(?!/|#)', page.text), "no foreign host"
    for path in document["paths"]:
        assert f"/api/v1{path}</code>" in page.text
    for name in set(re.findall(r'href="#(shape-\w+)"', page.text)):
        assert f'id="{name}"' in page.text


def test_every_answer_but_the_good_one_is_a_problem(house: House) -> None:
    document = Program(house).get("/openapi.json").json()
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                kinds = set(answer["content"])
                assert kinds == {"application/json" if status == "200" else "application/problem+json"}  # fmt: skip


def test_the_manual_explains_every_problem_and_every_event() -> None:
    assert set(re.findall(r"^### ([\w-]+)$", MANUAL, re.MULTILINE)) == set(TITLES)
    assert set(re.findall(r"^\| `(\w+\.\w+)` \|", MANUAL, re.MULTILINE)) == set(EventKind)


def test_the_walk_through_does_what_it_says(served: Served) -> None:
    """Each command of the manual is run as it stands, and answers with what stands below it."""
    with writing(served.house.engine) as session:
        clinic = people.clinics(session)[0]
        _, token = api_keys.create(session, clinic, "b", Role.STAFF, "x", served.house.clock())
    first = MANUAL.partition("## Bookings")[0]
    (function,) = re.findall(r"^api\(\).*$", first, re.MULTILINE)
    steps = re.findall(
        r"^```bash\n(.*?)^```\n\n```json\n(.*?)^```", first, re.MULTILINE | re.DOTALL
    )
    assert len(steps) == 7
    days = dict(re.findall(r"(day|next)=([\d-]+)", first))
    environ = os.environ | days | {"KEY": token, "API": f"{served.address}/api/v1"}
    for command, promised in steps:
        done = subprocess.run(
            ["bash", "-euc", f"{function}\n{command}"], env=environ, capture_output=True, text=True, check=False
        )  # fmt: skip
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        assert_holds(json.loads(done.stdout), json.loads(promised))


def assert_holds(told: Any, promised: Any) -> None:
    """Say that an answer holds what was promised: more fields and more rows may be there."""
    if isinstance(promised, dict):
        for name, value in promised.items():
            assert_holds(told[name], value)
    elif isinstance(promised, list):
        assert len(told) >= len(promised)
        for value, one in zip(promised, told, strict=False):
            assert_holds(one, value)
    else:
        assert told == promised
