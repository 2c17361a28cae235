"""The command for calendar feeds: add one, remove one, and how each stands."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table as Grid

from reminders.app import App
from reminders.cli.common import AsJson, err, find_clinic, opened, out, print_json, stop
from reminders.feeds import feeds as actions
from reminders.feeds.reading import counts_of
from reminders.rules.feeds import FeedCounts, told
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext, gettext_noop
from reminders.shapes.people import Feed as FeedShape
from reminders.store.database import reading, writing
from reminders.store.queries import feeds as queries
from reminders.store.queries.audit import COMMAND_LINE
from reminders.store.tables import Feed
from reminders.wording.library import packaged
from reminders.wording.retelling import retold


def feeds(
    name: Annotated[str, typer.Argument(help="The clinic's name.")],
    add: Annotated[
        str | None,
        typer.Option(metavar="URL", help="The secret or published address of a calendar."),
    ] = None,
    remove: Annotated[
        int | None, typer.Option(metavar="ID", help="Stop reading this calendar.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the calendars that are read for a clinic; add one (it is read at once) or remove one."""
    with opened() as app:
        with reading(app.engine) as session:
            clinic = find_clinic(session, name)
        if add:
            _add(app, name, add)
        if remove is not None:
            _remove(app, clinic.id, remove)
        with reading(app.engine) as session:
            found = queries.of_clinic(session, clinic.id)
    if as_json:
        print_json([_shape(feed, clinic.name) for feed in found])
    else:
        out.print(_grid(found) if found else gettext("No calendar is read for this clinic yet."))


def _add(app: App, name: str, address: str) -> None:
    try:
        with writing(app.engine) as session:
            clinic, now = find_clinic(session, name), app.clock()
            feed = actions.add(session, app.sealing, clinic, address, COMMAND_LINE, now)
            actions.start(session, feed, COMMAND_LINE, now)
    except InputError as error:
        stop(error.problem, error.mend)
    app.feed_reader.read_now(feed.id)
    with reading(app.engine) as session:
        read = session.get_one(Feed, feed.id)
    counts = counts_of(read)
    err.print(escape(_problem(read) or (told(counts) if counts else "")))


def _problem(feed: Feed) -> str:
    return retold(packaged().root / "locale", feed.problem or "")


def _remove(app: App, clinic_id: int, feed_id: int) -> None:
    with writing(app.engine) as session:
        feed = queries.by_id(session, feed_id)
        if feed is None or feed.clinic_id != clinic_id:
            stop(
                gettext("This clinic has no calendar %(id)s.", id=str(feed_id)),
                gettext("To see them, leave out --remove."),
            )
        actions.remove(session, feed, COMMAND_LINE, app.clock())
        removed = gettext_noop("Calendar %(id)s is no longer read. The treatments it added stay.")
        err.print(gettext(removed, id=str(feed_id)))


def _shape(feed: Feed, clinic: str) -> FeedShape:
    counts = counts_of(feed) or FeedCounts()
    names = ("treatments", "questions", "unclear", "others", "unreadable")
    more = {name: getattr(counts, name) for name in names}
    return FeedShape.of(feed, clinic=clinic, **more)


def _grid(found: list[Feed]) -> Grid:
    grid = Grid(gettext("ID"), gettext("Calendar"), gettext("Last read"), gettext("Contents"))
    for feed in found:
        last = f"{feed.read_at:%Y-%m-%d %H:%M} UTC" if feed.read_at else gettext("never")
        counts = counts_of(feed)
        holds = _problem(feed) or (told(counts) if counts else gettext("not imported yet"))
        grid.add_row(str(feed.id), escape(feed.name or feed.host), last, escape(holds))
    return grid
