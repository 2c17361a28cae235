"""The staff pages where somebody chooses what the fields of a test booking are, and what is a consent."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.intake import booking_sources
from reminders.rules.list_columns import all_columns
from reminders.rules.payloads import at_path, leaves, parse, written
from reminders.rules.payloads.generic import FIELDS, field_labels
from reminders.rules.roles import Role
from reminders.rules.terms import InputError
from reminders.rules.told_bookings import SourceKind
from reminders.rules.translation import gettext
from reminders.store.database import reading, writing
from reminders.store.queries import booking_sources as queries
from reminders.store.tables import BookingSource
from reminders.web.desk.page import DeskRequest, desk_route
from reminders.web.desk.settings.booking_deliveries import LIST, called, source_of

MOST = 300
"""Fields of one booking that can be chosen from."""

LOOKED_AT = 20
"""Of so many last deliveries the newest that can still be read is shown."""


def show(request: DeskRequest) -> Response:
    """Show the fields of the last booking that came, to say what each is."""
    with reading(request.app.engine) as session:
        source = source_of(request, session)
        body = _last_body(session, source)
    payload = parse(body.encode()) if body and source.kind is SourceKind.GENERIC else {}
    found = [(path, written(value)) for path, value in leaves(payload)][:MOST]
    chosen = booking_sources.paths_of(source)
    consents = booking_sources.consents_of(source)
    return request.page(
        "source-fields.html",
        source=source,
        called=called(source),
        fields=field_labels(),
        options=[(path, f"{value[:60]} · {_title(path)}") for path, value in found],
        chosen=chosen or _guessed(found),
        examples={name: at_path(payload, path) for name, path in chosen.items()},
        consent=consents[0] if consents else None,
    )


def _last_body(session: Session, source: BookingSource) -> str:
    came = queries.last(session, source.id, LOOKED_AT)
    return next((one.body for one in came if one.body), "")


def _title(path: str) -> str:
    return " › ".join(json.loads(path))


def _guessed(found: list[tuple[str, str]]) -> dict[str, str]:
    """Return what the fields seem to be by their names, as the columns of a list are told."""
    names = [json.loads(path)[-1] for path, _ in found]
    places = all_columns(names, None)
    guessed = {name: found[at[0]][0] for name, at in places.items() if name in FIELDS and at}
    exact = {name: path for (path, _), name in zip(found, names, strict=True) if name in FIELDS}
    return guessed | exact


def choose(request: DeskRequest) -> Response:
    """Remember what was chosen; what could not be read before is tried again by its own button."""
    paths = {name: request.typed(f"field:{name}") for name in FIELDS}
    try:
        with writing(request.app.engine) as session:
            source = source_of(request, session, lock=True)
            _check_paths(paths)
            who = request.signed_in.staff.email
            booking_sources.choose_paths(session, source, paths, who, request.now)
    except InputError as error:
        request.faults["field:external_id"] = str(error)
        return show(request)
    return request.redirect(f"{LIST}/{source.id}", "saved")


def _check_paths(paths: Mapping[str, str]) -> None:
    for path in filter(None, paths.values()):
        try:
            names = json.loads(path)
        except ValueError:
            names = None
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise InputError(
                gettext("This is not a field of the booking."), gettext("Choose one from the list.")
            )


def choose_consent(request: DeskRequest) -> Response:
    """Remember which question of the booking form is a consent, in its exact words."""
    wording = request.typed("wording")
    try:
        with writing(request.app.engine) as session:
            source = source_of(request, session, lock=True)
            own = source.kind is SourceKind.GENERIC
            question = request.typed("question") if own else wording
            if own:
                _check_paths({"question": question})
            channels = [one for one in ("sms", "email") if request.typed(f"for_{one}")]
            who = request.signed_in.staff.email
            booking_sources.choose_consent(
                session, source, question, wording, channels, who, request.now
            )
    except InputError as error:
        request.faults["wording"] = str(error)
        return show(request)
    return request.redirect(f"{LIST}/{source.id}", "saved")


ROUTES = [
    desk_route(f"{LIST}/{{id:int}}/fields", show, Role.OWNER),
    desk_route(f"{LIST}/{{id:int}}/fields", choose, Role.OWNER, "POST"),
    desk_route(f"{LIST}/{{id:int}}/consent", choose_consent, Role.OWNER, "POST"),
]
