"""Texts through Twilio's own client, against a double in a process of its own."""

from __future__ import annotations

import asyncio
import json
import socket
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reminders.rules.decision import Outcome
from reminders.senders import SendError, Withheld
from reminders.senders.account import TwilioAccount
from reminders.senders.sms import TwilioSender, client_for
from reminders.senders.twilio_errors import CODES
from tests.support.doubles.process import Double, running
from tests.support.doubles.twilio import KNOWN
from tests.support.texting import account, send, text

OPENAPI = Path(__file__).parents[3] / "shared" / "data" / "twilio" / "twilio_api_v2010.json"


@pytest.fixture(scope="module")
def twilio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Double]:
    with running("twilio", tmp_path_factory.mktemp("twilio") / "ledger") as double:
        yield double


def script(double: Double, *steps: dict[str, Any]) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{double.port}/_script",
        json.dumps(steps).encode(),
        {"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request).read()


def test_a_text_arrives_with_just_what_it_needs(twilio: Double) -> None:
    sid = send(account(twilio.port), text())
    seen = twilio.seen("message")[-1]
    assert seen["sid"] == sid
    assert seen["fields"] == {
        "To": "+447700900101",
        "From": "+447700900000",
        "Body": "Rosewood Skin: Ana, hello. Reply STOP to end",
        "ValidityPeriod": "18000",
        "SmartEncoded": "false",
    }


def test_a_messaging_service_takes_the_place_of_a_number(twilio: Double) -> None:
    send(account(twilio.port, sender="MG" + "1" * 32), text())
    fields = twilio.seen("message")[-1]["fields"]
    assert fields["MessagingServiceSid"] == "MG" + "1" * 32
    assert "From" not in fields


def test_what_is_withheld_at_the_last_moment_never_reaches_twilio(twilio: Double) -> None:
    async def refused() -> None:
        raise Withheld

    before = len(twilio.seen())
    with pytest.raises(Withheld):
        send(account(twilio.port), text(), refused)
    assert len(twilio.seen()) == before


@pytest.mark.parametrize("connections", ["a new one", "one that was kept"])
def test_a_text_that_was_handed_off_too_long_ago_never_leaves(
    twilio: Double, connections: str
) -> None:
    async def soon_enough() -> float:
        return time.monotonic() + 5

    async def long_ago() -> float:
        return time.monotonic() - 0.001

    async def both() -> None:
        sender = TwilioSender(account(twilio.port))
        try:
            if connections == "one that was kept":
                await sender.send(text("+447700900102"), soon_enough)
            await sender.send(text("+447700900103"), long_ago)
        finally:
            await sender.close()

    with pytest.raises(SendError) as late:
        asyncio.run(both())
    assert late.value.outcome is Outcome.KEPT
    assert "+447700900103" not in {one["fields"]["To"] for one in twilio.seen("message")}


@pytest.mark.parametrize(
    "to,outcome,code",
    [
        ("+15005550001", Outcome.INVALID, "21211"),
        ("+15005550002", Outcome.INVALID, "21612"),
        ("+15005550003", Outcome.BARRED, "21408"),
        ("+15005550004", Outcome.SUPPRESS, "21610"),
        ("+15005550009", Outcome.INVALID, "21614"),
        ("not a number", Outcome.INVALID, "21211"),
    ],
)
def test_refusals_mean_what_the_table_says(
    twilio: Double,
    to: str,
    outcome: Outcome,
    code: str,
) -> None:
    with pytest.raises(SendError) as refused:
        send(account(twilio.port), text(to))
    assert (refused.value.outcome, refused.value.code) == (outcome, code)


def test_wrong_credentials_are_our_own_fault(twilio: Double) -> None:
    with pytest.raises(SendError) as refused:
        send(account(twilio.port, password="wrong"), text())
    assert refused.value.outcome is Outcome.CONFIGURATION


@pytest.mark.parametrize(
    "step,outcome",
    [
        ({"status": 429, "body": "{}"}, Outcome.BUSY),
        ({"status": 429, "retry_after": 7}, Outcome.BUSY),
        ({"status": 500, "body": "{}"}, Outcome.AMBIGUOUS),
        ({"status": 500, "commit": True}, Outcome.AMBIGUOUS),
        ({"status": 503, "body": "<html>", "type": "text/html"}, Outcome.AMBIGUOUS),
        ({"status": 201, "body": "{}", "commit": True}, Outcome.AMBIGUOUS),
        ({"status": 201, "body": "<html>", "type": "text/html"}, Outcome.AMBIGUOUS),
        ({"status": 201, "body": "[]"}, Outcome.AMBIGUOUS),
        ({"status": 201, "body": '{"sid": null}'}, Outcome.AMBIGUOUS),
        ({"status": 302, "body": ""}, Outcome.AMBIGUOUS),
        ({"reset": True}, Outcome.AMBIGUOUS),
        ({"reset": True, "commit": True}, Outcome.AMBIGUOUS),
        ({"status": 400, "body": '{"code": 99999, "message": "new", "status": 400}'}, Outcome.REFUSED),
        ({"status": 400, "body": "{}"}, Outcome.AMBIGUOUS),
        ({"status": 404, "body": "not json"}, Outcome.CONFIGURATION),
        ({"status": 401, "body": "<html>", "type": "text/html"}, Outcome.CONFIGURATION),
        ({"status": 400, "body": '{"code": 30007, "message": "filtered"}'}, Outcome.CONTENT),
    ],
)  # fmt: skip
def test_bad_answers_are_sorted_by_what_they_prove(
    twilio: Double,
    step: dict[str, Any],
    outcome: Outcome,
) -> None:
    script(twilio, step)
    with pytest.raises(SendError) as refused:
        send(account(twilio.port), text())
    assert refused.value.outcome is outcome
    if "retry_after" in step:
        assert refused.value.retry_after == timedelta(seconds=7)


def test_silence_is_ambiguous(twilio: Double, monkeypatch: pytest.MonkeyPatch) -> None:
    import aiohttp

    from reminders.senders import sms

    monkeypatch.setattr(sms, "TIMEOUT", aiohttp.ClientTimeout(total=0.3))
    script(twilio, {"wait": 2, "commit": True, "status": 201})
    with pytest.raises(SendError) as refused:
        send(account(twilio.port), text())
    assert refused.value.outcome is Outcome.AMBIGUOUS


def test_no_connection_is_certainly_not_sent() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(SendError) as refused:
        send(account(port), text())
    assert refused.value.outcome is Outcome.BUSY


def test_one_call_is_one_request(twilio: Double) -> None:
    """No layer below us ever tries again by itself."""
    before = len(twilio.seen("message"))
    script(twilio, {"status": 500, "commit": True})
    with pytest.raises(SendError):
        send(account(twilio.port), text())
    assert len(twilio.seen("message")) == before + 1


def test_every_outcome_a_code_may_mean_is_one_of_ours() -> None:
    assert set(CODES.values()) <= set(Outcome)
    assert all(isinstance(code, int) for code in CODES)


@pytest.mark.skipif(not OPENAPI.exists(), reason="needs Twilio's description of its API beside us")
def test_what_we_send_is_what_twilio_describes() -> None:
    described = json.loads(OPENAPI.read_text("utf-8"))
    create = described["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"]["post"]
    fields = create["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    assert fields["properties"].keys() >= KNOWN


def test_what_only_lists_need_is_loaded_when_one_is_asked_for() -> None:
    of = TwilioAccount("AC1", "AC1", "secret", "+15550001111", "http://double.example")
    client = client_for(of, None)
    assert client._api is None
    assert client.api.base_url == "http://double.example"
