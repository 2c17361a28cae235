"""What can go wrong at each step of an SMTP conversation, against what was really taken."""

from __future__ import annotations

import asyncio
import json
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from email import message_from_string, policy
from typing import Any

import pytest

from reminders.rules.decision import Outcome
from reminders.senders import SendError, Withheld
from reminders.senders.email import MailServer, Security, SmtpSender, probe
from tests.senders.test_email import FROM, Certificates, mail_to
from tests.support.doubles.process import Double, running
from tests.support.doubles.raw_smtp import PASSWORD, USERNAME

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


class Post:
    """The server's double, the way to script it, and what it saw in this cell."""

    def __init__(self, double: Double) -> None:
        self.double = double
        self.cell = Cell("", ACCEPTED)

    def play(self, cell: Cell) -> SmtpSender:
        self.cell = cell
        script = {"cell": cell.name, "offers": cell.offers, "tls": cell.tls, "faults": cell.faults}
        self.double.ledger.with_name("script").write_text(json.dumps(script), "utf-8")
        return SmtpSender(self.server(), cell.connections + 1, cell.step)

    def server(self) -> MailServer:
        cell = self.cell
        login = (USERNAME, PASSWORD) if cell.signs_in else ("", "")
        return MailServer(cell.host, self.double.port, cell.security, *login, FROM)

    def seen(self, kind: str) -> list[dict[str, Any]]:
        return [row for row in self.double.seen(kind) if row["cell"] == self.cell.name]

    async def until(self, kind: str) -> None:
        async with asyncio.timeout(10):
            while not self.seen(kind):  # noqa: ASYNC110 (it happens in another process)
                await asyncio.sleep(0.005)
        await asyncio.sleep(0.02)  # for our side to hear of it


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def double(
    certificates: Certificates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Double]:
    ledger = tmp_path_factory.mktemp("post") / "ledger"
    with running(
        "raw_smtp", ledger, str(certificates.certificate), str(certificates.key)
    ) as double:
        yield double


@pytest.fixture
def post(double: Double, certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> Post:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.trusted))
    return Post(double)


