"""The staff pages of booking sources: which systems post bookings here, and how each is set up."""

from __future__ import annotations

from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.intake import booking_sources
from reminders.monitoring.open_items import REFUSED_WITHIN
from reminders.rules.roles import Role
from reminders.rules.terms import InputError
from reminders.rules.told_bookings import SourceKind
from reminders.rules.translation import gettext
from reminders.store.database import reading, writing
from reminders.store.queries import booking_sources as queries
from reminders.store.queries import people, source_faults
from reminders.store.tables import BookingSource
from reminders.web.desk.page import DeskRequest, desk_route
from reminders.web.desk.settings import booking_deliveries
from reminders.web.desk.settings.booking_deliveries import LIST, called, source_of, vendor_names

SHOWN = 10
"""How many of the last deliveries stand on the page of a source."""


def show_all(request: DeskRequest) -> Response:
    """Show the clinic's sources, each with what it sent last, and the form to add one."""
    with reading(request.app.engine) as session:
        sources = queries.of_clinic(session, request.clinic_id)
        last = queries.last_by_source(session, [one.id for one in sources])
        unread = queries.count_unread(session, request.clinic_id)
        refused = _refusing(request, session)
    return request.page(
        "sources.html",
        sources=sources,
        last=last,
        unread=unread,
        refused=refused,
        names=vendor_names(),
        called=called,
        kinds=[(kind.value, name) for kind, name in vendor_names().items()],
    )


def add(request: DeskRequest) -> Response:
    """Add a source, and show how to set it up with the secret that was made for it, once."""
    kind = request.typed("kind")
    if kind not in set(SourceKind):
        request.faults["kind"] = gettext("Choose your booking system.")
        return show_all(request)
    try:
        with writing(request.app.engine) as session:
            clinic = people.clinic(session, request.clinic_id)
            made = booking_sources.add(
                session,
                clinic,
                SourceKind(kind),
                request.typed("name"),
                request.app.deliveries.sealing,
                request.signed_in.staff.email,
                request.now,
            )
    except InputError as error:
        request.faults["name"] = str(error)
        return show_all(request)
    if not made.secret:
        return request.redirect(f"{LIST}/{made.source.id}")
    return _page(request, made.source, made.secret)


def show(request: DeskRequest) -> Response:
    """Show how a source is set up, and what it sent last."""
    with reading(request.app.engine) as session:
        source = source_of(request, session)
    return _page(request, source)


def _page(request: DeskRequest, source: BookingSource, secret: str = "") -> Response:
    sealing = request.app.deliveries.sealing
    with reading(request.app.engine) as session:
        deliveries = queries.last(session, source.id, SHOWN)
        unread = len(queries.unread(session, source.id, booking_deliveries.TOGETHER))
        refused = source.id in _refusing(request, session)
    consents = booking_sources.consents_of(source)
    return request.page(
        "source.html",
        source=source,
        vendor=vendor_names()[source.kind],
        called=called(source),
        address=booking_sources.address(request.app.settings.public_url, source, sealing),
        secret=secret,
        has_secret=sealing.opened(source.secret) is not None,
        has_key=sealing.opened(source.api_key) is not None,
        deliveries=deliveries,
        unread=unread,
        refused=refused,
        paths=booking_sources.paths_of(source),
        consent=consents[0] if consents else None,
    )


def _refusing(request: DeskRequest, session: Session) -> set[int]:
    """Return the sources that post what is not believed."""
    since = request.now - REFUSED_WITHIN
    return {one.id for one in source_faults.refusing(session, request.clinic_id, since)}


def paste(request: DeskRequest) -> Response:
    """Keep the secret and the key that were pasted, sealed; neither is shown again."""
    user, key = request.typed("user_id").strip(), request.typed("api_key").strip()
    api_key = f"{user}:{key}" if user and key else key
    try:
        with writing(request.app.engine) as session:
            source = source_of(request, session, lock=True)
            if source.kind is SourceKind.ACUITY and not (user and key):
                raise InputError(  # noqa: TRY301
                    gettext("The User ID or the API key is missing."), gettext("Acuity needs both.")
                )
            booking_sources.keep_secrets(
                session,
                source,
                request.typed("secret").strip(),
                api_key,
                request.app.deliveries.sealing,
                request.signed_in.staff.email,
                request.now,
            )
    except InputError as error:
        request.faults["secret"] = str(error)
        return show(request)
    return request.redirect(f"{LIST}/{source.id}", "saved")


def renew(request: DeskRequest) -> Response:
    """Make a new secret and show it once; the old one is worth nothing from now on."""
    with writing(request.app.engine) as session:
        source = source_of(request, session, lock=True)
        secret = booking_sources.renew_secret(
            session,
            source,
            request.app.deliveries.sealing,
            request.signed_in.staff.email,
            request.now,
        )
    return _page(request, source, secret)


def remove(request: DeskRequest) -> Response:
    """Remove a source: its address takes nothing any more."""
    with writing(request.app.engine) as session:
        source = source_of(request, session, lock=True)
        booking_sources.remove(session, source, request.signed_in.staff.email, request.now)
    return request.redirect(LIST, "source-removed")


ROUTES = [
    desk_route(LIST, show_all, Role.OWNER),
    desk_route(LIST, add, Role.OWNER, "POST"),
    desk_route(f"{LIST}/{{id:int}}", show, Role.OWNER),
    desk_route(f"{LIST}/{{id:int}}/paste", paste, Role.OWNER, "POST"),
    desk_route(f"{LIST}/{{id:int}}/secret", renew, Role.OWNER, "POST"),
    desk_route(f"{LIST}/{{id:int}}/remove", remove, Role.OWNER, "POST"),
]
