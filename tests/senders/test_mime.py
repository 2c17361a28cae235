"""An email as it travels: its headers, and that it reads as the email package would have written it."""

from __future__ import annotations

import html
from dataclasses import replace
from email import message_from_bytes, message_from_string, policy
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.rules.terms import Message
from reminders.senders.mime import compose
from tests.support.emails import FROM, mail_to


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