async def agreed() -> float:
    return time.monotonic() + 5


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_a_fault_at_any_step_is_told_for_what_it_is(
    post: Post, cell: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not cell.trusted:
        monkeypatch.delenv("SSL_CERT_FILE")
    handed_off = []

    async def hand_off() -> float:
        handed_off.append(post.cell.name)
        if any(fault.get("DATA", {}).get("drop") == "after" for fault in cell.faults):
            await post.until("closed")
        return time.monotonic() + 5

    async def run() -> Outcome:
        sender = post.play(cell)
        try:
            for _ in range(cell.before):
                await sender.send(mail_to(), agreed)
            await sender.send(mail_to(), hand_off)
        except SendError as error:
            told = f"{error} {error.code}"
            assert "@" not in told
            assert PASSWORD not in told
            assert b64encode(PASSWORD.encode()).decode() not in told
            return error.outcome
        finally:
            await sender.close()
        return ACCEPTED

    outcome = asyncio.run(run())
    taken = len(post.seen("mail")) - cell.before
    assert (outcome, len(handed_off), taken) == (cell.outcome, cell.handed_off, cell.taken)
    assert taken == 0 or outcome in {ACCEPTED, Outcome.AMBIGUOUS}
    assert taken == 1 or outcome is not ACCEPTED
    assert len(post.seen("met")) <= cell.connections
    assert all(row["right"] for row in post.seen("signed in"))


def test_the_matrix_is_large_and_each_cell_has_its_own_name() -> None:
    assert len({cell.name for cell in CELLS}) == len(CELLS) > 100


async def too_late() -> float:
    return time.monotonic() - 0.001


async def withheld() -> float:
    raise Withheld


async def broken() -> float:
    raise ConnectionError("the database went away")


@pytest.mark.parametrize("pipelined", [True, False])
@pytest.mark.parametrize(
    "hand_off,raised",
    [(too_late, SendError), (withheld, Withheld), (broken, ConnectionError)],
)
def test_what_may_not_leave_after_the_354_leaves_without_a_byte(
    post: Post,
    hand_off: Callable[[], Awaitable[float]],
    raised: type[Exception],
    pipelined: bool,
) -> None:
    async def run() -> None:
        sender = post.play(
            Cell(
                f"{hand_off.__name__} {pipelined}",
                ACCEPTED,
                offers=("PIPELINING",) if pipelined else (),
            )
        )
        with pytest.raises(raised) as stopped:
            await sender.send(mail_to(), hand_off)
        assert getattr(stopped.value, "outcome", Outcome.KEPT) is Outcome.KEPT
        await post.until("half")
        await sender.send(mail_to(), agreed)
        await sender.close()

    asyncio.run(run())
    assert [row["octets"] for row in post.seen("half")] == [0]
    assert len(post.seen("mail")) == 1


def test_the_handoff_comes_after_the_354_and_before_the_payload(post: Post) -> None:
    async def hand_off() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await post.until("mail")
        await post.until("waits for a payload")
        return time.monotonic() + 5

    async def run() -> None:
        sender = post.play(Cell("the order of things", ACCEPTED))
        await sender.send(mail_to(), hand_off)
        await sender.close()

    asyncio.run(run())
    assert len(post.seen("mail")) == 1


def test_a_sending_that_is_cancelled_in_its_handoff_sends_nothing(post: Post) -> None:
    async def never() -> float:
        await asyncio.sleep(60)
        return time.monotonic() + 5

    async def run() -> None:
        sender = post.play(Cell("cancelled", ACCEPTED))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await sender.send(mail_to(), never)
        await post.until("half")
        await sender.close()

    asyncio.run(run())
    assert [row["octets"] for row in post.seen("half")] == [0]


def test_no_more_conversations_at_a_time_than_asked_for(post: Post) -> None:
    inside, most = 0, 0

    async def hand_off() -> float:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0.01)
        inside -= 1
        return time.monotonic() + 5

    async def run() -> None:
        sender = post.play(Cell("many", ACCEPTED, connections=2))
        await asyncio.gather(*(sender.send(mail_to(), hand_off) for _ in range(20)))
        await sender.close()

    asyncio.run(run())
    assert (most, len(post.seen("met")), len(post.seen("mail"))) == (3, 3, 20)


def test_a_sender_is_used_again_from_a_new_loop(post: Post) -> None:
    sender = post.play(Cell("two passes", ACCEPTED))

    async def run() -> None:
        await asyncio.gather(*(sender.send(mail_to(), agreed) for _ in range(6)))
        await sender.close()

    asyncio.run(run())
    asyncio.run(run())
    assert len(post.seen("mail")) == 12


def test_closing_never_hangs(post: Post) -> None:
    async def run() -> float:
        sender = post.play(Cell("no goodbye", ACCEPTED, ({"QUIT": {"hang": True}},) * 2))
        await asyncio.gather(*(sender.send(mail_to(), agreed) for _ in range(2)))
        before = time.monotonic()
        await sender.close()
        return time.monotonic() - before

    assert asyncio.run(run()) < 3


def test_a_lone_dot_in_the_text_ends_nothing(post: Post) -> None:
    text = ".\r\n..\n.\r.hidden\nMAIL FROM:<eve@evil.example>\n"

    async def run() -> None:
        sender = post.play(Cell("dots", ACCEPTED))
        await sender.send(mail_to(text=text, html=f"<pre>{text}</pre>"), agreed)
        await sender.close()

    asyncio.run(run())
    (row,) = post.seen("mail")
    body = message_from_string(row["content"], policy=policy.default).get_body(("plain",))
    assert body is not None
    assert (
        body.get_content().replace("\r\n", "\n")
        == ".\n..\n.\n.hidden\nMAIL FROM:<eve@evil.example>\n"
    )


def test_the_doctor_signs_in_and_leaves_without_a_message(post: Post) -> None:
    post.play(Cell("doctor", ACCEPTED, signs_in=True, security=Security.STARTTLS))
    assert "lets us in" in probe(post.server())
    assert (len(post.seen("signed in")), len(post.seen("closed")), post.seen("mail")) == (1, 1, [])
