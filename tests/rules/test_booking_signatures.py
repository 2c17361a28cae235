"""Signatures of booking systems: what each signs is believed within its time, and nothing else is."""

from __future__ import annotations

import base64
import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from reminders.rules.booking_signatures import SignedPost, is_signed
from reminders.rules.told_bookings import SourceKind

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
AT = str(int(NOW.timestamp()))
BODY = b'{"a": "\xc3\xa4"}'
ADDRESS = "https://reminders.example/hooks/bookings/square/t"
SECRET = "a-secret-that-they-share"


def hexed(words: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), words, sha256).hexdigest()


def in_base64(words: bytes, secret: bytes = SECRET.encode()) -> str:
    return base64.b64encode(hmac.new(secret, words, sha256).digest()).decode()


def standard(at: str = AT, number: str = "msg_1", key: bytes = SECRET.encode()) -> dict[str, str]:
    signature = in_base64(f"{number}.{at}.".encode() + BODY, key)
    return {
        "webhook-id": number,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,bm90aGluZw== v1,{signature}",
    }


def calendly(at: str = AT) -> dict[str, str]:
    return {"calendly-webhook-signature": f"t={at},v1={hexed(at.encode() + b'.' + BODY)}"}


GENUINE = {
    SourceKind.CALCOM: {"x-cal-signature-256": hexed(BODY)},
    SourceKind.CALENDLY: calendly(),
    SourceKind.ACUITY: {"x-acuity-signature": in_base64(BODY)},
    SourceKind.SQUARE: {"x-square-hmacsha256-signature": in_base64(ADDRESS.encode() + BODY)},
    SourceKind.GENERIC: standard(),
}
each_kind = pytest.mark.parametrize("kind", list(SourceKind))


def signed(kind: SourceKind, headers: dict[str, str], body: bytes = BODY, secret: str = SECRET, address: str = ADDRESS) -> bool:  # fmt: skip
    return is_signed(kind, SignedPost(headers, body, address), secret, NOW)


@each_kind
def test_what_is_genuine_is_believed(kind: SourceKind) -> None:
    assert signed(kind, GENUINE[kind])


@each_kind
def test_another_body_secret_or_none_is_not(kind: SourceKind) -> None:
    assert not signed(kind, GENUINE[kind], BODY + b" ")
    assert not signed(kind, GENUINE[kind], secret="another-secret-of-theirs")
    assert not signed(kind, GENUINE[kind], secret="")
    assert not signed(kind, {})


@each_kind
@pytest.mark.parametrize("value", ["", "x", "no-secret-provided", "é" * 40, "t=,v1=", "v1,", ","])
def test_nonsense_in_the_header_is_not(kind: SourceKind, value: str) -> None:
    assert not signed(kind, dict.fromkeys(GENUINE[kind], value))


def test_square_signs_the_address_too() -> None:
    other = ADDRESS.replace("/t", "/u")
    assert not signed(SourceKind.SQUARE, GENUINE[SourceKind.SQUARE], address=other)


@pytest.mark.parametrize(
    "seconds, fresh", [(0, True), (179, True), (181, False), (-179, True), (-181, False)]
)
def test_calendly_s_post_is_good_for_three_minutes(seconds: int, fresh: bool) -> None:
    at = str(int((NOW - timedelta(seconds=seconds)).timestamp()))
    assert signed(SourceKind.CALENDLY, calendly(at)) is fresh


@pytest.mark.parametrize("at", ["", "soon", "-5", "1e9", "9" * 30, "٣"])
def test_a_time_that_is_none_is_not_believed(at: str) -> None:
    assert not signed(SourceKind.CALENDLY, calendly(at))
    assert not signed(SourceKind.GENERIC, standard(at))


def test_standard_webhooks_are_good_for_five_minutes_and_need_a_number() -> None:
    old = str(int((NOW - timedelta(minutes=6)).timestamp()))
    assert not signed(SourceKind.GENERIC, standard(old))
    assert not signed(SourceKind.GENERIC, standard(number=""))


def test_the_published_example_of_standard_webhooks_is_genuine() -> None:
    """From the specification's own libraries (github.com/standard-webhooks)."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    post = SignedPost(headers, b'{"test": 2432232314}', ADDRESS)
    assert is_signed(SourceKind.GENERIC, post, secret, at)
