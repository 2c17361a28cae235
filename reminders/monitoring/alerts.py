"""Send alerts to staff and the operator by email or text, each at least once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html import escape
from typing import Any

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reminders.rules.contacts import channel_of
from reminders.rules.segments import size
from reminders.rules.terms import Channel, Message
from reminders.senders import Sender, SendError
from reminders.store.database import writing
from reminders.store.queries import alerts
from reminders.store.queries.alerts import DueAlert
from reminders.wording.text_composition import written

log = structlog.get_logger()

WAITS = tuple(timedelta(minutes=minutes) for minutes in (2, 5, 15, 60, 240))
"""Before each further try; the last repeats."""

WORTH_TELLING = timedelta(days=3)
"""After so long staff know from the pages; the mail would only confuse."""

LATE = timedelta(minutes=5)
"""After so long an alert that did not leave is shown where somebody may look."""

TOGETHER = 20
"""How many are sent at a time: few enough to be done before they are due again."""

LONGEST = 12.0
"""Seconds one run may take, since stopping the worker waits for it; the rest is due again."""

SENDER_NAME = "Aftercare reminders"


def raise_alert(
    session: Session,
    clinic_id: int | None,
    kind: str,
    key: str,
    subject: str,
    body: str,
    now: datetime,
    *,
    to: str | None = None,
) -> None:
    """Alert a clinic's staff (or only ``to``), or without a clinic the operator, once for each ``key``.

    Subject and body hold no client's name or words: mail is read on many screens. A link to the
    staff's pages is added when it is sent. ``to`` is an address, or a number, which is texted.
    """
    row: dict[str, Any] = {
        "clinic_id": clinic_id,
        "kind": kind,
        "key": key,
        "subject": subject,
        "body": body,
    }
    row |= {"address": to, "raised_at": now, "due_at": now, "attempts": 0}
    alerts.add(session, row)


@dataclass(frozen=True, slots=True)
class UndeliveredAlerts:
    """Alerts that did not reach anybody: how many, the oldest since when (UTC), whether that is for
    want of an address, and by which channel they were to go.
    """

    count: int
    since: datetime
    nowhere: bool
    channel: Channel = Channel.EMAIL


def untold(
    session: Session, now: datetime, clinic_id: int | None = None
) -> list[UndeliveredAlerts]:
    """Return the alerts that could not be sent, and are shown on the pages instead."""
    found = alerts.unsent(session, now - WORTH_TELLING, now - LATE, clinic_id)
    return [UndeliveredAlerts(one.count, one.since, not one.tried, one.channel) for one in found]


class AlertSender:
    """Send what was raised: any number of workers may, and each alert is one's at a time."""

    def __init__(
        self,
        engine: Engine,
        senders: Mapping[Channel, Sender],
        clock: Callable[[], datetime],
        *,
        operator: str,
        pages_url: str,
    ) -> None:
        """Take the database, the sender of each channel, the clock, the operator's address (or none),
        and where the staff's pages are.
        """
        self._engine = engine
        self._senders = senders
        self._clock = clock
        self._operator = operator
        self._pages_url = pages_url

    def run(self) -> int:
        """Send all that is due, and return how many were taken by a provider."""
        return asyncio.run(self._run())

    async def _run(self) -> int:
        count = 0
        try:
            async with asyncio.timeout(LONGEST):
                while due := self._take():
                    count += sum(await asyncio.gather(*map(self._send_one, due)))
        except TimeoutError:
            log.warning("alerts wait for a slow provider")
        finally:
            for sender in set(self._senders.values()):
                await sender.close()
        return count

    def _take(self) -> list[DueAlert]:
        now = self._clock()
        with writing(self._engine) as session:
            return alerts.take_due(
                session,
                now,
                operator=self._operator,
                waits=WAITS,
                since=now - WORTH_TELLING,
                limit=TOGETHER,
            )

    async def _send_one(self, due: DueAlert) -> bool:
        """Send one; where it fails, or we die, it is due again by itself."""
        message = _message(due, self._pages_url)
        try:
            await self._senders[message.channel].send(message, _hand_off)
        except SendError as error:
            log.warning("alert not sent", alert=due.alert_id, why=error.outcome, code=error.code)
            return False
        except Exception:
            log.exception("alert not sent", alert=due.alert_id)
            return False
        with writing(self._engine) as session:
            alerts.sent(session, due.alert_id, self._clock())
        return True


async def _hand_off() -> float:
    """Nothing is to be asked once more: an alert may come twice, but must come."""
    return time.monotonic() + WAITS[0].total_seconds()


def _message(due: DueAlert, pages_url: str) -> Message:
    """Word an alert; its reference, and with it the Message-ID, is the same on every try."""
    email = Message(
        channel=Channel.EMAIL,
        to=due.to,
        clinic_name=SENDER_NAME,
        reply_to="",
        subject=due.subject,
        text=f"{due.body}\n\n{pages_url}\n",
        html=f'<p>{escape(due.body)}</p>\n<p><a href="{escape(pages_url)}">{escape(pages_url)}</a></p>\n',
        reference=f"alert{due.alert_id}.{due.raised_at:%Y%m%d%H%M%S%f}",
        written_at=due.raised_at,
        expires_at=due.raised_at + WORTH_TELLING,
    )
    return email if channel_of(due.to) is Channel.EMAIL else _as_text(email, due, pages_url)


def _as_text(email: Message, due: DueAlert, pages_url: str) -> Message:
    """Say it by text, in the clinic's name and as its sender."""
    text = written(f"{due.text_name}: {due.subject}. {due.body} {pages_url}")
    return replace(
        email,
        channel=Channel.SMS,
        text=text,
        segments=size(text).segments,
        html="",
        sender=due.sender.sender,
        account_id=due.sender.account_id,
    )
