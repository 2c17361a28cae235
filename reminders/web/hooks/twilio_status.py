"""Twilio's webhook for delivery reports, accepted in any order and any number of times."""

from __future__ import annotations

import re

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from reminders.app import App
from reminders.delivery import receipts
from reminders.delivery.receipts import ForeignReport, Report
from reminders.senders.twilio_errors import CODES
from reminders.store.database import writing
from reminders.web.hooks.twilio_signature import InvalidSignature, Signed, signed_form
from reminders.web.metrics import REJECTED

log = structlog.get_logger()

_ATTEMPT = re.compile(r"[1-9]\d{0,17}\.[0-9a-f]{1,64}")


async def status(request: Request) -> Response:
    """Take a status callback: 204 once it is kept, 403 unsigned or about a message of another account,
    503 while the database is away.
    """
    app: App = request.app.state.app
    try:
        signed = await signed_form(request, app)
        if not signed.form.get("MessageSid"):
            return Response(status_code=204)  # the doctor, probing
        await run_in_threadpool(_take, app, _report(request, signed))
    except (InvalidSignature, ForeignReport):
        REJECTED.labels("twilio").inc()
        log.warning("report refused")
        return Response(status_code=403)
    except SQLAlchemyError:
        log.exception("report not kept")
        return Response(status_code=503, headers={"Retry-After": "5"})
    return Response(status_code=204)


def _report(request: Request, signed: Signed) -> Report:
    form = signed.form
    attempt = request.query_params.get("attempt", "")
    code = form.get("ErrorCode", "")[:16]
    return Report(
        attempt=attempt if _ATTEMPT.fullmatch(attempt) else "",
        provider_id=form.get("MessageSid", "")[:64],
        status=form.get("MessageStatus", "")[:24],
        code=code,
        meaning=CODES.get(int(code)) if code.isdecimal() else None,
        accounts=signed.accounts,
    )


def _take(app: App, report: Report) -> None:
    with writing(app.engine) as session:
        receipts.record_receipt(session, report, app.clock(), redact=app.settings.twilio_redact)
