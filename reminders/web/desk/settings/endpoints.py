"""The staff pages of events out: who is told what happens, how that fared, and telling it again."""

from __future__ import annotations

from starlette.responses import Response

from reminders.endpoints import endpoints
from reminders.endpoints.endpoints import TEST
from reminders.rules.endpoints import Outcome, PauseReason
from reminders.rules.events import EventKind
from reminders.rules.roles import Role
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext, gettext_noop
from reminders.store.database import reading, writing
from reminders.store.queries import endpoints as queries
from reminders.store.queries import people
from reminders.store.tables import Endpoint, EventDelivery
from reminders.web.desk.page import DeskRequest, desk_route

LIST = "/clinic/endpoints"

SHOWN = 50
"""How many of the last deliveries stand on the page of an endpoint."""

KINDS = {
    EventKind.REPLY_RECEIVED: gettext_noop("Reply received"),
    EventKind.REPLY_ALARM: gettext_noop("Urgent reply"),
    EventKind.CLIENT_WORRIED: gettext_noop("Worried client"),
    EventKind.CLIENT_STOPPED: gettext_noop("Client opted out"),
    EventKind.MESSAGE_UNDELIVERED: gettext_noop("Message not delivered"),
    EventKind.QUESTION_OPENED: gettext_noop("New question"),
    EventKind.CONSENT_GIVEN: gettext_noop("Consent given"),
    EventKind.TREATMENT_CHANGED: gettext_noop(
        "Treatment added, moved, cancelled or marked for attendance"
    ),
    EventKind.CLIENT_MERGED: gettext_noop("Clients merged"),
    EventKind.CLIENT_ERASED: gettext_noop("Client erased"),
}
"""The events of webhooks, as staff read them, in the order of the form."""

OUTCOMES = {
    Outcome.TAKEN: ("good", gettext_noop("Delivered")),
    Outcome.REFUSED: ("bad", gettext_noop("Rejected")),
    Outcome.AWAY: ("bad", gettext_noop("No response")),
    Outcome.UNTRUSTED: ("bad", gettext_noop("Invalid certificate")),
    Outcome.PRIVATE: ("bad", gettext_noop("Private network address")),
    Outcome.GONE: ("bad", gettext_noop("Address gone")),
}
"""The result of the last attempt: its colour, and as staff read it."""

PAUSED = {
    PauseReason.BY_HAND: gettext_noop("No events are sent until you resume."),
    PauseReason.FAILING: gettext_noop(
        "Deliveries failed for a day, so no events are sent until you resume. Check that the address still works. Waiting events are sent then."
    ),
    PauseReason.GONE: gettext_noop(
        "The address answered that it no longer accepts events (410). Remove the webhook, or resume once the address works again."
    ),
    PauseReason.LOST_KEY: gettext_noop(
        "The address cannot be read because the secret key of this installation was changed. Remove the webhook and add it again."
    ),
}


def show_all(request: DeskRequest) -> Response:
    """Show who is told what happens, and the form to add somebody."""
    with reading(request.app.engine) as session:
        found = queries.of_clinic(session, request.clinic_id)
        counts = queries.counts(session, request.clinic_id)
        taken = queries.last_taken(session, request.clinic_id)
    ticked = request.form.getlist("kinds") if request.faults else list(KINDS)[:6]
    return request.page(
        "endpoints.html",
        endpoints=found,
        fared=counts,
        taken=taken,
        kinds=_names(),
        ticked=ticked,
        words=bool(request.typed("words")),
    )


def _names() -> dict[EventKind, str]:
    return {kind: gettext(name) for kind, name in KINDS.items()}


def add(request: DeskRequest) -> Response:
    """Add an address, and show the secret that was made for it, once."""
    try:
        with writing(request.app.engine) as session:
            made = endpoints.add(
                session,
                request.app.sealing,
                people.clinic(session, request.clinic_id),
                request.typed("address"),
                _kinds(request),
                request.signed_in.staff.email,
                request.now,
                words=bool(request.typed("words")),
            )
    except InputError as error:
        about = "kinds" if error.problem == gettext(endpoints.NO_KINDS) else "address"
        request.faults[about] = str(error)
        return show_all(request)
    return _page(request, made.endpoint, made.secret)


def _kinds(request: DeskRequest) -> list[str]:
    return [str(kind) for kind in request.form.getlist("kinds")]


