"""Everything through a pooler in transaction mode: workers killed and told to end, the server killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy.engine import make_url

from tests.proofs import kills, restarts, terms
from tests.proofs.plan import Plan
from tests.proofs.stage import Stage, Theatre
from tests.proofs.verdict import Verdict
from tests.support import pooler

ABSENT = "left out: pgbouncer is not installed"
PARTS: tuple[Callable[[Stage, Plan], Iterator[Verdict]], ...] = (
    kills.prove,
    terms.prove,
    restarts.prove,
)


def run(theatre: Theatre, plan: Plan) -> Iterator[Verdict]:
    """Prove through a pooler what is proven without, at quick size."""
    if pooler.PROGRAM is None:
        yield Verdict("pooler", "postgresql", "-", plan.seed, what=ABSENT)
        return
    usual = replace(plan, quick=True)
    alone = replace(theatre, cluster=None)
    for number, prove in enumerate(PARTS):
        with _through_pooler(
            alone.stage("postgresql"), theatre.folder / f"pooler{number}"
        ) as stage:
            for verdict in prove(stage, usual):
                yield replace(verdict, proof="pooler")


@contextmanager
def _through_pooler(stage: Stage, folder: Path) -> Iterator[Stage]:
    folder.mkdir()
    address = make_url(stage.url)
    with pooler.pooler(folder, Path(str(address.query["host"]))) as url:
        yield replace(stage, url=f"{url}/{address.database}")
