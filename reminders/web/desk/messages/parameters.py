"""The staff page that sets the numbers which the clinic's wording quotes."""

from __future__ import annotations

from starlette.responses import Response

from reminders.customisation import parameters
from reminders.customisation.parameters import WordingReview
from reminders.rules.parameters import Kind
from reminders.rules.protocols import Protocol
from reminders.rules.roles import Role
from reminders.rules.terms import InputError
from reminders.store.database import reading, writing
from reminders.store.queries import customisation, people
from reminders.store.queries.desk import NotAtClinic
from reminders.web.desk.page import DeskRequest, desk_route


def _protocol(request: DeskRequest) -> Protocol:
    protocols = request.app.library.protocols
    wanted = request.typed("protocol") or next(iter(protocols))
    if wanted not in protocols:
        raise NotAtClinic
    return protocols[wanted]


def show(request: DeskRequest) -> Response:
    """Show a protocol's numbers as this clinic sets them."""
    return _page(request, _protocol(request), None)


def _page(
    request: DeskRequest, protocol: Protocol, quoting: list[WordingReview] | None
) -> Response:
    with reading(request.app.engine) as session:
        ours = customisation.numbers(session, request.clinic_id).get(protocol.key, {})
    values = protocol.settle(ours).values
    return request.page(
        "parameters.html",
        protocol=protocol,
        protocols=[(p.key, p.name) for p in request.app.library.protocols.values()],
        rows=[(p, request.typed(p.key) or str(values[p.key])) for p in protocol.parameters],
        switch=Kind.SWITCH,
        quoting=quoting,
        names={m.key: m.name for m in protocol.milestones},
    )


def save(request: DeskRequest) -> Response:
    """Set the numbers, and name the clinic's own texts that quote what changed."""
    protocol = _protocol(request)
    values: dict[str, int] = {}
    for parameter in protocol.parameters:
        try:
            values[parameter.key] = parameter.read(request.typed(parameter.key))
        except InputError as error:
            request.faults[parameter.key] = str(error)
    if request.faults:
        return _page(request, protocol, None)
    with writing(request.app.engine) as session:
        clinic = people.clinic(session, request.clinic_id)
        who, library = request.signed_in.staff.email, request.app.library
        quoting = parameters.set_numbers(
            session, library, clinic, protocol, values, who, request.now
        )
    return _page(request, protocol, quoting)


ROUTES = [
    desk_route("/words/numbers", show, Role.VIEWER),
    desk_route("/words/numbers", save, Role.OWNER, "POST"),
]
