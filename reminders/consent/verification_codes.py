"""Send and check the one-time codes that verify a phone number or email address."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from reminders.consent import ledger
from reminders.consent.code_limits import is_full
from reminders.links import Links
from reminders.plans import one_off_messages
from reminders.rules.code_limits import network_of
from reminders.rules.countries import block_of, region_of
from reminders.rules.terms import Channel, OneOffKind
from reminders.store.queries import join_requests
from reminders.store.tables import Client, VerificationCode

GOOD_FOR = timedelta(minutes=10)
TRIES = 5


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
    if is_full(session, client.clinic_id, channel, contact, network_address, now):
        raise TooOften
    secret = secret or f"{secrets.randbelow(10**6):06}"
    code = VerificationCode(
        clinic_id=client.clinic_id,
        purpose=purpose,
        channel=channel,
        contact=contact,
        code_hash=links.seal(purpose, secret),
        network_address=network_address,
        network=network_of(network_address),
        number_block=block_of(contact) if channel is Channel.SMS else "",
        country=region_of(contact) if channel is Channel.SMS else "",
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
