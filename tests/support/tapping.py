"""A client who taps without end, in a process of its own that may be killed: ``python -m tests.support.tapping URL``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from itertools import count

from sqlalchemy import select

from reminders.app import App, build
from reminders.inbox import skin_answers
from reminders.logs import log_to
from reminders.rules.skin_answers import Said
from reminders.settings import Settings
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.tables import Alert, SkinAnswer
from tests.conftest import MONDAY

DAY = timedelta(days=1)


def taps(app: App, first: int = 1) -> Iterator[str]:
    """Tap once for each day, and say of each tap that it was accepted, once it was."""
    for number in count(first):
        said, now = list(Said)[number % 3], MONDAY + number * DAY
        with writing(app.engine) as session:
            (client,) = people.lock(session, [1])
            treatment = next(people.treatments_of(session, [1]))
            skin_answers.tell(session, app.answers, client, treatment, said, now.date(), now)
        yield f"{number} {said}\n"


def kept(app: App) -> tuple[set[str], list[int], list[int]]:
    """Return the taps that are kept, which of the answers are worries, and of which the clinic was
    alerted, once for each alert.
    """
    with reading(app.engine) as session:
        answers = session.scalars(select(SkinAnswer)).all()
        alerts = [one for one in session.scalars(select(Alert)) if one.kind == "worried"]
    told = {f"{(one.changed_at - MONDAY).days} {one.said}\n" for one in answers}
    worries = sorted(one.id for one in answers if one.worried_at)
    return told, worries, sorted(int(one.key.split(".")[1]) for one in alerts)


def main(url: str) -> None:
    """Tap until somebody kills us."""
    log_to(sys.stderr, "error")
    for accepted in taps(build(Settings(database_url=url))):
        sys.stdout.write(accepted)
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
