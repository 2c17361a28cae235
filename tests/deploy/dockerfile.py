"""The Dockerfile rehearsed: its steps in order, its command and its health check."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.deploy.common import ROOT, free_port, say, wait_for
from tests.support.doubles.process import killed_after


@dataclass
class Image:
    """A folder that stands for an image, and what its file said of running it."""

    folder: Path
    environ: dict[str, str]
    cwd: Path
    user: int | None = None
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    def inside(self, words: str) -> str:
        return re.sub(r"(?<![\w.])/(app|data)\b", rf"{self.folder}/\1", words)

    def follow(self, step: str, words: str) -> None:
        steps: dict[str, Callable[[str], None]] = {
            "ENV": lambda words: self.environ.update(
                [
                    (pair.partition("=")[0], pair.partition("=")[2])
                    for pair in shlex.split(self.inside(words))
                ]
            ),
            "COPY": self.copy,
            "RUN": self.run,
            "WORKDIR": lambda words: setattr(self, "cwd", Path(self.inside(words))),
            "USER": lambda words: setattr(self, "user", int(words.split(":")[0])),
            "CMD": lambda words: setattr(self, "command", json.loads(words)),
            "HEALTHCHECK": lambda words: setattr(
                self, "health", json.loads(words.partition("CMD ")[2])
            ),
        }
        if step in steps:
            steps[step](words)

    def copy(self, words: str) -> None:
        source, target = words.split()
        copied = Path(self.inside(target))
        copied.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
        copy(ROOT / source, copied)

    def run(self, words: str) -> None:
        say(f"RUN {words[:70]}…")
        command = ["sh", "-ec", self.inside(words)]
        subprocess.run(
            command, env=self.environ, cwd=self.cwd, check=True, stdout=subprocess.DEVNULL
        )

    def healthy(self) -> bool:
        done = subprocess.run(self.health, env=self.environ, check=False, capture_output=True)
        return done.returncode == 0


def dockerfile(folder: Path) -> None:
    """Follow the Dockerfile in a clean folder, and run its command and its health check."""
    python = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable
    subprocess.run([python, "-m", "venv", f"{folder}/usr"], check=True)
    environ = {"PATH": f"{folder}/usr/bin:/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
    image = Image(folder, environ, folder)
    for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines():
        image.follow(*line.partition(" ")[::2])
    if os.getuid() != 0:
        image.user = None
    environ["PORT"] = str(free_port())
    with (
        subprocess.Popen(
            image.command, env=environ, cwd=image.cwd, user=image.user, group=image.user,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as service,
        killed_after(service),
    ):  # fmt: skip
        took = wait_for(image.healthy, 30, "the image's health check")
        service.terminate()
        assert service.wait(20) == 0
    assert (folder / "data" / "reminders.db").stat().st_uid == (image.user or os.getuid())
    say(f"the Dockerfile's steps, in order: healthy after {took:.1f} s, as user {image.user}")
