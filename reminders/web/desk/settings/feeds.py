"""The staff page of calendar feeds: whose calendars are read, what came of them, and what is wrong."""

from __future__ import annotations

from starlette.responses import Response

from reminders.feeds import feeds
from reminders.feeds.previews import preview
from reminders.feeds.reading import counts_of
from reminders.rules.feeds import told
from reminders.rules.roles import Role
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext
from reminders.store.database import reading, writing
from reminders.store.queries import feeds as queries
from reminders.store.queries import people
from reminders.store.tables import Feed
from reminders.web.desk.page import DeskRequest, desk_route

PAGE = "/clinic/feeds"


def show(request: DeskRequest) -> Response:
    """Show the clinic's calendars with how each stands, and the form to add one."""
    with reading(request.app.engine) as session:
        found = queries.of_clinic(session, request.clinic_id)
    listed = [(feed, told(counts) if (counts := counts_of(feed)) else "") for feed in found]
    return request.page("feeds.html", feeds=listed)


def add(request: DeskRequest) -> Response:
    """Read a calendar once, and show what it would bring in; it waits until somebody says so."""
    app = request.app
    try:
        with writing(app.engine) as session:
            clinic, who = people.clinic(session, request.clinic_id), request.signed_in.staff.email
            typed = request.typed("address")
            feed = feeds.add(session, app.sealing, clinic, typed, who, request.now)
        if feed.started_at is not None:
            raise InputError(  # noqa: TRY301
                gettext("This calendar has already been added."), gettext("See the list above.")
            )
        content = app.feed_reader.fetch(feed)
    except InputError as error:
        request.faults["address"] = str(error)
        _forget_unread(request)
        return show(request)
    found = preview(app.engine, app.library, feed, content, request.now)
    return request.page("feed-preview.html", feed=feed, preview=found, sentence=told(found.counts))


def _forget_unread(request: DeskRequest) -> None:
    """Keep no address that nobody has seen the calendar of."""
    with writing(request.app.engine) as session:
        for feed in queries.of_clinic(session, request.clinic_id):
            if feed.started_at is None:
                queries.remove(session, feed)


def start(request: DeskRequest) -> Response:
    """Take the calendar in, and read it from now on."""
    with writing(request.app.engine) as session:
        feed = request.row(session, Feed, lock=True)
        feeds.start(session, feed, request.signed_in.staff.email, request.now)
    request.app.feed_reader.read_now(feed.id)
    return request.redirect(PAGE, "feed-started")


def read(request: DeskRequest) -> Response:
    """Read a calendar now, whenever it is due."""
    with reading(request.app.engine) as session:
        feed = request.row(session, Feed)
    if feed.started_at is not None:
        request.app.feed_reader.read_now(feed.id)
    return request.redirect(PAGE, "feed-read")


def remove(request: DeskRequest) -> Response:
    """Read a calendar no more."""
    with writing(request.app.engine) as session:
        feed = request.row(session, Feed, lock=True)
        feeds.remove(session, feed, request.signed_in.staff.email, request.now)
    return request.redirect(PAGE, "feed-removed")


ROUTES = [
    desk_route(PAGE, show, Role.OWNER),
    desk_route(PAGE, add, Role.OWNER, "POST"),
    desk_route(PAGE + "/{id:int}/start", start, Role.OWNER, "POST"),
    desk_route(PAGE + "/{id:int}/read", read, Role.OWNER, "POST"),
    desk_route(PAGE + "/{id:int}/remove", remove, Role.OWNER, "POST"),
]
