"""Tables of lists: their rows are what was put in, in memory and written down, and take little room."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from reminders.list_tables import Rows, Table

cells = st.lists(
    st.text(st.characters(exclude_characters="\0"), max_size=8), min_size=2, max_size=4
)
numbered = st.lists(st.tuples(st.integers(1, 1_048_576), cells), max_size=5)


@given(rows=numbered, header=cells)
def test_rows_come_out_as_they_went_in(
    rows: list[tuple[int, list[str]]], header: list[str]
) -> None:
    kept = Rows(rows)
    assert list(kept) == rows
    assert [kept[place] for place in range(len(kept))] == rows
    assert list(kept[1:3]) == rows[1:3]
    read = Table.of_text(Table(header, kept).as_text())
    assert read == Table(header, rows)


def test_a_sign_that_parts_cells_shifts_none() -> None:
    assert Rows([(2, ["Ana\0Silva", "x"]), (3, [])])[0:2] == [(2, ["Ana Silva", "x"]), (3, [])]


def test_what_was_written_down_before_rows_were_packed_is_read() -> None:
    kept = json.dumps({"header": ["name"], "rows": [[2, ["Zoë"]], [5, ["Ana"]]]})
    assert Table.of_text(kept) == Table(["name"], [(2, ["Zoë"]), (5, ["Ana"])])


def test_a_workbook_whose_sheet_is_not_chosen_is_no_table() -> None:
    assert Table.of_text('{"sheets": {}}') is None


def room_of(make: Callable[[], object]) -> int:
    """Return the bytes that something takes as long as it is kept."""
    tracemalloc.start()
    try:
        kept = make()
        gc.collect()
        return tracemalloc.get_traced_memory()[0] if kept else 0
    finally:
        tracemalloc.stop()


def test_rows_take_less_than_half_the_room_of_lists() -> None:
    def rows() -> list[tuple[int, list[str]]]:
        return [
            (n, [f"Ana {n}", "Silva", f"+4477{n}", f"{n}@x.example", f"B{n}"]) for n in range(999)
        ]

    assert room_of(lambda: Rows(rows())) < room_of(rows) / 2
