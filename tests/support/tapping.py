"""A client who taps without end, in a process of its own that may be killed: ``python -m tests.support.tapping URL``."""

from __future__ import annotations

import sys
from datetime import timedelta

from reminders.app import build
from reminders.inbox import skin_answers
from reminders.rules.skin_answers import Said
from reminders.settings import Settings
from reminders.store.database import writing
from reminders.store.queries import people
from tests.conftest import MONDAY

DAY = timedelta(days=1)


def main(url: str) -> None:
    """Tap once for each day, and say of each tap that it was accepted, once it was."""
    app = build(Settings(database_url=url))
    for number in range(1, 10_000):
        said, now = list(Said)[number % 3], MONDAY + number * DAY
        with writing(app.engine) as session:
            (client,) = people.lock(session, [1])
            treatment = next(people.treatments_of(session, [1]))
            skin_answers.tell(session, app.answers, client, treatment, said, now.date(), now)
        sys.stdout.write(f"{number} {said}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
