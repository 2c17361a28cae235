"""The house broken on purpose, in each way that others are: a proof must catch every one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import reminders
from tests.proofs.plan import Plan
from tests.proofs.stage import Theatre
from tests.proofs.verdict import Verdict, timed

ROOT = Path(reminders.__file__).parents[1]
AT_ONCE = 2
OFTEN = {"world": 1, "stops": 20}
"""How often the proofs that look for a coincidence try."""

AT_MOST = 300
"""Seconds for one proof of one mutant."""


@dataclass(frozen=True)
class Patch:
    """A passage of the house, and what it is broken into."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    """A house broken in one way, and the proofs that may catch it, the quickest first."""

    name: str
    patches: tuple[Patch, ...]
    proofs: tuple[str, ...]


DISPATCH = "delivery/dispatcher.py"
DELIVERY, PROVING = "store/queries/delivery.py", "rules/reconciliation.py"
HAND_OFF = "                deadline = await commits.hand_off(facts, message)\n"
SEND = "            provider_id = await self._senders[facts.channel].send(message, hand_off)\n"
ACCEPT = "                await commits.settle(Settlement(facts, settle(Outcome.ACCEPTED, facts, tried_at)))\n"
TAKING_IN = "intake/deliveries.py"
KEPT = "                return BookingDelivery(id=made, **row)"
LONG_LINE = (
    Patch("intake/pace.py", "MANY, WITHIN = 20, 1.0", "MANY, WITHIN = 2, 600.0"),
    Patch("intake/pace.py", "REST, PAUSE = 3.0, 0.25", "REST, PAUSE = 500.0, 500.0"),
    Patch("intake/pace.py", "LONGEST = 1.0", "LONGEST = 5.0"),
)
"""Whatever may wait does, and for long, so that it shows on a quick machine, too."""

CLAIMED = 'is_status(Status.CLAIMED), R.c.lease_until < bindparam("now")'

MUTANTS = (
    Mutant(
        "call, then mark",
        (
            Patch(DISPATCH, HAND_OFF, "                deadline = float('inf')\n"),
            Patch(DISPATCH, SEND, SEND + "            await commits.hand_off(facts, message)\n"),
        ),
        ("world", "syscalls", "kills", "bytecodes"),
    ),
    Mutant(
        "mark, then call",
        (Patch(DISPATCH, HAND_OFF, HAND_OFF + ACCEPT),),
        ("world", "twilio", "syscalls", "kills", "bytecodes"),
    ),
    Mutant(
        "no fencing token",
        (
            Patch(
                "delivery/handoff.py",
                "_way_of(known) != (facts.claim, message.to, *_leaves(message))",
                "_way_of(known)[1:] != (message.to, *_leaves(message))",
            ),
            Patch(DELIVERY, '.concat(".").concat(R.c.claim)', ""),
            Patch(DELIVERY, 'f"{reminder_id}.{token}"', 'f"{reminder_id}"'),
        ),
        ("world", "stops"),
    ),
    Mutant(
        "reconcile at once",
        (
            Patch(PROVING, "return self.asks[0] if channel is Channel.SMS else self.mail", "return timedelta()"),
            Patch(PROVING, "if misses >= len(patience.asks):", "if misses:"),
        ),
        ("world", "twilio"),
    ),
    Mutant(
        "a lease on the handoff",
        (Patch(DELIVERY, CLAIMED, CLAIMED.replace("(Status.CLAIMED)", "(Status.CLAIMED, Status.HANDOFF)")),),
        ("world", "twilio", "syscalls", "kills", "bytecodes"),
    ),
    Mutant(
        "ask another account",
        (Patch("senders/routing.py", "self._of(sought.account_id).find(sought)", "self._of(None).find(sought)"),),
        ("twilio", "kills"),
    ),
    Mutant(
        "believe another account",
        (Patch("delivery/receipts.py", "of.account_id not in report.accounts", "not report.accounts"),),
        ("twilio",),
    ),
    Mutant(
        "blind to a failover",
        (Patch("rules/history.py", "    if known is not None and recorded is not None and _is_settled", "    return None\n    if known is not None and recorded is not None and _is_settled"),),
        ("failover",),
    ),
    Mutant(
        "answer without keeping",
        (Patch(TAKING_IN, KEPT, f"                session.rollback()\n{KEPT}"),),
        ("bookings",),
    ),
    Mutant(
        "let a cancellation wait",
        (
            Patch("intake/taking.py", "    if not told or any(one.may_be_end or one.replaces for one in told):\n", "    if not told:\n"),
            Patch("intake/taking.py", "    return not bookings.known(", "    return True or not bookings.known("),
            *LONG_LINE,
        ),
        ("bookings",),
    ),
)  # fmt: skip

CONTROL = Mutant("nothing broken", (), ("world", "twilio", "syscalls"))
"""The house as it is, built the same way: a proof that catches this would catch anything."""


def run(theatre: Theatre, plan: Plan) -> Iterator[Verdict]:
    """Build every mutant, and let the quick proofs loose on it."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(partial(_hunt, theatre, plan), (*MUTANTS, CONTROL))


def _hunt(theatre: Theatre, plan: Plan, mutant: Mutant) -> Verdict:
    with timed(Verdict("mutants", "both", "both", plan.seed, 1)) as verdict:
        house = build(mutant, theatre.folder / mutant.name.replace(" ", "-"))
        tried = mutant.proofs[:1] if plan.quick else mutant.proofs
        caught = [proof for proof in tried if _catches(proof, house, plan)]
        verdict.what = (
            f"{mutant.name}: caught by {', '.join(caught) or 'none'} of {', '.join(tried)}"
        )
        if bool(caught) != bool(mutant.patches):
            verdict.faults.append("seen where nothing is broken" if caught else "it survived")
    return verdict


def build(mutant: Mutant, folder: Path) -> Path:
    """Copy the house and break it; raises ``LookupError`` where it no longer reads as expected."""
    shutil.copytree(ROOT / "reminders", folder / "reminders", ignore=shutil.ignore_patterns("__pycache__"))  # fmt: skip
    for name in ("tests", "templates"):
        (folder / name).symlink_to(ROOT / name)
    for patch in mutant.patches:
        path = folder / "reminders" / patch.path
        source = path.read_text("utf-8")
        if source.count(patch.old) != 1:
            msg = f"{mutant.name}: {patch.path} does not read {patch.old.strip()!r} once"
            raise LookupError(msg)
        path.write_text(source.replace(patch.old, patch.new), "utf-8")
    return folder


def _catches(proof: str, house: Path, plan: Plan) -> bool:
    """Run a quick proof in a house, and say whether it saw a promise broken.

    Raises ``ChildProcessError`` where it did not come to a verdict.
    """
    command = [sys.executable, "-m", "tests.proofs", proof, "--quick", "--seed", str(plan.seed)]
    command += ["--count", str(OFTEN[proof])] if proof in OFTEN else []
    command += ["--cluster", str(plan.cluster)] if plan.cluster else []
    done = subprocess.run(
        command, cwd=house, env=_environ(house), capture_output=True, text=True, timeout=AT_MOST, check=False
    )  # fmt: skip
    if done.returncode not in {0, 1} or "Traceback" in done.stderr:
        raise ChildProcessError(done.stderr)
    return done.returncode == 1


def _environ(house: Path) -> dict[str, str]:
    """Return an environment in which the house is found first."""
    return {**os.environ, "PYTHONPATH": str(house), "PYTHONDONTWRITEBYTECODE": "1"}
