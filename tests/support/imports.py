"""Lists taken in as a receptionist does, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from reminders.intake import lists
from reminders.intake.answers import answer
from reminders.intake.list_results import CheckedList, Taken
from reminders.questions import questions
from reminders.spreadsheets import read_table, table_of
from reminders.store.database import reading, writing
from reminders.store.queries import people
from tests.conftest import House

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)

PLACES = {
    "AU": "Australia/Sydney", "BR": "America/Sao_Paulo", "CA": "America/Vancouver", "DE": "Europe/Berlin",
    "ES": "Europe/Madrid", "FR": "Europe/Paris", "GB": "Europe/London", "IE": "Europe/Dublin",
    "PL": "Europe/Warsaw", "US": "America/New_York",
}  # fmt: skip
"""The zone of a clinic in each country."""


@dataclass
class Desk:
    """A clinic's desk in one country, on Friday, 27 November 2026."""

    house: House
    country: str = "GB"
    checked: CheckedList = field(default_factory=CheckedList)
    taken: Taken = field(default_factory=Taken)

    def __post_init__(self) -> None:
        self.house.clock.now = NOW
        with writing(self.house.engine) as session:
            clinic = people.clinic(session, 1)
            clinic.time_zone, clinic.country = PLACES[self.country], self.country

    def bring_in(
        self, content: str | bytes | Path, name: str = "list.csv", sheet: str | None = None
    ) -> Taken:
        """Take a list in as the command does with --good-rows."""
        if isinstance(content, Path):
            table = read_table(content, sheet)
        else:
            table = table_of(content.encode() if isinstance(content, str) else content, sheet)
        library = self.house.app.library
        with writing(self.house.engine) as session:
            clinic, known = people.clinic(session, 1), questions.answers(session, 1)
            self.checked = lists.check(table, name, clinic, library, NOW, answers=known)
            self.taken = lists.bring_in(session, library, clinic, self.checked, NOW)
        return self.taken

    def planned(self) -> set[str]:
        """Return whom any reminder of a treatment is planned for."""
        rows = self._rows(
            "SELECT DISTINCT c.first_name, c.last_name FROM client c"
            " JOIN reminder r ON r.client_id = c.id"
            " WHERE r.status = 'planned' AND r.treatment_id IS NOT NULL"
        )
        return {f"{first} {last}".strip() for first, last in rows}

    def days(self) -> list[str]:
        """Return whose treatments stand, and when: “Ana 3 Dec 10:00”."""
        with reading(self.house.engine) as session:
            clients = {client.id: client.first_name for client in people.clients_of(session, 1)}
            return sorted(
                f"{clients[t.client_id]} {t.treated_on.day} {t.treated_on:%b} {t.starts:%H:%M}"
                for t in people.treatments_of(session, clients)
                if t.cancelled_at is None
            )

    def clients(self) -> int:
        return int(self._rows("SELECT count(*) FROM client")[0][0])

    def questions(self) -> list[questions.OpenQuestion]:
        with reading(self.house.engine) as session:
            return questions.open_questions(session)

    def asked(self) -> list[str]:
        """Return of what kinds the open questions are."""
        return sorted(one.kind.value for one in self.questions())

    def answer(self, question_id: int, choice: str) -> Taken:
        with writing(self.house.engine) as session:
            return answer(session, self.house.app.library, question_id, choice, "Sam", NOW)

    def _rows(self, sql: str) -> list[tuple[str, ...]]:
        with reading(self.house.engine) as session:
            return [tuple(row) for row in session.execute(text(sql))]
