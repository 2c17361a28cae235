"""What can go wrong at each step of an SMTP conversation, against what was really taken."""

from __future__ import annotations

import asyncio
import json
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator
from email import message_from_string, policy
from typing import Any

import pytest

from reminders.rules.decision import Outcome
from reminders.senders import SendError, Withheld
from reminders.senders.email import MailServer, Security, SmtpSender, probe
from tests.support.doubles.process import Double, running
from tests.support.doubles.raw_smtp import PASSWORD, USERNAME
from tests.support.emails import FROM, Certificates, mail_to
from tests.support.smtp_faults import ACCEPTED, CELLS, Cell


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


def test_an_answer_that_came_while_we_were_held_up_ourselves_is_heard(post: Post) -> None:
    sender = post.play(Cell("held up", ACCEPTED, step=0.3))

    async def held_up() -> float:
        asyncio.get_running_loop().call_soon(time.sleep, 0.8)  # as the payload leaves
        return time.monotonic() + 5

    async def send() -> str:
        try:
            return await sender.send(mail_to("ana@mail.example"), held_up)
        finally:
            await sender.close()

    assert asyncio.run(send())
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
    assert "accepts our sign-in" in probe(post.server())
    assert (len(post.seen("signed in")), len(post.seen("closed")), post.seen("mail")) == (1, 1, [])
