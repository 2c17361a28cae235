"""Mail that came back: whose it was, what it means, and that no forged one stops anybody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from reminders.app import build
from reminders.cli import commands
from reminders.consent import bounces
from reminders.rules.bounces import Meaning, read
from reminders.rules.terms import Act, Channel, Reason, Status
from reminders.senders.email import MailServer, Security
from reminders.senders.mime import compose
from reminders.settings import Settings
from reminders.store.database import reading, writing
from reminders.store.queries import consents
from reminders.web import create_web
from tests.conftest import House, ana, consent_answer
from tests.support.emails import FROM, mail_to
from tests.support.erasure import forget

pytestmark = pytest.mark.portable

TREATED = date(2026, 3, 2)
DAY_1 = datetime(2026, 3, 3, 15, 40, tzinfo=UTC)
ADDRESS = "ana@mail.example"

POSTFIX = """From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: {verp}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

This is the mail system at host mx.example. I'm sorry to have to inform you ...
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Tue, 3 Mar 2026 15:00:00 +0000

Final-Recipient: rfc822; {to}
Original-Recipient: rfc822;{to}
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example
Diagnostic-Code: {diagnostic}

--B
Content-Type: {part}

From: Rosewood Skin <aftercare@rosewood.example>
To: ana@mail.example
Message-ID: <{reference}@rosewood.example>
Subject: Day one

--B--
"""

ARF = """From: feedback@isp.example
To: bounces@rosewood.example
Subject: complaint
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="B"

--B
Content-Type: text/plain

This is an email abuse report.
--B
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Example/1.0
Version: 1
Original-Mail-From: <{verp}>

--B
Content-Type: message/rfc822

From: Rosewood Skin <aftercare@rosewood.example>
To: redacted@isp.example
Message-ID: <{reference}@rosewood.example>

