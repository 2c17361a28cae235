"""Emails in real SMTP conversations, with TLS and sign-in, against a server of its own."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from reminders.rules.decision import Outcome
from reminders.senders import SendError, Withheld
from reminders.senders.email import MailServer, Security, probe
from tests.support.doubles.process import Double, running
from tests.support.emails import FROM, Certificates, mail_to, parsed, send, server


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
    assert "accepts our sign-in" in probe(server(mail))


def test_no_connection_is_certainly_not_sent() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(SendError) as refused:
        send(MailServer("127.0.0.1", port, Security.NONE, "", "", FROM), mail_to())
    assert refused.value.outcome is Outcome.BUSY
