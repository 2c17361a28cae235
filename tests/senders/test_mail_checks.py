"""What a mail domain publishes is asked of real name servers: here one of our own, by UDP."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from threading import Thread

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset
import pytest

from reminders.monitoring import external_checks
from reminders.monitoring.checks import Verdict
from reminders.senders import mail_checks

KEY = "v=DKIM1; k=rsa; p=" + "M" * 380
RECORDS = {
    "whole.example.": ['"unrelated=1"', '"v=spf1 include:_spf.mailer.example ~all"'],
    "k1._domainkey.whole.example.": [f'"{KEY[:250]}" "{KEY[250:]}"'],
    "_dmarc.whole.example.": ['"v=DMARC1; p=quarantine"'],
    "bare.example.": ['"unrelated=1"'],
}


class NameServer:
    """Answers for a few names, says of others that there are none, and fails for ``broken``."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            try:
                asked, sender = self.socket.recvfrom(4096)
            except OSError:
                return
            self.socket.sendto(self.answer(dns.message.from_wire(asked)).to_wire(), sender)

    @staticmethod
    def answer(query: dns.message.Message) -> dns.message.Message:
        told = dns.message.make_response(query)
        told.flags |= dns.flags.RA
        name = query.question[0].name.to_text()
        if "broken" in name:
            told.set_rcode(dns.rcode.SERVFAIL)
        elif name in RECORDS:
            told.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *RECORDS[name]))
        elif not name.startswith("empty"):
            told.set_rcode(dns.rcode.NXDOMAIN)
        return told


@pytest.fixture(autouse=True)
def resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[dns.resolver.Resolver]:
    server = NameServer()
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], server.port
    monkeypatch.setattr(mail_checks, "Resolver", lambda: resolver)
    yield resolver
    server.socket.close()


def verdicts(domain: str) -> dict[str, Verdict]:
    return {check.name: check.verdict for check in external_checks.domain(f"care@{domain}")}


def test_a_domain_with_all_papers_passes_its_key_put_together_from_its_pieces() -> None:
    assert mail_checks.txt_records("k1._domainkey.whole.example") == [KEY]
    assert verdicts("whole.example") == dict.fromkeys(("SPF", "DKIM", "DMARC"), Verdict.PASS)
    assert mail_checks.domain_records("mail.whole.example").dmarc, (
        "the organisation's rule counts below it"
    )


def test_a_domain_without_papers_is_told_which_are_missing() -> None:
    assert verdicts("bare.example") == {
        "SPF": Verdict.FAIL,
        "DKIM": Verdict.WARN,
        "DMARC": Verdict.FAIL,
    }
    assert (
        mail_checks.txt_records("empty.example") == mail_checks.txt_records("nobody.example") == []
    )


def test_a_name_server_that_fails_or_is_silent_is_no_verdict(
    resolver: dns.resolver.Resolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert verdicts("broken.example") == {"mail domain": Verdict.WARN}
    monkeypatch.setattr(mail_checks, "PATIENCE", 0.3)
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind(("127.0.0.1", 0))
    resolver.port = silent.getsockname()[1]
    assert verdicts("whole.example") == {"mail domain": Verdict.WARN}
    silent.close()
