"""Every fault of a mail server at every step of a conversation, and what each must be taken for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from reminders.rules.decision import Outcome
from reminders.senders.email import Security

HANGS = 0.3
"""Seconds a step may take where the server hangs."""

FAULTS: dict[str, dict[str, Any]] = {
    "says 4yz": {"say": "451 4.3.0 later\r\n"},
    "says 4.7.x": {"say": "450 4.7.1 slowly\r\n"},
    "says 421": {"say": "421 4.3.2 closing\r\n", "drop": "after"},
    "says 5yz": {"say": "550 5.7.1 no\r\n"},
    "hangs": {"hang": True},
    "drips too long": {"say": "250 " + "x" * 400 + "\r\n", "drip": 0.005},
    "drops before": {"drop": "before"},
    "drops after": {"drop": "after"},
    "drips": {"drip": 0.0005},
    "talks garbage": {"say": "\x16\x03\x01 what is this\r\n"},
    "contradicts itself": {"say": "250-one\r\n550 two\r\n"},
    "says it in lines": {"words": "*-one\r\n*-two\r\n* three\r\n"},
    "never ends a line": {"say": "250 " + "x" * 50_000},
    "never ends its lines": {"say": "250-x\r\n" * 10_000},
    "hangs, having taken it": {"hang": True, "commit": True},
    "drops, having taken it": {"drop": "before", "commit": True},
    "talks garbage, having taken it": {"say": "\x00\xff\r\n", "commit": True},
    "says 251, having taken it": {"say": "251 elsewhere\r\n", "commit": True},
    "drops within": {"drop": "within"},
}

STEPS = "greeting  EHLO      STARTTLS  AUTH      MAIL      RCPT      DATA      payload"
MATRIX = {
    "says 4yz":             "busy      busy      busy      busy      retry     retry     retry     retry",
    "says 4.7.x":           "busy      busy      busy      busy      busy      retry     busy      busy",
    "says 421":             "busy      busy      busy      busy      busy      busy      busy      busy",
    "says 5yz":             "busy      busy      ours      ours      ours      refused   refused   refused",
    "hangs":                "busy      busy      busy      busy      busy      busy      busy      ambiguous",
    "drips too long":       "busy      busy      busy      busy      busy      busy      busy      ambiguous",
    "drops before":         "busy      busy      busy      busy      busy      busy      busy      ambiguous",
    "drops after":          "busy      busy      busy      busy      busy      busy      busy      accepted",
    "drips":                "accepted  accepted  accepted  accepted  accepted  accepted  accepted  accepted",
    "talks garbage":        "busy      busy      busy      busy      busy      busy      busy      ambiguous",
    "contradicts itself":   "busy      busy      busy      busy      busy      busy      busy      ambiguous",
    "says it in lines":     "accepted  accepted  accepted  accepted  accepted  accepted  accepted  accepted",
    "never ends a line":    "busy      busy      busy      busy      busy      busy      busy      ambiguous",
    "never ends its lines": "busy      busy      busy      busy      busy      busy      busy      ambiguous",
    "hangs, having taken it":         "-  -  -  -  -  -  -  ambiguous",
    "drops, having taken it":         "-  -  -  -  -  -  -  ambiguous",
    "talks garbage, having taken it": "-  -  -  -  -  -  -  ambiguous",
    "says 251, having taken it":      "-  -  -  -  -  -  -  ambiguous",
    "drops within":                   "-  -  -  -  -  -  -  ambiguous",
}  # fmt: skip
"""What each fault at each step must come to."""


@dataclass(frozen=True)
class Cell:
    """How the server behaves in each connection, and what must come of one message more."""

    name: str
    outcome: Outcome
    faults: tuple[dict[str, Any], ...] = ()
    handed_off: bool = False
    taken: int = 0
    offers: tuple[str, ...] = ("PIPELINING", "STARTTLS", "AUTH PLAIN LOGIN")
    security: Security = Security.NONE
    signs_in: bool = False
    tls: bool = False
    trusted: bool = True
    host: str = "localhost"
    before: int = 0
    connections: int = 1
    step: float = 8.0


def cells_of_the_matrix() -> Iterator[Cell]:
    for fault, row in MATRIX.items():
        for step, word in zip(STEPS.split(), row.split(), strict=True):
            if word == "-":
                continue
            outcome = Outcome.CONFIGURATION if word == "ours" else Outcome(word)
            accepted = outcome is Outcome.ACCEPTED
            cell = Cell(
                f"{step} {fault}",
                outcome,
                ({step: FAULTS[fault], "HELO": FAULTS[fault]},),
                handed_off=accepted
                or step == "payload"
                or (step, fault) == ("DATA", "drops after"),
                taken=int(accepted or "having taken" in fault),
                security=Security.STARTTLS if step == "STARTTLS" else Security.NONE,
                signs_in=step == "AUTH",
                step=HANGS if fault.startswith(("hangs", "drips too")) else 8.0,
            )
            yield cell
            if step in {"MAIL", "RCPT", "DATA", "payload"}:
                yield replace(cell, name=f"{cell.name}, one by one", offers=cell.offers[1:])


def refused(name: str, outcome: Outcome, **faults: str) -> Cell:
    says = {step: {"say": f"{words}\r\n"} for step, words in faults.items()}
    return Cell(name, outcome, (says,), handed_off=next(iter(faults)) in {"DATA", "payload"})


def second(name: str, outcome: Outcome, *faults: dict[str, Any], **given: Any) -> Cell:
    """Build a cell that sends again through a conversation that has carried one already."""
    accepted = outcome is Outcome.ACCEPTED
    return Cell(name, outcome, faults, before=1, handed_off=accepted, taken=accepted, **given)


TLS, STARTTLS = Security.TLS, Security.STARTTLS
ACCEPTED, BUSY, OURS = Outcome.ACCEPTED, Outcome.BUSY, Outcome.CONFIGURATION
OTHERS = (
    Cell("TLS from the start", ACCEPTED, handed_off=True, taken=1, security=TLS, tls=True),
    Cell("STARTTLS", ACCEPTED, handed_off=True, taken=1, security=STARTTLS),
    Cell("TLS, not trusted", OURS, security=TLS, tls=True, trusted=False),
    Cell("STARTTLS, not trusted", OURS, security=STARTTLS, trusted=False),
    Cell("TLS, another host's name", OURS, security=TLS, tls=True, host="127.0.0.1"),
    Cell("STARTTLS, another host's name", OURS, security=STARTTLS, host="127.0.0.1"),
    Cell("TLS where none is spoken", OURS, security=TLS),
    Cell("STARTTLS not offered", OURS, security=STARTTLS, offers=("PIPELINING",)),
    Cell(
        "HELO where EHLO is not known, but TLS is asked for", OURS,
        ({"EHLO": {"say": "502 5.5.1 what?\r\n"}},), security=STARTTLS,
    ),
    Cell(
        "HELO where EHLO is not known", ACCEPTED,
        ({"EHLO": {"say": "502 5.5.1 what?\r\n"}},), handed_off=True, taken=1,
    ),
    Cell(
        "something slipped in before TLS", BUSY,
        ({"STARTTLS": {"say": "220 go\r\n250-x\r\n250 AUTH EVIL\r\n"}},), signs_in=True, security=STARTTLS,
    ),
    Cell("no login offered", OURS, signs_in=True, offers=("PIPELINING",)),
    Cell("only LOGIN offered", ACCEPTED, handed_off=True, taken=1, signs_in=True, offers=("AUTH LOGIN",)),
    Cell("login refused", OURS, ({"AUTH": {"say": "535 5.7.8 wrong\r\n"}},), signs_in=True),
    Cell("login later", BUSY, ({"AUTH": {"say": "454 4.7.0 later\r\n"}},), signs_in=True),
    Cell("nobody listens", BUSY, host="127.0.0.2"),
    refused("the recipient refused, the 354 given", Outcome.INVALID, RCPT="550 no", DATA="354 go"),
    refused("recipient unknown", Outcome.INVALID, RCPT="550 5.1.1 who?"),
    refused("mailbox full", Outcome.RETRY, RCPT="552 5.2.2 full"),
    refused("login wanted first", OURS, MAIL="530 5.7.0 sign in"),
    refused("the text refused", Outcome.CONTENT, payload="554 5.6.0 no"),
    refused("a plain 550 to the payload is not about the address", Outcome.REFUSED, payload="550 spam"),
    refused("an answer to the payload before it left", BUSY, DATA="354 go\r\n250 2.0.0 taken"),
    second("idle, closed before", ACCEPTED, {"payload": {"drop": "after"}}, connections=2),
    second("idle, closed at its next command", ACCEPTED, {"MAIL2": {"drop": "before"}}, connections=2),
    second(
        "idle, closed at its next command, one by one", ACCEPTED, {"MAIL2": {"drop": "before"}},
        connections=2, offers=(),
    ),
    second("idle, ended by a 421", ACCEPTED, {"MAIL2": FAULTS["says 421"]}, connections=2),
    second(
        "idle, closed, and the next closed too", BUSY,
        {"MAIL2": {"drop": "before"}}, {"MAIL": {"drop": "before"}}, connections=2,
    ),
    second("idle, then hanging", BUSY, {"MAIL2": {"hang": True}}, step=HANGS),
    second("idle, then refusing", Outcome.INVALID, {"RCPT2": {"say": "550 no\r\n"}}),
)  # fmt: skip
CELLS = (*cells_of_the_matrix(), *OTHERS)
"""Every cell by its name; there are more than a hundred."""
