"""Twilio's door: its signed reports about texts, taken in any order and any number of times."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import ImmutableMultiDict
from starlette.requests import Request
from starlette.responses import Response
from twilio.request_validator import RequestValidator

from reminders.app import App
from reminders.delivering import receipts
from reminders.delivering.receipts import Report
from reminders.senders.codes import CODES
from reminders.store.database import writing

log = structlog.get_logger()

LARGEST = 64 * 1024
"""Bytes; a report takes a few hundred."""

_ATTEMPT = re.compile(r"[1-9]\d{0,17}\.[0-9a-f]{1,64}")

Form = ImmutableMultiDict[str, str]


class Untrusted(Exception):  # noqa: N818 (not a fault of ours)
    """The request is not from our account at Twilio."""


async def status(request: Request) -> Response:
    """Take a status callback: 204 once it is kept, 403 unsigned, 503 while the database is away."""
    app: App = request.app.state.app
    try:
        form = await signed_form(request, app)
    except Untrusted:
        log.warning("report refused")
        return Response(status_code=403)
    try:
        await run_in_threadpool(_take, app, _report(request, form))
    except SQLAlchemyError:
        log.exception("report not kept")
        return Response(status_code=503, headers={"Retry-After": "5"})
    return Response(status_code=204)


async def signed_form(request: Request, app: App) -> Form:
    """Return what Twilio posted, once its signature over our public address is proven.

    The address is ours as configured with the path and query as they came, since hosts put
    other names and schemes before us. Raises ``Untrusted``. (twilio.com/docs/usage/security)
    """
    body = await _small_body(request)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body))
    except ValueError:
        raise Untrusted from None
    form = Form(pairs)
    token = app.settings.twilio_auth_token.get_secret_value()
    signature = request.headers.get("X-Twilio-Signature", "")
    genuine = token and RequestValidator(token).validate(_address(request, app), form, signature)
    if not genuine or form.get("AccountSid") != app.settings.twilio_account_sid:
        raise Untrusted
    return form


async def _small_body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise Untrusted
    return body


def _address(request: Request, app: App) -> str:
    path = request.scope.get("raw_path") or request.url.path.encode()
    query = request.scope["query_string"]
    sent = path.partition(b"?")[0] + (b"?" + query if query else b"")
    return app.settings.public_url + sent.decode("latin-1")


def _report(request: Request, form: Form) -> Report:
    attempt = request.query_params.get("attempt", "")
    code = form.get("ErrorCode", "")[:16]
    return Report(
        attempt=attempt if _ATTEMPT.fullmatch(attempt) else "",
        provider_id=form.get("MessageSid", "")[:64],
        status=form.get("MessageStatus", "")[:24],
        code=code,
        meaning=CODES.get(int(code)) if code.isdecimal() else None,
    )


def _take(app: App, report: Report) -> None:
    with writing(app.engine) as session:
        receipts.take(session, report, app.clock())
