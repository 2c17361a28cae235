"""Lists in files of every kind: how they are read, and the sentence for what is no list."""

from __future__ import annotations

from pathlib import Path

import pytest

from reminders.rules.terms import InputError
from reminders.spreadsheets import read_table, table_of
from reminders.workbooks.terms import LARGEST


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_encodings_and_dividers_of_all_programs_are_read(
    tmp_path: Path,
    encoding: str,
    mark: str,
) -> None:
    text = f"first_name{mark}phone{mark}treated_at\r\nRené{mark}07700900101{mark}2026-03-12\r\n"
    content = text.encode(encoding)
    if encoding == "utf-16-le":
        content = b"\xff\xfe" + content
    if encoding == "utf-16-be":
        content = b"\xfe\xff" + content
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    table = read_table(path)
    assert table.header == ["first_name", "phone", "treated_at"]
    assert table.rows == [(2, ["René", "07700900101", "2026-03-12"])]


@pytest.mark.parametrize(
    "before", ["", "Report, November 2026, all staff, all rooms, all services\n", "\n\nWeek 48\n\n"]
)
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_a_title_does_not_say_what_divides_the_cells(mark: str, before: str) -> None:
    lines = ("First name|Phone|Date", "Ana|07700900101|2026-03-12 10:00")
    table = table_of((before + "\n".join(lines).replace("|", mark)).encode())
    assert [*table.rows][-1][1] == ["Ana", "07700900101", "2026-03-12 10:00"]


def test_a_formula_that_keeps_a_number_s_zeros_is_that_number() -> None:
    table = table_of(b'first_name,phone\n"=""Ana""",="07700900101"\n')
    assert table.rows == [(2, ["Ana", "07700900101"])]


def test_blank_rows_are_passed_over_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('a,b\n\n,\n1,"x\ny"\n\n2,z\n', "utf-8")
    assert [number for number, _ in read_table(path).rows] == [4, 6]


@pytest.mark.parametrize(
    "content,problem",
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"<html><table><tr><td>first_name</td></tr></table></html>", "web page"),
        (b"\xef\xbb\xbf<!DOCTYPE html>", "web page"),
        (b"\x89PNG\r\n\x1a\n....", "not a spreadsheet"),
        (b"%PDF-1.7 ...", "not a spreadsheet"),
        (b"PK\x03\x04 but no workbook", "cannot be opened"),
        (b"\xd0\xcf\x11\xe0 but no workbook", "cannot be opened"),
        (b"a,b\x00\n1,2\n", "not a text file"),
        (b"a,b\n1," + b"x" * 3000, "more than 2,000 characters"),
        (b'a,b\n1,"' + b"x" * 200_000, "cannot be read"),
        (b"a," * 300 + b"a", "200 columns"),
    ],
)
def test_files_that_are_no_lists_are_refused_in_plain_words(
    tmp_path: Path,
    content: bytes,
    problem: str,
) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError) as refused:
        read_table(path)
    assert problem in str(refused.value)
    assert refused.value.mend


def test_a_hundred_megabytes_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    assert path.stat().st_size > LARGEST
    with pytest.raises(InputError, match="100 MB"):
        read_table(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be opened"):
        read_table(tmp_path / "nowhere.csv")


def test_too_many_rows_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text("a\n" + "1\n" * 100_001, "utf-8")
    with pytest.raises(InputError, match="more than 100,000 rows"):
        read_table(path)


@pytest.mark.parametrize(
    "first,mark",
    [("sep=;", ";"), ("SEP=|", "|"), ('"sep=,"', ","), ("sep=\t", "\t"), ("sep=^", "^")],
)
def test_excel_s_line_that_names_the_divider_is_believed_and_is_no_heading(
    first: str, mark: str
) -> None:
    table = table_of(f"{first}\r\nname{mark}day\r\nAna{mark}2026-03-12\r\n".encode())
    assert table.header == ["name", "day"]
    assert table.rows == [(3, ["Ana", "2026-03-12"])]


def test_a_quotation_mark_divides_nothing() -> None:
    assert table_of(b'sep="\nname,day\nAna,x\n').rows[-1] == (3, ["Ana", "x"])


def test_blank_cells_at_the_end_of_a_row_are_no_columns() -> None:
    table = table_of(b"name,day" + b"," * 500 + b"\nAna,2026-03-12" + b"," * 500)
    assert table.header == ["name", "day"]
    assert table.rows == [(2, ["Ana", "2026-03-12"])]