Dear ...
--B--
"""


def dsn(reference: str, **changed: str) -> bytes:
    given = {
        "reference": reference, "to": ADDRESS, "action": "failed", "status": "5.1.1",
        "diagnostic": "smtp; 550 5.1.1 <ana@mail.example> no such user",
        "part": "message/rfc822", "verp": "bounces@rosewood.example",
    }  # fmt: skip
    return POSTFIX.format(**(given | changed)).replace("\n", "\r\n").encode()


def complaint(reference: str, kind: str = "abuse") -> bytes:
    return ARF.format(reference=reference, kind=kind, verp="bounces@rosewood.example").encode()


# --- reading ------------------------------------------------------------------------------

OURS = "r7.0123456789ab"


@pytest.mark.parametrize(
    "changed,meaning,code",
    [
        ({}, Meaning.NO_ADDRESS, "5.1.1"),
        ({"status": "5.0.0"}, Meaning.NO_ADDRESS, "5.1.1"),  # the server's own words are exacter
        ({"status": "5.1.10", "diagnostic": "smtp; 550 5.1.10 RESOLVER.ADR.RecipientNotFound"}, Meaning.NO_ADDRESS, "5.1.10"),
        ({"status": "5.2.2", "diagnostic": "smtp; 552 5.2.2 over quota"}, Meaning.FULL, "5.2.2"),
        ({"status": "4.2.2", "diagnostic": "smtp; 452 4.2.2 over quota"}, Meaning.FULL, "4.2.2"),
        ({"status": "5.7.1", "diagnostic": "smtp; 550 5.7.1 looks like spam"}, Meaning.UNDELIVERED, "5.7.1"),
        ({"status": "5.7.26", "diagnostic": "smtp; 550 5.7.26 not authenticated"}, Meaning.UNDELIVERED, "5.7.26"),
        ({"status": "5.0.0", "diagnostic": "smtp; 550 go away"}, Meaning.UNDELIVERED, "5.0.0"),
        ({"status": "4.4.7", "diagnostic": "smtp; timed out"}, Meaning.UNDELIVERED, "4.4.7"),
        ({"status": "", "diagnostic": ""}, Meaning.UNDELIVERED, ""),
        ({"action": "delayed", "status": "4.4.1"}, Meaning.NOTHING, ""),
        ({"action": "delivered", "status": "2.0.0"}, Meaning.NOTHING, ""),
        ({"action": "relayed", "status": "2.1.9"}, Meaning.NOTHING, ""),
        ({"action": "expanded", "status": "2.1.9"}, Meaning.NOTHING, ""),
        ({"part": "text/rfc822-headers"}, Meaning.NO_ADDRESS, "5.1.1"),
    ],
)  # fmt: skip
def test_a_delivery_report_means_what_its_code_says(
    changed: dict[str, str], meaning: Meaning, code: str
) -> None:
    found = read(dsn(OURS, **changed))
    assert (found.meaning, found.code) == (meaning, code)
    assert found.references == (OURS,)


@pytest.mark.parametrize(
    "raw,meaning",
    [
        (complaint(OURS), Meaning.COMPLAINT),
        (complaint(OURS, "opt-out"), Meaning.COMPLAINT),
        (complaint(OURS, "not-spam"), Meaning.NOTHING),
        (b"Subject: unsubscribe r7.0123456789ab\r\n\r\n", Meaning.UNSUBSCRIBE),
        (b"Subject: Unsubscribe\r\nAuto-Submitted: auto-replied\r\n\r\n", Meaning.NOTHING),
        (b"Subject: Out of office\r\n\r\nI am away. r7.0123456789ab", Meaning.NOTHING),
        (b"Subject: Re: Day one\r\n\r\nThank you!", Meaning.NOTHING),
        (b"", Meaning.NOTHING),
        (b"\xff\x00\xfe not a mail at all", Meaning.NOTHING),
        (b"Content-Type: multipart/report; report-type=delivery-status\r\n\r\nno parts", Meaning.NOTHING),
        (b"Content-Type: multipart/report; report-type=delivery-status; boundary=B\r\n\r\n--B\r\nContent-Type: message/delivery-status\r\n\r\n\xff\xfe\r\n--B--", Meaning.NOTHING),
    ],
)  # fmt: skip
def test_other_mail_means_what_it_is_or_nothing(raw: bytes, meaning: Meaning) -> None:
    assert read(raw).meaning is meaning


# --- acting -------------------------------------------------------------------------------


@pytest.fixture
def sent(house: House) -> House:
    house.enrol(ana(TREATED, phone=None, consents=(consent_answer(Channel.EMAIL),)))
    house.tick(DAY_1)
    assert house.line("day-1", Channel.EMAIL).status is Status.ACCEPTED
    return house


def reference(house: House, milestone: str = "day-1") -> str:
    return house.app.links.reference(house.line(milestone, Channel.EMAIL).reminder_id)


def take(house: House, raw: bytes) -> Meaning:
    with writing(house.engine) as session:
        return bounces.handle_bounce(session, house.app.links, raw, house.clock())


def barred(house: House, contact: str = ADDRESS) -> Reason | None:
    with reading(house.engine) as session:
        found = consents.suppression(session, 1, contact)
        return found.reason if found else None


def test_an_address_that_does_not_exist_is_not_written_to_any_more(sent: House) -> None:
    for _ in range(2):  # however often it comes
        assert take(sent, dsn(reference(sent))) is Meaning.NO_ADDRESS
    line = sent.line("day-1", Channel.EMAIL)
    assert line.status is Status.UNDELIVERED
    assert barred(sent) is Reason.UNREACHABLE
    sent.play(datetime(2026, 4, 20, tzinfo=UTC))
    assert {x.reason for x in sent.lines() if x.milestone == "week-1"} == {Reason.UNREACHABLE}


def test_the_envelope_tells_whose_it_is_when_the_server_sends_nothing_back(sent: House) -> None:
    verp = f"bounces+{reference(sent)}@rosewood.example"
    raw = dsn("someone-else", verp=verp)
    assert take(sent, raw) is Meaning.NO_ADDRESS
    assert barred(sent) is Reason.UNREACHABLE


@pytest.mark.parametrize("kind", [dsn, complaint])
def test_a_forged_report_stops_nobody(sent: House, kind: Any) -> None:
    number, _, seal = reference(sent).partition(".")
    other = "0" if seal[0] != "0" else "1"
    for forged in (f"{number}.{other}{seal[1:]}", f"r999.{seal}", "r1.000000000000", "nothing"):
        assert take(sent, kind(forged)) is Meaning.NOTHING
    assert barred(sent) is None
    assert sent.line("day-1", Channel.EMAIL).status is Status.ACCEPTED


def test_a_report_about_one_client_stops_nobody_else_whatever_address_it_names(sent: House) -> None:
    of = reference(sent)
    sent.enrol(ana(TREATED, first_name="Bea", phone=None, email="bea@mail.example"))
    take(sent, dsn(of, to="bea@mail.example"))
    assert barred(sent, "bea@mail.example") is None
    assert barred(sent) is Reason.UNREACHABLE


@pytest.mark.parametrize(
    "changed", [{"action": "delayed", "status": "4.4.1"}, {"status": "5.7.1", "diagnostic": "no"}]
)
def test_a_delay_or_a_policy_is_not_the_address_s_fault(
    sent: House, changed: dict[str, str]
) -> None:
    take(sent, dsn(reference(sent), **changed))
    assert barred(sent) is None


def test_a_mailbox_full_on_three_days_is_given_up_and_not_before(house: House) -> None:
    house.enrol(ana(TREATED, phone=None, consents=(consent_answer(Channel.EMAIL),)))
    full = {"status": "5.2.2", "diagnostic": "smtp; 552 5.2.2 over quota"}
    for milestone, day in (("same-evening", 2), ("day-1", 3), ("day-3", 5)):
        house.play(datetime(2026, 3, day, 20, 30, tzinfo=UTC))
        assert barred(house) is None
        for _ in range(3):  # three times in one day count once
            assert take(house, dsn(reference(house, milestone), **full)) is Meaning.FULL
    assert barred(house) is Reason.UNREACHABLE


def test_a_complaint_stops_emails_for_good(sent: House) -> None:
    assert take(sent, complaint(reference(sent))) is Meaning.COMPLAINT
    assert barred(sent) is Reason.OPTED_OUT
    with reading(sent.engine) as session:
        last = consents.ledger(session, 1)[-1]
    assert (last.given, last.act) == (False, Act.COMPLAINT)
    assert sent.line("week-1", Channel.EMAIL).status is Status.CANCELLED


def test_that_it_was_no_spam_stops_nothing(sent: House) -> None:
    take(sent, complaint(reference(sent), "not-spam"))
    assert barred(sent) is None


def test_writing_to_the_address_in_the_header_unsubscribes(sent: House) -> None:
    raw = f"Subject: unsubscribe {reference(sent)}\r\n\r\n".encode()
    assert take(sent, raw) is Meaning.UNSUBSCRIBE
    assert barred(sent) is Reason.OPTED_OUT
    assert take(sent, b"Subject: unsubscribe\r\n\r\n") is Meaning.NOTHING


def test_a_report_about_an_old_address_leaves_the_new_one_alone(sent: House) -> None:
    of = reference(sent)
    sent.enrol(ana(TREATED, email="new@mail.example", consents=()))
    take(sent, dsn(of))
    assert barred(sent) is Reason.UNREACHABLE
    assert barred(sent, "new@mail.example") is None


def test_a_late_report_about_an_erased_client_does_no_harm(sent: House) -> None:
    of = reference(sent)
    forget(sent)
    assert take(sent, dsn(of)) is Meaning.NO_ADDRESS
    assert take(sent, complaint(of)) is Meaning.COMPLAINT
    with reading(sent.engine) as session:
        kept = consents.suppression(session, 1, consents.keyed(session, ADDRESS))
    assert kept is not None
    assert kept.reason is Reason.OPTED_OUT


# --- the doors ----------------------------------------------------------------------------

TOKEN = "a-token-of-twenty-characters"


def test_the_hook_takes_bounces_from_whoever_has_the_token_alone(sent: House) -> None:
    hook, raw = "/hooks/mail/bounce", dsn(reference(sent))
    with serving(sent, {}) as closed:
        assert closed.post(hook, content=raw).status_code == 404
    with serving(sent, {"bounce_token": TOKEN}) as web:
        assert web.post(hook, content=raw).status_code == 401
        wrong = {"Authorization": "Bearer another-token-of-twenty"}
        assert web.post(hook, content=raw, headers=wrong).status_code == 401
        right = {"Authorization": f"Bearer {TOKEN}"}
        assert web.get(hook, headers=right).status_code == 405
        assert web.post(hook, content=b"x" * 1_100_000, headers=right).status_code == 413
        assert barred(sent) is None
        assert web.post(hook, content=raw, headers=right).json() == {"taken_for": "no-address"}
    assert barred(sent) is Reason.UNREACHABLE


@contextmanager
def serving(house: House, changed: dict[str, str]) -> Iterator[TestClient]:
    given = {"database_url": house.app.settings.database_url} | changed
    app = build(Settings.model_validate(given), house.clock)
    with TestClient(create_web(app)) as client:
        yield client
    app.close()


def test_the_command_takes_a_file_or_a_pipe(
    sent: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", sent.app.settings.database_url)
    path = tmp_path / "bounce.eml"
    path.write_bytes(dsn(reference(sent)))
    told = CliRunner().invoke(commands, ["bounce", str(path)])
    assert "does not exist" in told.stdout
    told = CliRunner().invoke(commands, ["bounce"], input=complaint(reference(sent)))
    assert "Emails to this client have stopped" in told.stdout
    told = CliRunner().invoke(commands, ["bounce"], input=b"Subject: hello\r\n\r\n")
    assert (told.exit_code, "nothing to do" in told.stdout) == (0, True)


# --- what leaves --------------------------------------------------------------------------


def test_every_email_leaves_in_a_name_of_its_own_where_bounces_are_taken_in() -> None:
    told = MailServer("mx.example", 25, Security.NONE, "", "", FROM, "bounces@rosewood.example")
    assert told.envelope_from(OURS) == f"bounces+{OURS}@rosewood.example"
    untold = MailServer("mx.example", 25, Security.NONE, "", "", FROM)
    assert untold.envelope_from(OURS) == FROM


def test_the_header_s_address_is_the_one_that_is_read() -> None:
    raw = compose(mail_to(), FROM, "bounces@rosewood.example").decode()
    assert f"<mailto:bounces@rosewood.example?subject=unsubscribe%20{OURS}>" in raw
