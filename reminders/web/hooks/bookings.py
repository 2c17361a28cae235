"""The webhook that booking systems post to: kept and taken in before the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from hashlib import sha256

import structlog
from anyio import CapacityLimiter, to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from reminders.app import App
from reminders.intake.booking_sources import FETCHED, token_hash
from reminders.intake.deliveries import Post
from reminders.intake.delivery_states import is_at_fault
from reminders.rules import payloads
from reminders.rules.booking_signatures import SignedPost, is_signed
from reminders.rules.payloads import text
from reminders.rules.told_bookings import DeliveryOutcome, SourceKind, Unfit
from reminders.store.connections import AWAY, reason
from reminders.store.database import reading, writing
from reminders.store.queries import booking_sources as queries
from reminders.store.queries import source_faults
from reminders.store.tables import BookingDelivery, BookingSource
from reminders.web.api.quota import Quota
from reminders.web.client.request_limits import Throttle
from reminders.web.desk.page import limiter_of
from reminders.web.desk.sign_in.access import address_of
from reminders.web.metrics import REJECTED

log = structlog.get_logger()

LARGEST = 256 * 1024
"""Bytes; a booking with a long form takes some ten thousand."""

PER_MINUTE = 12_000
"""Posts of one source: what a system repeats after an outage comes all at once."""

WRONG_TOKENS = 30
"""How many unknown addresses or signatures a minute one network address may try."""

QUEUE = 20
"""How many deliveries may wait to be asked about; further ones are the worker's."""

NOTED_AGAIN = timedelta(minutes=1)
"""How often it is noted that a source posts what is not believed."""

UNKNOWN = "There is nothing here. Copy the address anew from the page of the booking source."
UNSIGNED = "This is not signed with the secret of this source, or too long ago. Copy it anew."
UNPROVEN = "This source has no secret yet, so nothing of it can be believed. Paste it on its page."
SEALED = "The secret of this source cannot be read any more. Paste it again on its page."
TOO_LARGE = "This is too large. Send one booking, in at most 256 KB."


@cache
def quota_of(_: App) -> Quota:
    """Return what counts the posts of each source of an app."""
    return Quota(PER_MINUTE)


@cache
def wrong_of(_: App) -> Throttle:
    """Return what counts wrong tokens and signatures by the address they came from."""
    return Throttle(WRONG_TOKENS, 60)


@cache
def fetches_of(_: App) -> CapacityLimiter:
    """Return what lets deliveries of an app take turns in being asked about."""
    return CapacityLimiter(2)


@dataclass(frozen=True, slots=True)
class Came:
    """A post as it arrived: for which source, from which network address."""

    kind: str
    token: str
    signed: SignedPost
    sender: str


async def receive(request: Request) -> Response:
    """Take one post: 200 once it is taken in, 202 where it is kept for a person or still to be asked
    for, 4xx with a sentence for what no such system sends, 503 while the database is away, so that
    it comes again.
    """
    app: App = request.app.state.app
    raw = b""
    async for part in request.stream():
        raw += part
        if len(raw) > LARGEST:
            return _refused(413, TOO_LARGE)
    headers = {name.lower(): value for name, value in request.headers.items()}
    address = app.settings.public_url + request.url.path
    came = Came(
        request.path_params["source"],
        request.path_params["token"],
        SignedPost(headers, raw, address),
        address_of(request),
    )
    try:
        return await to_thread.run_sync(partial(_answer, app, came), limiter=limiter_of(app))
    except SQLAlchemyError as error:
        log.warning("booking not kept, the database is away", why=reason(error))
        return _refused(503, "Please try again in a minute.", {"Retry-After": "30"})


def _answer(app: App, came: Came) -> Response:
    now = app.clock()
    with reading(app.engine) as session:
        source = queries.by_hash(session, token_hash(came.token))
    if source is None or source.kind != came.kind:
        return _wrong(app, came, 404, UNKNOWN, now)
    if (allowed := quota_of(app).take(source.id, now)).left < 0:
        return _refused(429, "There were too many at once.", {"Retry-After": str(allowed.seconds)})
    return _refusal(app, source, came, now) or _kept(app, source, came, now)


