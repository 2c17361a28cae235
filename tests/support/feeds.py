"""A clinic with a calendar of its own, on a server that stands in for its calendar's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from reminders.app import App
from reminders.feeds import feeds
from reminders.feeds.fetching import Answer, Fetched, Fetcher, Validators
from reminders.feeds.reading import FeedReader, counts_of
from reminders.rules.feeds import FeedCounts, told
from reminders.store.database import reading, writing
from reminders.store.queries import feeds as queries
from reminders.store.queries import people
from reminders.store.tables import Feed, Question, Treatment
from tests.conftest import House
from tests.support.calendars import ics
from tests.support.doubles.calendar_server import CalendarServer

ANA = "ATTENDEE;CN=Ana Costa:mailto:ana@mail.example"


@dataclass
class Diary:
    """The calendar, and what came of it."""

    house: House
    server: CalendarServer
    feed_id: int = 0

    def __post_init__(self) -> None:
        read_by(self.house.app, self.server.fetcher())

    def add(self, path: str = "/a.ics") -> int:
        app = self.house.app
        with writing(app.engine) as session:
            clinic = people.clinics(session)[0]
            address = self.server.address(path)
            feed = feeds.add(
                session, app.sealing, clinic, address, "sam@rosewood.example", app.clock()
            )
            feeds.start(session, feed, "sam@rosewood.example", app.clock())
            self.feed_id = feed.id
        return self.feed_id

    def hold(self, *events: str) -> None:
        self.server.serve(ics(*events))

    def read(self, *events: str) -> str:
        """Let the calendar hold these events, read it, and return what is told of it."""
        self.hold(*events)
        return self.read_again()

    def read_again(self) -> str:
        if not self.feed_id:
            self.add()
        self.house.app.feed_reader.read_now(self.feed_id)
        return self.state()

    def state(self) -> str:
        feed = self.feed()
        return feed.problem or told(counts_of(feed) or FeedCounts())

    def feed(self) -> Feed:
        with reading(self.house.engine) as session:
            found = queries.by_id(session, self.feed_id)
            assert found is not None
            return found

    def treatments(self) -> list[str]:
        """Return the treatments, those cancelled crossed out."""
        with reading(self.house.engine) as session:
            found = session.scalars(select(Treatment).order_by(Treatment.id))  # type: ignore[arg-type]
            return [
                f"{t.treated_on:%m-%d} {t.starts:%H:%M}{' x' if t.cancelled_at else ''}"
                for t in found
            ]

    def clients(self) -> list[str]:
        with reading(self.house.engine) as session:
            return [f"{c.first_name} {c.last_name}".strip() for c in people.clients_of(session)]

    def questions(self) -> list[Question]:
        with reading(self.house.engine) as session:
            open_ones = select(Question).where(Question.answered_at.is_(None))  # type: ignore[union-attr]
            return list(session.scalars(open_ones.order_by(Question.id)))  # type: ignore[arg-type]


@dataclass
class CannedFetcher(Fetcher):
    """Fetches the same from everywhere, without a network."""

    content: bytes = b""

    def fetch(self, address: str, known: Validators = Validators()) -> Fetched:  # noqa: B008 (frozen)
        return Fetched(self.content, Validators())

    def fetch_all(self, wanted: Sequence[tuple[str, Validators]]) -> list[Answer]:
        return [Answer(Fetched(self.content, Validators())) for _ in wanted]


def read_by(app: App, fetcher: Fetcher) -> None:
    """Let an app fetch calendars so."""
    parts = (app.engine, app.library, fetcher, app.sealing, app.clock)
    vars(app)["feed_reader"] = FeedReader(*parts)
