"""The delivery promise is kept, in the quickest of the proofs; all quick ones have a command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

ROOT = Path(__file__).parents[1]
SEED = "2026"

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", ["world"])
def test_the_promise_is_kept(name: str, postgres: Engine) -> None:
    with postgres.connect() as connection:
        cluster = connection.execute(text("SHOW data_directory")).scalar_one()
    command = [sys.executable, "-m", "tests.proofs", name, "--quick", "--seed", SEED, "--cluster", cluster]  # fmt: skip
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
