"""The Procfile rehearsed: released, started, stopped in the middle and started again."""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path

from tests.deploy.common import say, wait_for
from tests.deploy.host import host
from tests.support.days import zone_where_it_is_afternoon


def procfile(folder: Path, clients: int) -> None:
    """Release, start, send, stop in the middle, start again: once each, whatever happens."""
    with host(folder) as there:
        there.release()
        took = there.start("web")
        idle = there.memory("web" if there.pids("web") else "serve")
        say(f"start to first /readyz 200 through nginx: {took:.2f} s; serve idle: {idle:.0f} MB")
        busy = os.getloadavg()[0] > 1.5 * (os.cpu_count() or 1)
        assert took < 5 or busy, "start to readiness takes too long"
        assert idle < 150
        assert len(there.pids("serve")) == 1, "one process, whatever WEB_CONCURRENCY says"
        there.run(
            "clinic", "add", "Rosewood Skin", "--time-zone", zone_where_it_is_afternoon(),
            "--phone", "+44 20 7946 0018", "--email", "desk@rosewood.example",
            "--address", "18 Rose Street", "--live",
        )  # fmt: skip
        there.take_in(0, 20)
        wait_for(lambda: len(there.sent()) >= 40, 60, "web alone sends")
        say("web alone sent 40 messages")
        checks = {
            c["name"]: c for c in json.loads(there.run("doctor", "--fix", "--json", code=None))
        }
        for name in (
            "database",
            "tables",
            "Twilio account",
            "Twilio sender",
            "replies webhook",
            "SMTP",
            "public address",
        ):
            assert checks[name]["verdict"] == "pass", checks[name]
        say(f"doctor: {checks['database']['found']}; {checks['public address']['found']}")
        status, told = there.get("/metrics", Authorization="Bearer " + "m" * 30)
        assert status == 200
        assert b"reminders_sent_last_hour" in told
        say(f"stopped by SIGTERM in {there.stop():.1f} s, no SIGKILL")
        there.take_in(20, clients)
        there.start("web", "worker")
        wait_for(lambda: len(there.sent()) > clients // 2, 120, "half of a long list")
        took = there.stop()
        sent = len(there.sent())
        say(f"stopped in the middle ({sent} of {2 * clients} sent) in {took:.1f} s, no SIGKILL")
        begun = time.monotonic()
        there.start("web", "worker")
        wait_for(lambda: len(there.sent()) >= 2 * clients, 300, "the rest of the list")
        rate = (2 * clients - sent) / (time.monotonic() - begun)
        peak = there.memory("serve", "VmHWM")
        say(f"the rest left at {rate:.0f} messages a second; serve at most {peak:.0f} MB")
        assert peak < 250
        there.stop()
        messages = there.messages()
        twice = [what for what, count in messages.items() if count > 1]
        assert not twice, f"left twice: {twice[:5]}"
        status_now = json.loads(there.run("status", "--json"))
        reached = sum(1 for to, _ in messages if not to.startswith("desk@"))
        assert (status_now["sent"], status_now["in_doubt"]) == (reached, 0)
        log = (folder / "honcho.log").read_text("utf-8", "replace")
        assert "Traceback" not in log
        leaked = re.findall(r"\+4477\d+|ana\d+@|Rosewood|Ana\b|SPF", log)
        assert not leaked, f"the log names {set(leaked)}"
        say(f"{len(messages)} messages, each once; {len(log.splitlines())} log lines name nobody")
