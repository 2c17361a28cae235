"""Rehearse a deployment: ``python -m tests.deploy [procfile] [dockerfile] [--quick]``."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.deploy.common import ROOT, say
from tests.deploy.dockerfile import dockerfile
from tests.deploy.procfile import procfile


def main() -> None:
    clients = 200 if "--quick" in sys.argv else 2_000
    for name, part in (("procfile", lambda f: procfile(f, clients)), ("dockerfile", dockerfile)):
        if (
            any(word in {"procfile", "dockerfile"} for word in sys.argv[1:])
            and name not in sys.argv
        ):
            continue
        with TemporaryDirectory(prefix=f"deploy-{name}-", ignore_cleanup_errors=True) as folder:
            Path(folder).chmod(0o755)
            part(Path(folder))
    if (
        not shutil.which("docker")
        or subprocess.run(["docker", "info"], capture_output=True, check=False).returncode
    ):
        say("SKIPPED docker build: no engine runs here; its steps were followed by hand above")
    else:
        subprocess.run(["docker", "build", "-q", "-t", "reminders-rehearsal", ROOT], check=True)
        say("docker build: done")


if __name__ == "__main__":
    main()
