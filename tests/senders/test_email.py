"""Emails in real SMTP conversations, with TLS and sign-in, against a server of its own."""

from __future__ import annotations

import asyncio
import html
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, message_from_string, policy
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.rules.decision import Outcome
from reminders.rules.terms import Channel, Message
from reminders.senders import SendError, Withheld
from reminders.senders.email import MailServer, Security, SmtpSender, probe
from reminders.senders.mime import compose
from tests.support.doubles.process import Double, running
from tests.support.doubles.smtp import PASSWORD, USERNAME

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
        ("451-4.7.1", Outcome.RETRY),
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
        "List-Unsubscribe": "<https://clinic.example/u/token>, <mailto:desk@rosewood.example?subject=unsubscribe%20r7.0123456789ab>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "MIME-Version": "1.0",
        "Content-Type": "",
    }  # fmt: skip


BREAKS = ["\r\n", "\n", "\r", "\u2028", "\u2029", "\x0b", "\x0c", "\x85", "\x1c", "\x00"]


@pytest.mark.parametrize("mark", BREAKS)
@pytest.mark.parametrize("where", ["subject", "clinic_name", "to", "reply_to", "unsubscribe_url", "language", "reference"])  # fmt: skip
def test_no_header_can_break_out_of_its_line(where: str, mark: str) -> None:
    given = getattr(mail_to(), where)
    for broken in (f"{given}{mark}Bcc: eve@evil.example", f"{given}{mark}", f"{mark}{given}"):
        with pytest.raises(ValueError, match=r".+"):
            compose(mail_to(**{where: broken}), FROM)


@pytest.mark.parametrize(
    "to",
    [
        "a@x.example, b@y.example",
        "a@x.example\r\nBcc: b@y.example",
        "<a@x.example>, <b@y.example>",
        "<a@x.example>",
        "a@x.example>",
        "Ana <a@x.example>",
        "a@x.example b@y.example",
        "a@b@x.example",
        '"a b"@x.example',
        "ána@x.example",
        "a@x.example\n",
        "",
    ],
)
def test_a_message_has_one_recipient_ever(to: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        compose(mail_to(to), FROM)


def test_a_domain_in_another_script_goes_by_its_ascii_name() -> None:
    found = message_from_bytes(compose(mail_to("ana@straße.example"), FROM), policy=policy.default)
    assert found["To"] == "ana@xn--strae-oqa.example"


# --- written by hand, and still what the email package would have written -----------------


def as_the_email_package_would(message: Message) -> EmailMessage:
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = Address(message.clinic_name, addr_spec=FROM)
    mail["To"] = message.to
    mail["Reply-To"] = Address(message.clinic_name, addr_spec=message.reply_to)
    mail["Subject"] = message.subject
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return message_from_bytes(mail.as_bytes(), policy=policy.default)


def meaning(mail: EmailMessage) -> dict[str, Any]:
    """Return what a reader's program makes of an email."""
    assert not mail.defects
    (sender,), (answers_to,), (to,) = (mail[n].addresses for n in ("From", "Reply-To", "To"))
    return {
        "subject": mail["Subject"],
        "from": (sender.display_name, sender.addr_spec),
        "reply-to": (answers_to.display_name, answers_to.addr_spec),
        "to": (to.display_name, to.addr_spec),
        "type": mail.get_content_type(),
        "parts": [
            (part.get_content_type(), part.get_content_charset(), part.get_content_disposition())
            for part in mail.iter_parts()
        ],
        "bodies": [
            html.unescape(part.get_content().replace("\r\n", "\n")) for part in mail.iter_parts()
        ],
    }


def composed(message: Message) -> EmailMessage:
    raw = compose(message, FROM)
    assert raw.isascii()
    lines = raw.split(b"\r\n")
    assert all(len(line) <= 998 for line in lines)
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    return message_from_bytes(raw, policy=policy.default)


AWKWARD = {
    "plain": "Day one: sunscreen can start now",
    "emoji": "Day one 🌞👩🏽‍⚕️ sunscreen",
    "quotes": 'The "Rosewood" \\ Skin',
    "commas": "Smith, Jones; Sons <the@third.example> (Ltd)",
    "right to left": "مرحبا \u202eשלום\u202c",
    "combining": "e\u0301 and ñ",
    "looks encoded": "=?utf-8?q?Bcc=3A?= x",
    "spaces": "two  spaces",
    "one letter": "é",
    "long words": "sunscreen " * 30 + "end",
    "very long": "x" * 1500,
    "very long, accented": "é" * 600,
}
BODIES = {
    "dots": ".\n..\n.hidden\n",
    "from": "From the clinic\n>From here\n",
    "long line": "x" * 3000,
    "long line, accented": "é" * 3000,
    "accents": "crème – brûlée\n" * 40,
    "no end": "no line's end",
    "empty": "",
    "blank lines": "\n\n\n",
    "trailing spaces": "one \ntwo\t\n-- \n",
    "old ends": "one\rtwo\r\nthree\n",
    "separators": "a\u2028b\x0bc\x85d\x0ce",
    "equals": "a=b =20 =\n=3D",
    "nul": "a\x00b",
    "boundary": "--=_\n--=_x--\nContent-Type: text/html\n\n",
}


@pytest.mark.parametrize("words", AWKWARD.values(), ids=AWKWARD)
def test_awkward_names_and_subjects_arrive_as_they_were_meant(words: str) -> None:
    message = mail_to(subject=words, clinic_name=words[:20].strip())
    found = meaning(composed(message))
    assert found["subject"] == words
    assert found["from"] == (message.clinic_name, FROM)
    if "  " not in words and "=?" not in words:  # which the package changes
        assert found == meaning(as_the_email_package_would(message))


@pytest.mark.parametrize("name", ["x" * 1500, "é" * 600, "🌞" * 40])
def test_a_name_too_long_for_one_encoded_word_is_whole_again_when_joined(name: str) -> None:
    raw = message_from_bytes(compose(mail_to(clinic_name=name), FROM), policy=policy.compat32)
    words, _, address = raw["From"].rpartition(" ")
    assert str(make_header(decode_header(words))) == name
    assert address == f"<{FROM}>"


@pytest.mark.parametrize("text", BODIES.values(), ids=BODIES)
def test_awkward_bodies_arrive_as_they_were_meant(text: str) -> None:
    message = mail_to(
        text=text, html=f"<style>p::before {{ content: '–' }}</style><pre>{text}</pre>"
    )
    assert meaning(composed(message)) == meaning(as_the_email_package_would(message))
    message = replace(message, html=f"<title>–</title><pre>{text}</pre>")
    assert meaning(composed(message)) == meaning(as_the_email_package_would(message))


WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1)
BODY = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\r\n.=<& "))


@settings(deadline=None)  # the package is slow
@given(name=WORDS, subject=WORDS, text=BODY, page=BODY)
def test_whatever_is_written_arrives_as_it_was_meant(
    name: str, subject: str, text: str, page: str
) -> None:
    message = mail_to(clinic_name=name[:11], subject=subject, text=text, html=page)
    found = meaning(composed(message))
    assert (
        found["bodies"]
        == meaning(as_the_email_package_would(mail_to(text=text, html=page)))["bodies"]
    )
    assert found["subject"] == subject
    assert found["from"] == (name[:11], FROM)


def test_every_line_fits_the_wire() -> None:
    long = mail_to(html="<p>" + "word " * 2000 + "</p>", text="x" * 5000)
    assert max(len(line) for line in compose(long, FROM).split(b"\r\n")) <= 998
