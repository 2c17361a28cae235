"""Which addresses may be asked for a calendar: by https, and of the internet only."""

from __future__ import annotations

import pytest

from reminders.rules.addresses import host_of, https_address, is_public
from reminders.rules.terms import InputError


@pytest.mark.parametrize(
    "typed, asked",
    [
        ("https://cal.example/a.ics", "https://cal.example/a.ics"),
        ("  <https://cal.example/a.ics>  ", "https://cal.example/a.ics"),
        ("webcal://cal.example/a.ics", "https://cal.example/a.ics"),
        ("webcal:cal.example/a.ics", "https://cal.example/a.ics"),
        ("webcals://cal.example/a.ics", "https://cal.example/a.ics"),
        ("http://cal.example/a.ics?key=1#top", "https://cal.example/a.ics?key=1"),
        ("HTTPS://Cal.example/A.ics", "https://Cal.example/A.ics"),
        ("cal.example/a.ics", "https://cal.example/a.ics"),
        ("https://cal.example:8443/a.ics", "https://cal.example:8443/a.ics"),
    ],
)
def test_an_address_is_asked_by_https_whatever_it_was_written_as(typed: str, asked: str) -> None:
    assert https_address(typed) == asked
    assert host_of(asked) == "cal.example"


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "file:///etc/passwd", "ftp://cal.example/a", "gopher://x.example", "my calendar",
     "https://", "https:///a.ics", "https://cal.example:99999/a", "https://cal.example/a b",
     "https://user:secret@cal.example/a", "https://cal.example@10.0.0.1/", "https://localhost/a",
     "javascript:alert(1)", "https://cal.example/" + "a" * 2000, "https://[::1", "https://a\r\nb.c"],
)  # fmt: skip
def test_what_is_no_such_address_is_refused_with_what_to_do(typed: str) -> None:
    with pytest.raises(InputError, match="Copy the whole address"):
        https_address(typed)


@pytest.mark.parametrize(
    "host", ["8.8.8.8", "142.250.1.1", "2a00:1450:4009:80b::200e", "64:ff9b::8.8.8.8"]
)
def test_an_address_of_the_internet_may_be_asked(host: str) -> None:
    assert is_public(host)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
     "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
     "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1",
     "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe",
     "64:ff9b:1::10.0.0.1", "2002:7f00:1::1", "2002:a00:1::1", "2001:0:7f00:1::1", "2001:db8::1",
     "::127.0.0.1", "fec0::1", "", "cal.example", "0x7f000001", "2130706433"],
)  # fmt: skip
def test_nothing_private_and_nothing_that_only_leads_there_may(host: str) -> None:
    assert not is_public(host)
