"""Apply the provider's delivery reports to reminders and their attempts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from reminders.delivery.settlement import DEAF
from reminders.rules.decision import Outcome
from reminders.rules.receipts import advance
from reminders.rules.terms import Status
from reminders.store.queries import consents, receipts, redactions
from reminders.store.queries.receipts import AttemptState

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Report:
    """What the provider said: of which message, by our token for the attempt where it has one, what
    its code means, and which accounts may have said it.
    """

    attempt: str
    provider_id: str
    status: str
    code: str
    meaning: Outcome | None = None
    accounts: frozenset[int | None] = frozenset({None})


class ForeignReport(Exception):  # noqa: N818 (not a fault of ours)
    """The message that a report is about left by another account."""


AGAIN_AFTER = timedelta(hours=1)
"""Before a text goes once more to a phone that was not reached (rulebook B7: 30003, 30008)."""


def record_receipt(
    session: Session, report: Report, now: datetime, *, redact: bool = False
) -> Status | None:
    """Store a report and return its reminder's new state; None for a message not ours. Once final,
    its words are redacted at the provider: with ``redact`` after a while, those of an erased client
    at once. Raises ``ForeignReport``.
    """
    of = receipts.attempt_of(session, report.attempt, report.provider_id)
    if of is not None and of.account_id not in report.accounts:
        raise ForeignReport
    reminder_id = of.reminder_id if of else None
    said = (report.provider_id, report.status, report.code or None)
    receipts.keep(session, reminder_id, *said, now)
    if of is None:
        log.warning("report about an unknown message", status=report.status)
        return None
    status = _status_after(session, of, report, now)
    if status is not of.status and receipts.prove(session, of, status, report.provider_id, now):
        log.info("reported", reminder=of.reminder_id, status=status, code=report.code or None)
    _suppress(session, of, report, now)
    erased = of.contact.startswith(consents.HASHED)
    if status in _ENDS and (redact or erased):
        due_at = now if erased else now + REDACT_AFTER
        redactions.ask(session, report.provider_id, due_at, of.account_id)
    return status


REDACT_AFTER = timedelta(days=3)
"""Before an ordinary text's words are redacted: after a restore from a backup they prove that it
was sent."""

_ENDS = {Status.DELIVERED, Status.UNDELIVERED}


def _status_after(session: Session, of: AttemptState, report: Report, now: datetime) -> Status:
    """Return a reminder's state after the reports so far. One that did not reach the phone is
    planned again; after that only a report of its arrival counts.
    """
    status = advance(of.status, receipts.reported(session, report.provider_id))
    if status is Status.UNDELIVERED and report.meaning is Outcome.UNREACHED:
        receipts.plan_again(session, of, report.provider_id, now, now + AGAIN_AFTER)
    went_again = receipts.was_replanned(session, of)
    return of.status if went_again and status is not Status.DELIVERED else status


def _suppress(session: Session, of: AttemptState, report: Report, now: datetime) -> None:
    why = report.meaning and DEAF.get(report.meaning)
    if why:
        consents.suppress(session, of.clinic_id, of.contact, why, source="provider", now=now)
