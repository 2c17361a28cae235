"""Send and check the one-time codes that verify a phone number or email address."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from sqlalchemy.orm import Session

from reminders.consent import ledger
from reminders.links import Links
from reminders.plans import one_off_messages
from reminders.rules.terms import Channel, OneOffKind
from reminders.store.queries import join_requests
from reminders.store.tables import Client, VerificationCode

GOOD_FOR = timedelta(minutes=10)
TRIES = 5
Limits = tuple[tuple[timedelta, int], ...]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TO_ONE: Limits = ((HOUR, 3), (DAY, 6))
"""How many go to one contact: nobody is pestered with codes that others asked for."""
FROM_ONE = ((HOUR, 10), (DAY, 30))
"""How many are asked for from one network address; a clinic's own Wi-Fi is one."""
FOR_CLINIC = ((HOUR, 60), (DAY, 200))
"""How many go out for one clinic: each costs money, which is what pumping fraud is after."""


class TooOften(Exception):  # noqa: N818 (nobody's fault)
    """Too many codes were sent already; nothing was sent."""


class Answer(StrEnum):
    """The result of checking a code."""

    RIGHT = "right"
    WRONG = "wrong"
    OVER = "over"  # too late, too many tries, or used


Say = Callable[[str], tuple[str, str]]
"""Word a message around a code: its text, and the subject of an email."""


def send_code(
    session: Session,
    links: Links,
    client: Client,
    channel: Channel,
    purpose: str,
    say: Say,
    now: datetime,
    *,
    network_address: str,
    secret: str | None = None,
    good_for: timedelta = GOOD_FOR,
) -> None:
    """Send a code, or another ``secret``, to a client's contact. Raises ``TooOften``."""
    contact = ledger.contact_of(client, channel)
    assert contact is not None
    _check_limits(session, client.clinic_id, contact, now, network_address)
    secret = secret or f"{secrets.randbelow(10**6):06}"
    code = VerificationCode(
        clinic_id=client.clinic_id,
        purpose=purpose,
        channel=channel,
        contact=contact,
        code_hash=links.seal(purpose, secret),
        network_address=network_address,
        requested_at=now,
        expires_at=now + good_for,
    )
    session.add(code)
    words, subject = say(secret)
    one_off_messages.write(
        session,
        client,
        channel,
        OneOffKind.CODE,
        words,
        now,
        good_for=good_for,
        subject=subject,
        urgent=True,
    )


def _check_limits(
    session: Session, clinic_id: int, contact: str, now: datetime, network_address: str
) -> None:
    counts: tuple[tuple[Limits, Callable[[datetime], int]], ...] = (
        (TO_ONE, partial(join_requests.sent_to, session, contact)),
        (FROM_ONE, partial(join_requests.requested_from, session, network_address)),
        (FOR_CLINIC, partial(join_requests.sent_for, session, clinic_id)),
    )
    for limits, count in counts:
        if any(count(now - span) >= most for span, most in limits):
            raise TooOften


def check(session: Session, links: Links, purpose: str, typed: str, now: datetime) -> Answer:
    """Check a code that was typed in; it is void after a few wrong attempts, or once used."""
    code = join_requests.code(session, purpose)
    if code is None or code.used_at or now >= code.expires_at or code.attempts >= TRIES:
        return Answer.OVER
    if not hmac.compare_digest(code.code_hash, links.seal(purpose, typed)):
        code.attempts += 1
        return Answer.WRONG
    code.used_at = now
    return Answer.RIGHT
