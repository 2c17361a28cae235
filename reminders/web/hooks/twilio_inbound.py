"""Twilio's webhook for incoming texts; each is stored and acted on before the answer."""

from __future__ import annotations

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from twilio.twiml.messaging_response import MessagingResponse

from reminders.app import App
from reminders.inbox import replies
from reminders.inbox.replies import InboundText
from reminders.rules.keywords import Kind
from reminders.senders.twilio_errors import ANSWERED_BY_TWILIO
from reminders.web.hooks.twilio_signature import Form, InvalidSignature, Signed, signed_form
from reminders.web.metrics import REJECTED

log = structlog.get_logger()

_TAKEN_FOR = {"STOP": Kind.STOP, "START": Kind.START, "HELP": Kind.HELP}
_PICTURES = 10


async def inbound(request: Request) -> Response:
    """Take a text: TwiML with the answer or without one, 403 unsigned, 503 while the database is
    away, so that Twilio tries again.
    """
    app: App = request.app.state.app
    try:
        signed = await signed_form(request, app)
        came = _inbound(signed, twilio_answers=app.settings.opt_out_replies == "twilio")
        if not came.provider_id or not came.contact:
            log.warning("text without an id or a number")
            return _twiml("")
        answer = await run_in_threadpool(app.inbound_texts.receive, came)
    except InvalidSignature:
        REJECTED.labels("twilio").inc()
        log.warning("text refused")
        return Response(status_code=403)
    except SQLAlchemyError:
        log.exception("text not kept")
        return Response(status_code=503, headers={"Retry-After": "5"})
    return _twiml(answer if app.settings.live else "")


def _inbound(signed: Signed, *, twilio_answers: bool) -> InboundText:
    form = signed.form
    to = (form.get("To", ""), form.get("MessagingServiceSid", ""))
    body = replies.storable(form.get("Body", ""))
    taken_for = _TAKEN_FOR.get(form.get("OptOutType", "").upper())
    by_default = twilio_answers and body.strip().upper() in ANSWERED_BY_TWILIO
    return InboundText(
        provider_id=form.get("MessageSid", "")[:64],
        contact=replies.storable(form.get("From", ""))[:64],
        body=body,
        media=_media(form),
        taken_for=taken_for,
        answered=taken_for is not None or by_default,
        written_to=tuple(replies.storable(one)[:64] for one in to if one),
        accounts=signed.accounts,
    )


def _media(form: Form) -> tuple[dict[str, str], ...]:
    """Return the links to pictures, for staff to open: nothing is fetched."""
    count = form.get("NumMedia", "0")
    numbers = range(min(int(count), _PICTURES) if count.isdecimal() else 0)
    return tuple(
        {"url": url, "type": form.get(f"MediaContentType{number}", "")}
        for number in numbers
        if (url := form.get(f"MediaUrl{number}", "")).startswith("https://")
    )


def _twiml(answer: str) -> Response:
    said = MessagingResponse()
    if answer:
        said.message(answer)
    return Response(str(said), media_type="text/xml")