def _refusal(app: App, source: BookingSource, came: Came, now: datetime) -> Response | None:
    """Return why a post is not believed; None where it is."""
    if source.secret is None:
        if source.kind is SourceKind.GENERIC:
            return None
        _note_refused(app, source, now)
        return _refused(401, UNPROVEN)
    secret = app.deliveries.sealing.opened(source.secret)
    if secret is None:
        return _refused(503, SEALED, {"Retry-After": "3600"})
    if is_signed(source.kind, came.signed, secret, now):
        return None
    _note_refused(app, source, now)
    return _wrong(app, came, 401, UNSIGNED, now)


def _note_refused(app: App, source: BookingSource, now: datetime) -> None:
    """Let the clinic see that its system posts with another secret, or still without one."""
    if source.refused_at is None or now - source.refused_at >= NOTED_AGAIN:
        with writing(app.engine) as session:
            source_faults.note_refused(session, source.id, now)


def _wrong(app: App, came: Came, status: int, sentence: str, now: datetime) -> Response:
    """Refuse what is not believed; whoever tries often is only told to stop. Nobody else is kept
    out with them, since many may come from one address.
    """
    if wrong_of(app).full(came.sender, now):
        return _refused(429, "There were too many wrong ones.", {"Retry-After": "60"})
    wrong_of(app).count(came.sender, now)
    REJECTED.labels("bookings").inc()
    return _refused(status, sentence)


def _kept(app: App, source: BookingSource, came: Came, now: datetime) -> Response:
    try:
        post = Post(came.signed.body.decode(), _event_key(source, came.signed, now))
        delivery = _received(app, source, post)
    except UnicodeDecodeError:
        return _refused(400, "This is not UTF-8 text.")
    except Unfit as error:
        return _refused(400, str(error))
    return _told(app, delivery, fetched=source.kind in FETCHED)


def _received(app: App, source: BookingSource, post: Post) -> BookingDelivery:
    """Keep a post, and take it in at once unless others are being taken in: so many at once are all
    answered soon, and taken in one after the other.
    """
    pace = app.deliveries.pace
    at_once = pace.begins()
    try:
        return app.deliveries.receive(source, post, at_once=at_once)
    finally:
        if at_once:
            pace.ends()


def _event_key(source: BookingSource, post: SignedPost, now: datetime) -> str:
    """Return what tells a repeat: the vendor's own name of the event, or the whole body. Acuity says
    the same words of two changes, so each of its posts is one.
    """
    named = post.body
    if source.kind is SourceKind.ACUITY:
        named += f"\0{now.isoformat()}".encode()
    elif source.kind is SourceKind.SQUARE:
        named = text(payloads.parse(post.body), "event_id").encode() or named
    elif source.kind is SourceKind.GENERIC and source.secret:
        named = post.header("webhook-id").encode("utf-8", "replace") or named
    return sha256(named).hexdigest()


def _told(app: App, delivery: BookingDelivery, *, fetched: bool) -> Response:
    """Answer with what became of a delivery; what failed on our side is kept, and may come again."""
    if is_at_fault(delivery):
        return _refused(503, delivery.reason, {"Retry-After": "30"})
    kept = {DeliveryOutcome.WAITING, DeliveryOutcome.UNREAD, DeliveryOutcome.FAILED}
    status = 202 if delivery.outcome in kept else 200
    said = {"outcome": delivery.outcome.value, "detail": delivery.reason, "delivery": delivery.id}
    waits = delivery.outcome is DeliveryOutcome.WAITING
    if waits and not fetched:
        app.deliveries.line.take_soon()
    later = BackgroundTask(_fetch, app, delivery.id) if waits and fetched else None
    return JSONResponse(said, status, background=later)


async def _fetch(app: App, delivery_id: int) -> None:
    """Ask for the rest at once; if this fails, dies or would have to wait long, the worker does it.
    It has places of its own, so that a vendor who hangs keeps nobody else waiting.
    """
    limiter = fetches_of(app)
    if limiter.statistics().tasks_waiting > QUEUE:
        return
    try:
        await to_thread.run_sync(app.deliveries.try_again, delivery_id, limiter=limiter)
    except AWAY as error:
        log.warning("booking waits, the database is away", why=reason(error))


def _refused(status: int, sentence: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"detail": sentence}, status, headers)


ROUTES = [Route("/hooks/bookings/{source}/{token}", receive, methods=["POST"])]
