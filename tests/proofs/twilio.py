"""Twilio misbehaving in every way there is a cell for, with two accounts, on both databases."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from starlette.testclient import TestClient

from reminders.app import App
from reminders.rules.terms import Channel
from reminders.senders import sms
from reminders.web import create_web
from tests.proofs import cast
from tests.proofs.cells import CELLS, TOO_SLOW, Cell
from tests.proofs.courier import recover, warm_app
from tests.proofs.plan import Plan
from tests.proofs.stage import KINDS, Stage, Theatre
from tests.proofs.verdict import Row, Verdict, astray, rows_of, timed
from tests.support.doubles.twilio import ACCOUNT, ACCOUNTS, SECOND
from tests.support.twilio_posts import sign

WE_WAIT = TOO_SLOW / 2
HALFWAY = len(CELLS) // 2


@dataclass(frozen=True)
class Played:
    """A cell that happens to a reminder at an account."""

    cell: Cell
    account: str
    reminder: int


def run(theatre: Theatre, plan: Plan) -> Iterator[Verdict]:
    """Let every cell happen to one reminder of a clinic of its own, all at the same time: at each account,
    or half of them at one and half at the other, if quick.
    """
    usual = sms.TIMEOUT
    sms.TIMEOUT = aiohttp.ClientTimeout(total=WE_WAIT)
    for kind in KINDS:
        with timed(Verdict("twilio", kind, "sms", plan.seed)) as verdict:
            _prove(theatre.stage(kind), verdict, HALFWAY if plan.quick else len(CELLS))
        yield verdict
    sms.TIMEOUT = usual


def _prove(stage: Stage, verdict: Verdict, people: int) -> None:
    app = warm_app(stage)
    played = [one for place in range(people) for one in _enter(app, place)]
    rows = _rows(app)
    plans: dict[str, dict[str, Any]] = defaultdict(dict)
    for one in played:
        steps = {"create": one.cell.create, "list": one.cell.listing}
        plans[one.account][rows[one.reminder].contact] = steps
    stage.plan_misbehaviour(plans)
    recover(stage)
    left, rows = _left(stage), _rows(app)
    for one in played:
        row = rows[one.reminder]
        _judge(verdict, one.cell, row, left[one.account, row.contact])
    verdict.faults += astray(stage, app.engine) + _reports(app, stage)
    verdict.faults += [
        f"{one.cell.name}: reported to another row"
        for one, row in ((one, _rows(app)[one.reminder]) for one in played)
        if (row.status == "delivered") != (left[one.account, row.contact] > 0)
    ]
    verdict.what = f"{people} cells at each of {len(ACCOUNTS)} accounts, each a clinic"
    app.close()


def _enter(app: App, place: int) -> Iterator[Played]:
    """Let somebody be a client of two clinics, of which each has an account: something else goes
    wrong at each.
    """
    letters = ascii_uppercase[place // 26] + ascii_uppercase[place % 26]
    second = cast.add_second_clinic(app.engine, app.sealing, f"{cast.SECOND_NAME} {letters}")
    ours = (cast.add_clinic(app.engine, f"Rosewood {letters}"), ACCOUNT, CELLS[place])
    for clinic, account, cell in (ours, (second, SECOND, CELLS[place - HALFWAY])):
        (reminder,) = cast.add_clients(app.engine, clinic, Channel.SMS, 1, first=place + 9)
        yield Played(cell, account, reminder)


def _rows(app: App) -> dict[int, Row]:
    return {row.number: row for row in rows_of(app.engine, Channel.SMS)}


def _left(stage: Stage) -> Counter[tuple[str, str]]:
    """Count what left by each account to each number."""
    return Counter((one["account"], one["to"]) for one in stage.twilio.seen("message"))


def _judge(verdict: Verdict, cell: Cell, row: Row, copies: int) -> None:
    verdict.number += 1
    verdict.lost += copies < cell.copies
    verdict.doubled += copies > 1
    verdict.marked += row.is_marked
    ended = f"{cell.name}: {row.status} {row.reason or ''}".strip() + f", {copies} left"
    verdict.details.append(ended)
    if (row.status, row.reason, copies) != (cell.status, cell.reason, cell.copies):
        verdict.faults.append(ended)


def _reports(app: App, stage: Stage) -> list[str]:
    """Let each account report every text as delivered, and say how often another was believed than
    the one it left by.
    """
    web, wrong = TestClient(create_web(app)), 0
    for one in stage.twilio.seen("message"):
        address, path = one["callback"], urlsplit(one["callback"])
        for account in sorted(ACCOUNTS, key=lambda account: account == one["account"]):
            told = {"AccountSid": account, "MessageSid": one["sid"], "MessageStatus": "delivered"}
            head = {"X-Twilio-Signature": sign(address, told, ACCOUNTS[account])}
            came = web.post(f"{path.path}?{path.query}", data=told, headers=head).status_code
            wrong += came != (204 if account == one["account"] else 403)
    return [f"{wrong} reports were judged by another account"] * bool(wrong)
