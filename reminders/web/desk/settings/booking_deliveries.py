"""The staff pages of what a booking source sent: one delivery in full, and trying it again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from urllib.parse import parse_qsl

from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.intake.booking_sources import NAMES
from reminders.rules.roles import Role
from reminders.rules.told_bookings import SourceKind
from reminders.rules.translation import ENGLISH, gettext, gettext_noop, translated_to
from reminders.store.database import reading, writing
from reminders.store.queries import booking_sources as queries
from reminders.store.queries.desk import NotAtClinic
from reminders.store.tables import BookingDelivery, BookingSource
from reminders.web.desk.page import DeskRequest, desk_route

LIST = "/clinic/sources"

TOGETHER = 50
"""How many deliveries one press of a button tries again."""


def source_of(request: DeskRequest, session: Session, *, lock: bool = False) -> BookingSource:
    """Return the source in the address; raises ``NotAtClinic``."""
    found = request.row(session, BookingSource, lock=lock)
    if found.removed_at is not None:
        raise NotAtClinic
    return found


def vendor_names() -> dict[SourceKind, str]:
    """Return what people call each kind of source."""
    return NAMES | {SourceKind.GENERIC: gettext("Other")}


def called(source: BookingSource) -> str:
    """Return the name of a source; one that nobody named has its vendor's."""
    own = source.name != NAMES[source.kind]
    return source.name if own else vendor_names()[source.kind]


def show(request: DeskRequest) -> Response:
    """Show what came, as it came, and what became of it."""
    with reading(request.app.engine) as session:
        delivery = request.row(session, BookingDelivery)
        source = request.row(session, BookingSource, delivery.source_id)
    return request.page(
        "delivery.html",
        delivery=delivery,
        source=source,
        called=called(source),
        body=_readable(delivery.body),
    )


def _readable(body: str) -> str:
    """Return a body with each value on a line of its own."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    except ValueError:
        return "\n".join(f"{name}: {value}" for name, value in parse_qsl(body))


def try_again(request: DeskRequest) -> Response:
    """Take one delivery in again, as the source is set up now."""
    with reading(request.app.engine) as session:
        delivery = request.row(session, BookingDelivery)
    _try_again(request, [delivery.id])
    _record(request, delivery.source_id)
    return request.redirect(f"/clinic/deliveries/{delivery.id}", "tried-again")


def try_all_again(request: DeskRequest) -> Response:
    """Take in again what of a source could not be taken in, in the order it came."""
    with reading(request.app.engine) as session:
        source = source_of(request, session)
        numbers = queries.unread(session, source.id, TOGETHER)
    _try_again(request, numbers)
    _record(request, source.id)
    return request.redirect(f"{LIST}/{source.id}", "tried-again")


def _try_again(request: DeskRequest, numbers: Iterable[int]) -> None:
    with translated_to(ENGLISH):  # what is kept of it is translated where it is read
        for number in numbers:
            request.app.deliveries.try_again(number, asked=True)


def _record(request: DeskRequest, source_id: int) -> None:
    with writing(request.app.engine) as session:
        request.record(session, gettext_noop("tried bookings again"), BookingSource, source_id)


ROUTES = [
    desk_route("/clinic/deliveries/{id:int}", show, Role.OWNER),
    desk_route("/clinic/deliveries/{id:int}/again", try_again, Role.OWNER, "POST"),
    desk_route(f"{LIST}/{{id:int}}/again", try_all_again, Role.OWNER, "POST"),
]
