"""Fetching: by https from the internet alone, so much at most, and never a word of the address told."""

from __future__ import annotations

import gc
import gzip
import socket
import time
from typing import Any

import pytest

from reminders.calendars.terms import LARGEST
from reminders.feeds import fetching
from reminders.feeds.fetching import Fetcher, Validators
from reminders.rules.terms import InputError
from tests.support.calendars import event, ics
from tests.support.doubles.calendar_server import CalendarServer


def test_a_calendar_comes_as_it_is_packed_or_not(server: CalendarServer) -> None:
    server.serve(ics(event()), "/plain.ics")
    server.serve_packed(ics(event()), "/packed.ics")
    for path in ("/plain.ics", "/packed.ics"):
        assert server.fetcher().fetch(server.address(path)).content == ics(event())
    _, headers = server.asked[0]
    assert headers["Accept-Encoding"] == "gzip"
    assert not {"Cookie", "Authorization", "Referer"} & set(headers)


def test_what_has_not_changed_is_not_sent_again(server: CalendarServer) -> None:
    server.serve(ics(event()), ETag='"7"', Last_Modified="Mon, 02 Mar 2026 08:00:00 GMT")
    first = server.fetcher().fetch(server.address())
    assert first.validators == Validators('"7"', "Mon, 02 Mar 2026 08:00:00 GMT")
    again = server.fetcher().fetch(server.address(), first.validators)
    assert again.content is None
    assert again.validators == first.validators
    assert server.asked[1][1]["If-Modified-Since"] == first.validators.changed


BOMB = gzip.compress(b"0" * (10 * LARGEST))
ANSWERS: dict[str, tuple[dict[str, Any], str]] = {
    "gone": ({"body": b"", "status": 404}, "no calendar at this address any more"),
    "locked": ({"body": b"", "status": 401}, "asks for a password"),
    "forbidden": ({"body": b"", "status": 403}, "asks for a password"),
    "broken": ({"body": b"", "status": 500}, "responded with an error"),
    "busy": ({"body": b"", "status": 429}, "responded with an error"),
    "unchanged though nobody asked": ({"body": b"", "status": 304}, "responded with an error"),
    "too large": ({"body": b"0" * (LARGEST + 1)}, "too large"),
    "too large once unpacked": ({"body": BOMB, "Content_Encoding": "gzip"}, "too large"),
    "packed by half": (
        {"body": gzip.compress(ics(event()))[:-20], "Content_Encoding": "gzip"}, "was incomplete"),
    "packed, it says": ({"body": ics(event()), "Content_Encoding": "gzip"}, "was incomplete"),
    "packed in another way": ({"body": b"x", "Content_Encoding": "br"}, "unsupported compression"),
    "shorter than it says": ({"body": ics(event()), "Content_Length": "9999"}, "was incomplete"),
    "a redirect to nowhere": ({"body": b"", "status": 302}, "redirects to another one"),
    "a redirect into a network": (
        {"body": b"", "status": 302, "Location": "https://10.0.0.1/a.ics"}, "redirects to another"),
    "a redirect to a cloud's own": (
        {"body": b"", "status": 307, "Location": "http://169.254.169.254/latest"}, "redirects to"),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_every_other_answer_ends_in_a_sentence_without_the_address(
    name: str, server: CalendarServer
) -> None:
    how, problem = ANSWERS[name]
    server.serve(**how)
    with pytest.raises(InputError, match=problem) as refused:
        server.fetcher().fetch(server.address())
    assert refused.value.mend
    assert "127.0.0.1" not in str(refused.value)


def test_a_redirect_is_refused_and_never_followed(server: CalendarServer) -> None:
    server.serve(b"", status=302, Location=server.address("/b.ics"))
    server.serve(ics(event()), "/b.ics")
    with pytest.raises(InputError, match="redirects to another one"):
        server.fetcher().fetch(server.address())
    assert len(server.asked) == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_slow_server_is_not_waited_for(
    server: CalendarServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "SILENCE", 0.2)
    server.serve(ics(event()), X_Silent="yes")
    with pytest.raises(InputError, match="too long"):
        server.fetcher().fetch(server.address())
    gc.collect()  # TLS would wait half a minute for a goodbye that this server never says


def test_a_certificate_that_nobody_vouches_for_is_not_believed(server: CalendarServer) -> None:
    stranger = Fetcher(lambda _: True)
    with pytest.raises(InputError, match="invalid certificate"):
        stranger.fetch(server.address())
    assert not server.asked


def test_in_production_this_machine_is_never_asked(server: CalendarServer) -> None:
    server.serve(ics(event()))
    real = Fetcher(trusted=server.trusted)
    with pytest.raises(InputError, match="private network"):
        real.fetch(server.address())
    assert not server.asked


def test_a_name_that_leads_to_this_machine_is_refused_as_it_is_connected_to(
    server: CalendarServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it led to when somebody looked: what is looked at is what is connected to."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(InputError, match="private network"):
        Fetcher(trusted=server.trusted).fetch(f"https://cal.example:{server.port}/a.ics")
    assert not server.asked


def test_of_several_addresses_each_is_looked_at(
    server: CalendarServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def may_reach(host: str) -> bool:
        asked.append(host)
        return False

    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, server.port))
        for host in ("10.0.0.1", "127.0.0.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(InputError, match="private network"):
        Fetcher(may_reach, server.trusted).fetch("https://cal.example/a.ics")
    assert sorted(set(asked)) == ["10.0.0.1", "127.0.0.1"]


def test_several_are_fetched_at_once_and_one_that_fails_leaves_the_others(
    server: CalendarServer,
) -> None:
    server.serve(ics(event()))
    wanted = [(server.address(path), Validators()) for path in ("/a.ics", "/none.ics", "/a.ics")]
    began = time.monotonic()
    first, second, third = server.fetcher().fetch_all(wanted)
    assert first.result().content == third.result().content == ics(event())
    with pytest.raises(InputError):
        second.result()
    assert began < time.monotonic()
