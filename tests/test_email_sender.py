"""Emails in real SMTP conversations, with TLS and sign-in, against a server of its own."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import trustme

from reminders.rules.deciding import Outcome
from reminders.rules.terms import Channel, Message
from reminders.senders import SendError, Withheld
from reminders.senders.email import MailServer, Security, SmtpSender, probe
from reminders.senders.mime import compose
from tests.doubles.process import Double, running
from tests.doubles.smtp import PASSWORD, USERNAME

NOW = datetime(2026, 3, 3, 15, tzinfo=UTC)
FROM = "aftercare@rosewood.example"


class Certificates:
    """A small authority of our own, and a server's certificate from it."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        server = authority.issue_cert("localhost")
        self.trusted, self.certificate, self.key = folder / "ca", folder / "crt", folder / "key"
        authority.cert_pem.write_to_path(self.trusted)
        server.cert_chain_pems[0].write_to_path(self.certificate)
        server.private_key_pem.write_to_path(self.key)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def trusted(certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.trusted))


@pytest.fixture(scope="module", params=list(Security))
def mail(
    request: pytest.FixtureRequest,
    certificates: Certificates,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Security, Double]]:
    ledger = tmp_path_factory.mktemp("mail") / "ledger"
    paths = str(certificates.certificate), str(certificates.key)
    with running("smtp", ledger, request.param, *paths) as double:
        yield request.param, double


def server(mail: tuple[Security, Double], **changed: Any) -> MailServer:
    security, double = mail
    signs_in = security is not Security.NONE
    given: dict[str, Any] = {
        "host": "localhost",
        "port": double.port,
        "security": security,
        "username": USERNAME if signs_in else "",
        "password": PASSWORD if signs_in else "",
        "mail_from": FROM,
    }
    return MailServer(**(given | changed))


def mail_to(to: str = "ana@mail.example", **changed: Any) -> Message:
    given: dict[str, Any] = {
        "channel": Channel.EMAIL,
        "to": to,
        "clinic_name": "Rosewood Skin",
        "reply_to": "desk@rosewood.example",
        "subject": "Day one: sunscreen can start now",
        "text": "Dear Ana,\n\n.a line that begins with a dot\n\nPlain cream – and water.\n",
        "html": "<!doctype html><html lang=en><body><p>Dear Ana,</p></body></html>",
        "reference": "r7.0123456789ab",
        "unsubscribe_url": "https://clinic.example/u/token",
        "written_at": NOW,
        "expires_at": NOW + timedelta(hours=5),
    }
    return Message(**(given | changed))


async def agreed() -> float:
    """Nothing stands in the way."""
    return time.monotonic() + 5


def send(where: MailServer, *messages: Message, hand_off: Any = agreed) -> list[str]:
    async def run() -> list[str]:
        sender = SmtpSender(where)
        try:
            return list(await asyncio.gather(*(sender.send(m, hand_off) for m in messages)))
        finally:
            await sender.close()

    return asyncio.run(run())


def parsed(row: dict[str, Any]) -> EmailMessage:
    return message_from_string(row["content"], policy=policy.default)


@pytest.mark.usefixtures("trusted")
def test_an_email_arrives_whole_protected_and_signed_in(mail: tuple[Security, Double]) -> None:
    security, double = mail
    (message_id,) = send(server(mail), mail_to())
    row = double.seen("mail")[-1]
    assert (row["sender"], row["to"]) == (FROM, ["ana@mail.example"])
    assert row["tls"] is (security is not Security.NONE)
    assert row["signed_in"] is (security is not Security.NONE)
    found = parsed(row)
    assert found["Message-ID"] == message_id == "<r7.0123456789ab@rosewood.example>"
    body = found.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == mail_to().text


@pytest.mark.usefixtures("trusted")
def test_many_emails_share_connections(mail: tuple[Security, Double]) -> None:
    before = len(mail[1].seen("mail"))
    send(server(mail), *(mail_to(f"client{n}@mail.example") for n in range(40)))
    to = [row["to"][0] for row in mail[1].seen("mail")[before:]]
    assert sorted(to) == sorted(f"client{n}@mail.example" for n in range(40))


