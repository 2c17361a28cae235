"""What a spam filter thinks of every email, in SpamAssassin's own local tests."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import Message as Mail
from pathlib import Path

import pytest

from reminders.rules.terms import Channel, Discretion
from reminders.senders.mime import compose
from tests.support.emails import FROM
from tests.support.facts import FACTS
from tests.support.rendering import MILESTONES, render

HARMLESS = {"HTML_MESSAGE", "NO_RECEIVED", "NO_RELAYS"}
"""What weighs nothing: that there is HTML, and that nobody has carried it yet."""


def emails() -> dict[str, bytes]:
    """Return every milestone's email, and a discreet one, as they leave."""
    discreet = replace(FACTS, discretion=Discretion.DISCREET)
    rendered = {name: render(name, Channel.EMAIL) for name in MILESTONES}
    rendered["discreet"] = render(MILESTONES[0], Channel.EMAIL, discreet)
    return {name: compose(mail, FROM) for name, mail in rendered.items()}


@pytest.mark.skipif(not shutil.which("spamassassin"), reason="needs Debian's spamassassin")
def test_spamassassin_finds_no_fault_of_ours_in_any_email(tmp_path: Path) -> None:
    mails = emails()
    box = b"".join(
        b"From a@b Tue Mar  3 15:00:00 2026\n" + raw.replace(b"\r\n", b"\n") + b"\n"
        for raw in mails.values()
    )
    (tmp_path / "box").write_bytes(box)
    told = subprocess.run(
        ["spamassassin", "--mbox", "-L", "-t", "-p", os.devnull, str(tmp_path / "box")],
        capture_output=True,
        check=True,
        env=os.environ | {"HOME": str(tmp_path)},
    ).stdout.decode("utf-8", "replace")
    found = re.findall(
        r"X-Spam-Status: (\w+), score=(\S+) required=\S+ tests=([\w,\s]*?)autolearn", told
    )
    assert len(found) == len(mails)
    for (verdict, score, tests), name in zip(found, mails, strict=True):
        assert set(re.split(r"[,\s]+", tests.strip())) <= HARMLESS, (name, tests)
        assert (verdict, float(score) <= 0.1) == ("No", True), name


def parsed(raw: bytes) -> Mail:
    return message_from_bytes(raw, policy=policy.default)


@pytest.mark.parametrize("name", [*MILESTONES, "discreet"])
def test_the_headers_follow_the_standards_of_lists_and_machines(name: str) -> None:
    """RFC 2369 and 8058 (unsubscribing), RFC 3834 (no answers by machines), RFC 5322."""
    mail = parsed(emails()[name])
    ways = re.fullmatch(r"<(https://[!-;=?-~]+)>, <(mailto:[!-;=?-~]+)>", mail["List-Unsubscribe"])
    assert ways
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Precedence"] is None  # obsolete (RFC 3834, 3.1.8), and it is no bulk mail
    assert re.fullmatch(r"<[!-;=?-~]+@[a-z.]+>", mail["Message-ID"])
    for header in ("From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe"):
        assert len(mail.get_all(header) or []) == 1
    assert {part.get_content_type() for part in mail.walk()} == {
        "multipart/alternative", "text/plain", "text/html",
    }  # fmt: skip
    said = mail.get_body(("plain",))  # type: ignore[attr-defined]
    assert ways[1] in said.get_content()  # the link for who has no such button
