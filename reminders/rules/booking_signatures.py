"""Booking signatures: whether a post was signed with the secret that its sender and we share."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from binascii import Error as BadBase64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from reminders.rules.told_bookings import SourceKind

CALENDLY_WINDOW = timedelta(minutes=3)
"""How old a post of Calendly's may be (developer.calendly.com, “Webhook signatures”)."""

STANDARD_WINDOW = timedelta(minutes=5)
"""How far its time may be from ours, as libraries of Standard Webhooks have it."""


@dataclass(frozen=True, slots=True)
class SignedPost:
    """What of a post is signed: its headers by lower-case name, its raw body, and the address it came
    to as its sender knows it.
    """

    headers: Mapping[str, str]
    body: bytes
    address: str

    def header(self, name: str) -> str:
        """Return a header; empty where it is missing."""
        return self.headers.get(name, "")


def is_signed(kind: SourceKind, post: SignedPost, secret: str, now: datetime) -> bool:
    """Say whether a post was signed with this secret, in constant time; never without one."""
    return bool(secret) and SCHEMES[kind](post, secret.encode(), now)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())


def _base64(secret: bytes, words: bytes) -> str:
    return b64encode(hmac.digest(secret, words, sha256)).decode()


def _calcom(post: SignedPost, secret: bytes, _: datetime) -> bool:
    """Hex over the body (cal.com/docs, “Verifying the authenticity of the received payload”)."""
    ours = hmac.digest(secret, post.body, sha256).hex()
    return _same(post.header("x-cal-signature-256").removeprefix("sha256="), ours)


def _calendly(post: SignedPost, secret: bytes, now: datetime) -> bool:
    said = dict(
        part.strip().partition("=")[::2]
        for part in post.header("calendly-webhook-signature").split(",")
    )
    if not _is_fresh(said.get("t", ""), now, CALENDLY_WINDOW):
        return False
    ours = hmac.digest(secret, said["t"].encode() + b"." + post.body, sha256).hex()
    return _same(said.get("v1", ""), ours)


def _acuity(post: SignedPost, secret: bytes, _: datetime) -> bool:
    return _same(post.header("x-acuity-signature"), _base64(secret, post.body))


def _square(post: SignedPost, secret: bytes, _: datetime) -> bool:
    ours = _base64(secret, post.address.encode() + post.body)
    return _same(post.header("x-square-hmacsha256-signature"), ours)


def _standard(post: SignedPost, secret: bytes, now: datetime) -> bool:
    """Several signatures may stand in one header, while a secret changes (standardwebhooks.com)."""
    at, number = post.header("webhook-timestamp"), post.header("webhook-id")
    if not number or not _is_fresh(at, now, STANDARD_WINDOW):
        return False
    words = f"{number}.{at}.".encode("utf-8", "replace") + post.body
    ours = _base64(_standard_key(secret), words)
    given = [one.partition(",") for one in post.header("webhook-signature").split()]
    return any(version == "v1" and _same(signature, ours) for version, _, signature in given)


def _standard_key(secret: bytes) -> bytes:
    """Return the key of a secret, which is written in Base64; of one that is not, its letters."""
    bare = secret.removeprefix(b"whsec_")
    try:
        return b64decode(bare, validate=True)
    except BadBase64:
        return secret


def _is_fresh(seconds: str, now: datetime, window: timedelta) -> bool:
    if not (seconds.isascii() and seconds.isdecimal() and len(seconds) <= 12):
        return False
    return abs(int(seconds) - now.timestamp()) <= window.total_seconds()


SCHEMES: dict[SourceKind, Callable[[SignedPost, bytes, datetime], bool]] = {
    SourceKind.CALCOM: _calcom,
    SourceKind.CALENDLY: _calendly,
    SourceKind.ACUITY: _acuity,
    SourceKind.SQUARE: _square,
    SourceKind.GENERIC: _standard,
}