@pytest.mark.usefixtures("trusted")
def test_what_is_withheld_after_the_354_is_not_delivered(mail: tuple[Security, Double]) -> None:
    async def refused() -> float:
        raise Withheld

    before = len(mail[1].seen("mail"))
    with pytest.raises(Withheld):
        send(server(mail), mail_to(), hand_off=refused)
    assert len(mail[1].seen("mail")) == before


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    "refusal,outcome",
    [
        ("450-4.2.1", Outcome.RETRY),
        ("421-4.7.0", Outcome.BUSY),
        ("452-4.2.2", Outcome.RETRY),
        ("451-4.7.1", Outcome.BUSY),
        ("550-5.1.1", Outcome.INVALID),
        ("550-5.1.10", Outcome.INVALID),
        ("550", Outcome.INVALID),
        ("553-5.1.3", Outcome.INVALID),
        ("550-5.7.1", Outcome.REFUSED),
        ("550-5.7.26", Outcome.CONFIGURATION),
        ("530-5.7.0", Outcome.CONFIGURATION),
        ("552-5.2.2", Outcome.RETRY),
        ("554-5.6.0", Outcome.CONTENT),
        ("500-5.5.2", Outcome.REFUSED),
        ("data-450-4.3.0", Outcome.RETRY),
        ("data-552-5.3.4", Outcome.CONTENT),
        ("data-554-5.7.1", Outcome.REFUSED),
        ("data-550", Outcome.REFUSED),
        ("data-421-4.3.2", Outcome.BUSY),
    ],
)
def test_refusals_are_sorted_by_their_codes(
    mail: tuple[Security, Double],
    refusal: str,
    outcome: Outcome,
) -> None:
    with pytest.raises(SendError) as refused:
        send(server(mail), mail_to(f"{refusal}@refuse.example"))
    assert refused.value.outcome is outcome


def test_a_certificate_we_do_not_trust_stops_everything(mail: tuple[Security, Double]) -> None:
    if mail[0] is Security.NONE:
        return
    with pytest.raises(SendError) as refused:
        send(server(mail), mail_to())
    assert refused.value.outcome is Outcome.CONFIGURATION


@pytest.mark.usefixtures("trusted")
def test_a_wrong_password_is_our_own_fault(mail: tuple[Security, Double]) -> None:
    if mail[0] is Security.NONE:
        return
    with pytest.raises(SendError) as refused:
        send(server(mail, password="wrong"), mail_to())
    assert refused.value.outcome is Outcome.CONFIGURATION


@pytest.mark.usefixtures("trusted")
def test_starttls_is_required_where_it_is_set(mail: tuple[Security, Double]) -> None:
    if mail[0] is not Security.NONE:
        return
    with pytest.raises(SendError) as refused:
        send(server(mail, security=Security.STARTTLS), mail_to())
    assert refused.value.outcome is Outcome.CONFIGURATION


@pytest.mark.usefixtures("trusted")
def test_the_doctor_s_question_is_answered(mail: tuple[Security, Double]) -> None:
    assert "lets us in" in probe(server(mail))


def test_no_connection_is_certainly_not_sent() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(SendError) as refused:
        send(MailServer("127.0.0.1", port, Security.NONE, "", "", FROM), mail_to())
    assert refused.value.outcome is Outcome.BUSY


def test_the_headers_of_care_are_all_there() -> None:
    found = message_from_string(compose(mail_to(), FROM).decode("ascii"), policy=policy.default)
    assert {name: found[name] for name in found} | {"Content-Type": ""} == {
        "From": "Rosewood Skin <aftercare@rosewood.example>",
        "To": "ana@mail.example",
        "Reply-To": "Rosewood Skin <desk@rosewood.example>",
        "Subject": "Day one: sunscreen can start now",
        "Date": "Tue, 03 Mar 2026 15:00:00 +0000",
        "Message-ID": "<r7.0123456789ab@rosewood.example>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": "en",
        "List-Unsubscribe": "<https://clinic.example/u/token>, <mailto:desk@rosewood.example?subject=unsubscribe>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "MIME-Version": "1.0",
        "Content-Type": "",
    }  # fmt: skip


@pytest.mark.parametrize("mark", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x85"])
@pytest.mark.parametrize("where", ["subject", "clinic_name"])
def test_no_header_can_break_out_of_its_line(where: str, mark: str) -> None:
    message = mail_to(**{where: f"Hello{mark}Bcc: eve@evil.example"})
    try:
        content = compose(message, FROM).decode("ascii")
    except ValueError:
        return
    found = message_from_string(content, policy=policy.default)
    assert found["Bcc"] is None
    assert found["To"] == "ana@mail.example"


@pytest.mark.parametrize(
    "to",
    ["a@x.example, b@y.example", "a@x.example\r\nBcc: b@y.example", "<a@x.example>, <b@y.example>"],
)
def test_a_message_has_one_recipient_ever(to: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        compose(mail_to(to), FROM)


def test_every_line_fits_the_wire() -> None:
    long = mail_to(html="<p>" + "word " * 2000 + "</p>", text="x" * 5000)
    assert max(len(line) for line in compose(long, FROM).split(b"\r\n")) <= 998
