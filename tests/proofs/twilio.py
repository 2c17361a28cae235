"""Twilio misbehaving in every way there is a cell for, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_uppercase

import aiohttp
from sqlalchemy import Engine

from reminders.rules.terms import Channel
from reminders.senders import sms
from tests.proofs import cast
from tests.proofs.cells import CELLS, TOO_SLOW, Cell
from tests.proofs.courier import recover, warm_app
from tests.proofs.plan import Plan
from tests.proofs.stage import KINDS, Stage, Theatre
from tests.proofs.verdict import Row, Verdict, copies_of, rows_of, timed

WE_WAIT = TOO_SLOW / 2


def run(theatre: Theatre, plan: Plan) -> Iterator[Verdict]:
    """Let every cell happen to one reminder of a clinic of its own, all at the same time."""
    usual = sms.TIMEOUT
    sms.TIMEOUT = aiohttp.ClientTimeout(total=WE_WAIT)
    for kind in KINDS:
        with timed(Verdict("twilio", kind, "sms", plan.seed)) as verdict:
            _prove(theatre.stage(kind), verdict)
        yield verdict
    sms.TIMEOUT = usual


def _prove(stage: Stage, verdict: Verdict) -> None:
    engine = warm_app(stage).engine
    played = [(_enter(engine, place), cell) for place, cell in enumerate(CELLS)]
    rows = {row.number: row for row in rows_of(engine, Channel.SMS)}
    plans = {rows[number].contact: {"create": cell.create, "list": cell.listing} for number, cell in played}  # fmt: skip
    stage.plan_misbehaviour(plans)
    recover(stage)
    taken, rows = copies_of(stage, Channel.SMS), {r.number: r for r in rows_of(engine, Channel.SMS)}
    for number, cell in played:
        _judge(verdict, cell, rows[number], len(taken[rows[number].contact]))
    verdict.what = f"{len(CELLS)} cells, each a clinic"
    engine.dispose()


def _enter(engine: Engine, place: int) -> int:
    letters = ascii_uppercase[place // 26] + ascii_uppercase[place % 26]
    clinic = cast.add_clinic(engine, f"Rosewood {letters}")
    (reminder,) = cast.add_clients(engine, clinic, Channel.SMS, 1)
    return reminder


def _judge(verdict: Verdict, cell: Cell, row: Row, copies: int) -> None:
    verdict.number += 1
    verdict.lost += copies < cell.copies
    verdict.doubled += copies > 1
    verdict.marked += row.is_marked
    ended = f"{cell.name}: {row.status} {row.reason or ''}".strip() + f", {copies} left"
    verdict.details.append(ended)
    if (row.status, row.reason, copies) != (cell.status, cell.reason, cell.copies):
        verdict.faults.append(ended)
