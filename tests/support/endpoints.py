"""A clinic with another system that is told of events, on a server that stands in for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from reminders.app import App
from reminders.endpoints import endpoints
from reminders.endpoints.messages import Post
from reminders.endpoints.posting import Answer, Poster
from reminders.endpoints.sending import EventSender
from reminders.rules.endpoints import Outcome
from reminders.rules.events import EventKind
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.tables import Endpoint, Event, EventDelivery
from tests.conftest import House
from tests.support.doubles.webhook_server import Told, WebhookServer

SAM = "sam@rosewood.example"


@dataclass
class Listener:
    """The system, and what it was told."""

    house: House
    server: WebhookServer

    def __post_init__(self) -> None:
        told_by(self.house.app, self.server.poster())

    def add(self, *kinds: str, path: str = "/a", words: bool = False, clinic: int = 0) -> int:
        """Let the system be told at a path, and return the endpoint's number."""
        app = self.house.app
        with writing(app.engine) as session:
            made = endpoints.add(
                session, app.sealing, people.clinics(session)[clinic], "https://hooks.example/x",
                kinds or list(EventKind), SAM, app.clock(), words=words,
            )  # fmt: skip
            its = app.sealing.within(f"endpoint.{made.endpoint.clinic_id}")
            made.endpoint.address = its.seal(self.server.address(path))
            self.secret = made.secret
            return made.endpoint.id

    def happens(self, kind: EventKind, client: int | None = None, **more: Any) -> None:
        """Note an event as the database does."""
        row: dict[str, Any] = {"clinic_id": 1, "row_id": 1, "happened_at": self.house.clock()}
        with writing(self.house.engine) as session:
            session.add(Event(kind=kind, client_id=client, **(row | more)))

    def tell(self, at: datetime | None = None) -> int:
        if at is not None:
            self.house.clock.now = at
        return self.house.app.event_sender.run()

    def heard(self, path: str = "/a") -> list[Told]:
        """Return what came since it was last asked."""
        came = self.server.at(path)
        self.server.got = [one for one in self.server.got if one.path != path]
        return came

    def deliveries(self) -> list[EventDelivery]:
        with reading(self.house.engine) as session:
            return list(session.scalars(select(EventDelivery).order_by(col(EventDelivery.id))))

    def outcomes(self) -> list[Outcome | None]:
        return [one.outcome for one in self.deliveries()]

    def endpoint(self, endpoint_id: int = 1) -> Endpoint:
        with reading(self.house.engine) as session:
            return session.get_one(Endpoint, endpoint_id)


@dataclass(frozen=True)
class CannedPoster(Poster):
    """Gives the same answer everywhere, the last of these, without a network."""

    answers: list[Answer] = field(default_factory=lambda: [Answer(Outcome.TAKEN, 200)])
    posts: list[Post] = field(default_factory=list)

    def post_all(self, posts: Sequence[Post]) -> list[Answer]:
        self.posts.extend(posts)
        return [self.answers[-1] for _ in posts]


def told_by(app: App, poster: Poster, *, live: bool = True) -> None:
    """Let an app tell events so."""
    parts = (app.engine, app.library, poster, app.sealing, app.clock, "https://desk.example")
    vars(app)["event_sender"] = EventSender(*parts, live=live)
