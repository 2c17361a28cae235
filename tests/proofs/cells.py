"""Everything Twilio may do to a request, a cell each, and what must become of the reminder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

Step = dict[str, Any]

TOO_SLOW = 2.4
"""Seconds beyond what the proof's worker waits for an answer."""

OFTEN = 200
"""More often than anybody asks."""


@dataclass(frozen=True)
class Cell:
    """How the double answers about one number, and how that must end."""

    name: str
    create: tuple[Step, ...] = ()
    listing: tuple[Step, ...] = ()
    status: str = "accepted"
    reason: str | None = None
    copies: int = 1


HTML = {"body": "<html><body>Bad gateway</body></html>", "headers": {"Content-Type": "text/html"}}
MANGLED = '{"sid": "SM0000'
GONE: Step = {"commit": True, "reset": True}
LOST: Step = {"reset": True}


def _error(status: int, code: int) -> Step:
    return {"status": status, "body": json.dumps({"code": code, "message": "no", "status": status})}


def _refused(code: int, reason: str) -> Cell:
    return Cell(f"400 with {code}", (_error(400, code),), (), "failed", reason, 0)


def _both(name: str, step: Step) -> tuple[Cell, Cell]:
    """Let the same happen before and after the message was taken: neither can be told apart."""
    after = Cell(f"{name}, after it was taken", ({**step, "commit": True},))
    return Cell(f"{name}, before it was taken", (step,)), after


def _unheard(name: str, step: Step) -> Cell:
    return Cell(f"taken, answer lost; then {name}, then a list", (GONE,), (step,))


CELLS: tuple[Cell, ...] = (
    Cell("201"),
    Cell("201, slow but in time", ({"wait": 0.2, "commit": True},)),
    Cell("429", ({"status": 429, "body": "{}"},)),
    Cell("429 with Retry-After", ({"status": 429, "body": "", "headers": {"Retry-After": "90"}},)),
    Cell("429, three times", ({"status": 429, "body": "{}"},) * 3),
    Cell("400 with 20429", (_error(400, 20429),)),
    *_both("500", {"status": 500, "body": ""}),
    *_both("502 in HTML", {"status": 502, **HTML}),
    *_both("503", {"status": 503, "body": ""}),
    *_both("504", {"status": 504, "body": ""}),
    *_both("reset", {"reset": True}),
    *_both("slower than we wait", {"wait": TOO_SLOW}),
    Cell("taken only when we no longer wait", ({"wait_first": TOO_SLOW, "commit": True},)),
    *_both("201 with {}", {"body": "{}"}),
    *_both("200 in HTML", {"status": 200, **HTML}),
    *_both("201 and nothing", {"body": ""}),
    *_both("201 cut short", {"body": MANGLED}),
    *_both("201 with a SID that is none", {"body": '{"sid": "hello"}'}),
    *_both("201 with a list", {"body": "[]"}),
    *_both("302 to elsewhere", {"status": 302, "body": "", "headers": {"Location": "http://127.0.0.1:1/"}}),
    Cell("401", (_error(401, 20003),)),
    Cell("401, five times", (_error(401, 20003),) * 5),
    Cell("401 in HTML", ({"status": 401, **HTML},)),
    Cell("400 with 21408 until the account is mended", (_error(400, 21408),) * 2),
    _refused(21610, "opted-out"),
    _refused(21211, "invalid-contact"),
    _refused(21614, "invalid-contact"),
    _refused(30007, "refused-content"),
    _refused(21617, "refused-content"),
    _refused(99999, "refused"),
    Cell("taken, answer lost; listed late", (GONE,), ({"hide": True},)),
    Cell("taken, answer lost; listed very late", (GONE,), ({"hide": True},) * 2),
    _unheard("a list answered with 500", {"status": 500, "body": ""}),
    _unheard("a list answered with 429", {"status": 429, "body": ""}),
    _unheard("a list answered with 401", _error(401, 20003)),
    _unheard("a list in HTML", {"status": 200, **HTML}),
    _unheard("a list without messages", {"body": "{}"}),
    _unheard("a list cut short", {"body": '{"messages": [{"sid'}),
    _unheard("a list that never ends", {"wait": TOO_SLOW}),
    _unheard("a list that is reset", {"reset": True}),
    Cell("never taken; a list fails, then does not know it", (LOST,), ({"status": 500, "body": ""},)),
    Cell("taken, answer lost; no list ever", (GONE,), ({"status": 500, "body": ""},) * OFTEN, "unknown", "unproven", 1),
    Cell("never taken; no list ever", (LOST,), ({"status": 500, "body": ""},) * OFTEN, "unknown", "unproven", 0),
)  # fmt: skip
