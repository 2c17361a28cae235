"""The record: every change can be found again, by clinic and by row, and none is lost."""

from __future__ import annotations

from sqlalchemy.orm import Session

from reminders.store.database import reading, writing
from reminders.store.queries import audit
from reminders.store.tables import Client, Clinic
from tests.conftest import MONDAY, House


def test_the_record_turns_its_pages_from_the_latest_change_back(house: House) -> None:
    with writing(house.engine) as session:
        for number in range(5):
            audit.record(session, 1, "ana", f"change {number}", Clinic, 1, MONDAY)
        audit.record(session, None, "command line", "of no clinic", Clinic, None, MONDAY)
    with reading(house.engine) as session:
        first = audit.page(session, 1, limit=3)
        second = audit.page(session, 1, before=first[-1].id, limit=3)
    assert [line.action for line in first] == ["change 4", "change 3", "change 2"]
    assert [line.action for line in second] == ["change 1", "change 0"]


def test_a_rows_own_changes_are_told_in_order_and_no_other_rows(house: House) -> None:
    with writing(house.engine) as session:
        for row in (7, 8, 7):
            audit.record(session, 1, "ana", f"changed {row}", Client, row, MONDAY)
        audit.record(session, 1, "ana", "another table's", Clinic, 7, MONDAY)
    with reading(house.engine) as session:
        assert [line.action for line in audit.of_row(session, Client, 7)] == ["changed 7"] * 2


def test_a_change_that_is_rolled_back_leaves_no_record(house: House) -> None:
    with Session(house.engine) as session:
        audit.record(session, 1, "ana", "never happened", Clinic, 1, MONDAY)
        session.flush()
        session.rollback()
    with reading(house.engine) as session:
        assert audit.page(session, 1) == []
