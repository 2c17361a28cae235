"""What hosts read: files that name only commands and settings there are, and refusals that save data."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from reminders.settings import LENT, Settings, read_settings
from tests.test_documents import COMMANDS, THEIRS
from tests.test_settings import LIVE, faults

ROOT = Path(__file__).parents[1]
SETTINGS = {name.upper() for name in Settings.model_fields}


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_the_button_asks_for_settings_there_are_and_makes_the_secret() -> None:
    app = json.loads(read("app.json"))
    assert app["env"].keys() <= SETTINGS
    assert app["env"]["SECRET_KEY"]["generator"] == "secret"
    assert app["env"]["DELIVERY"]["value"] == "outbox", "nothing leaves until somebody says so"
    assert {check["path"] for check in app["healthchecks"]["web"]} == {"/healthz"}


def test_render_starts_what_the_procfile_starts() -> None:
    blueprint = read("render.yaml")
    web = re.search(r"^web: (.+)$", read("Procfile"), re.MULTILINE)
    assert web is not None
    assert f"startCommand: {web[1]}" in blueprint
    assert set(re.findall(r"- key: (\w+)", blueprint)) <= SETTINGS
    assert "generateValue: true" in blueprint
    assert "--require-hashes -r requirements.txt" in blueprint


def test_the_image_runs_without_root_and_carries_nothing_it_should_not() -> None:
    steps = [
        line.split(maxsplit=1) for line in read("Dockerfile").splitlines() if line[:1].isupper()
    ]
    said = dict(steps)
    assert said["USER"] == "10001:10001"
    assert json.loads(said["CMD"])[-1] in COMMANDS
    copied = {words.split()[0] for step, words in steps if step == "COPY"}
    assert copied == {"requirements.txt", "templates", "reminders"}, "no .env, no .git"
    assert "--require-hashes" in read("Dockerfile")
    assert "/healthz" in said["HEALTHCHECK"]


def test_every_variable_on_the_hosts_pages_is_read_by_somebody() -> None:
    pages = sorted((ROOT / "templates/manual").glob("host*.md"))
    told = "".join(page.read_text("utf-8") for page in pages)
    named = set(re.findall(r"\b[A-Z]{2,}(?:_[A-Z]+)+\b", told))
    assert named <= SETTINGS | THEIRS


@pytest.mark.parametrize("name", LENT)
def test_an_sqlite_file_that_the_next_deploy_would_wipe_is_refused(name: str) -> None:
    assert faults({name: "1"}).keys() == {"DATABASE_URL"}
    assert faults(LIVE | {name: "1"}).keys() == {"DATABASE_URL"}
    assert read_settings({name: "1", "SQLITE_ON_VOLUME": "yes"})
    assert read_settings({name: "1", "DATABASE_URL": "postgres://u:p@h/d"})


@pytest.mark.parametrize(
    "name,ours,value",
    [
        ("POSTGRESQL_ADDON_URI", "database_url", "postgresql://u:p@h/d"),
        ("SCALINGO_POSTGRESQL_URL", "database_url", "postgres://u:p@h/d?sslmode=prefer"),
        ("RENDER_EXTERNAL_URL", "public_url", "https://clinic.onrender.example"),
    ],
)
def test_what_hosts_call_otherwise_is_understood(name: str, ours: str, value: str) -> None:
    assert getattr(read_settings({name: value}), ours) == value
    assert (
        getattr(
            read_settings(
                {
                    name: value,
                    ours.upper(): "sqlite:///x.db" if "data" in ours else "https://own.example",
                }
            ),
            ours,
        )
        != value
    )


def test_a_secret_key_is_asked_for_with_the_command_that_makes_one() -> None:
    assert "secrets.token_urlsafe" in faults(LIVE | {"SECRET_KEY": "weak"})["SECRET_KEY"]


def test_a_token_that_opens_a_door_is_hard_to_guess() -> None:
    assert faults({"METRICS_TOKEN": "hunter2"}).keys() == {"METRICS_TOKEN"}
    assert faults({"TICK_TOKEN": "hunter2"}).keys() == {"TICK_TOKEN"}


@pytest.mark.slow
def test_the_wheel_holds_compiled_catalogues_and_reads_them(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(tmp_path)]
    subprocess.run([*pip, str(ROOT)], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with ZipFile(wheel) as file:
        file.extractall(tmp_path / "installed")
    locale = tmp_path / "installed" / "reminders" / "_templates" / "locale"
    written = {path.with_suffix("") for path in locale.rglob("*.po")}
    assert {path.with_suffix("") for path in locale.rglob("*.mo")} == written != set()
    assert not [*(ROOT / "templates").rglob("*.mo")], "nothing is left in the checkout"
    reads = (
        "from reminders.wording import catalogues, library\n"
        "catalogues.read_po = None\n"
        "print(library.packaged().translation('de').language)"
    )
    done = subprocess.run(
        [sys.executable, "-c", reads], cwd=tmp_path / "installed", capture_output=True, check=True
    )
    assert done.stdout.split() == [b"de"]