def show(request: DeskRequest) -> Response:
    """Show what an address is told, and how its last events fared."""
    with reading(request.app.engine) as session:
        endpoint = request.row(session, Endpoint)
    return _page(request, endpoint)


def _page(request: DeskRequest, endpoint: Endpoint, secret: str = "") -> Response:
    with reading(request.app.engine) as session:
        deliveries = queries.last(session, endpoint.id, SHOWN)
        counts = queries.counts(session, request.clinic_id).get(endpoint.id, (0, 0))
    return request.page(
        "endpoint.html",
        endpoint=endpoint,
        secret=secret,
        deliveries=deliveries,
        fared=counts,
        kinds=_names(),
        names={TEST: gettext("Test event"), **_names()},
        ticked=_kinds(request) if request.faults else endpoint.kinds.split(),
        outcomes={key: (colour, gettext(name)) for key, (colour, name) in OUTCOMES.items()},
        paused=gettext(PAUSED[endpoint.paused_for]) if endpoint.paused_for else "",
    )


def change(request: DeskRequest) -> Response:
    """Say anew what an address is told."""
    try:
        with writing(request.app.engine) as session:
            endpoint = request.row(session, Endpoint, lock=True)
            who, words = request.signed_in.staff.email, bool(request.typed("words"))
            endpoints.change(session, endpoint, _kinds(request), who, request.now, words=words)
    except InputError as error:
        request.faults["kinds"] = str(error)
        return show(request)
    return request.redirect(f"{LIST}/{endpoint.id}", "saved")


def test(request: DeskRequest) -> Response:
    """Send a test event now, and show what came of it."""
    with writing(request.app.engine) as session:
        endpoint = request.row(session, Endpoint)
        sent = endpoints.add_test(session, endpoint, request.now)
    request.app.event_sender.send_now(endpoint.id, sent.id)
    return request.redirect(f"{LIST}/{endpoint.id}", "event-tested")


def again(request: DeskRequest) -> Response:
    """Tell an event again now, under the same number."""
    with writing(request.app.engine) as session:
        delivery = request.row(session, EventDelivery, lock=True)
        endpoints.tell_again(session, delivery, request.now)
    request.app.event_sender.send_now(delivery.endpoint_id, delivery.id)
    return request.redirect(f"{LIST}/{delivery.endpoint_id}", "event-again")


def pause(request: DeskRequest) -> Response:
    """Tell an address nothing until it is resumed."""
    with writing(request.app.engine) as session:
        endpoint = request.row(session, Endpoint, lock=True)
        endpoints.pause(session, endpoint, request.signed_in.staff.email, request.now)
    return request.redirect(f"{LIST}/{endpoint.id}", "endpoint-paused")


def resume(request: DeskRequest) -> Response:
    """Tell an address again, also what happened meanwhile."""
    with writing(request.app.engine) as session:
        endpoint = request.row(session, Endpoint, lock=True)
        endpoints.resume(session, endpoint, request.signed_in.staff.email, request.now)
    return request.redirect(f"{LIST}/{endpoint.id}", "endpoint-resumed")


def remove(request: DeskRequest) -> Response:
    """Tell an address nothing any more."""
    with writing(request.app.engine) as session:
        endpoint = request.row(session, Endpoint, lock=True)
        endpoints.remove(session, endpoint, request.signed_in.staff.email, request.now)
    return request.redirect(LIST, "endpoint-removed")


ROUTES = [
    desk_route(LIST, show_all, Role.OWNER),
    desk_route(LIST, add, Role.OWNER, "POST"),
    desk_route(f"{LIST}/{{id:int}}", show, Role.OWNER),
    desk_route(f"{LIST}/{{id:int}}", change, Role.OWNER, "POST"),
    desk_route(f"{LIST}/{{id:int}}/test", test, Role.OWNER, "POST"),
    desk_route(f"{LIST}/{{id:int}}/pause", pause, Role.OWNER, "POST"),
    desk_route(f"{LIST}/{{id:int}}/resume", resume, Role.OWNER, "POST"),
    desk_route(f"{LIST}/{{id:int}}/remove", remove, Role.OWNER, "POST"),
    desk_route(f"{LIST}/deliveries/{{id:int}}/again", again, Role.OWNER, "POST"),
]
