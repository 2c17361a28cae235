"""Lists in every file a clinic may drop: encodings, dividers, titles, totals, headings and sheets."""

from __future__ import annotations

from collections.abc import Callable
from itertools import starmap

import pytest

from reminders.rules.terms import InputError
from reminders.workbooks.terms import SeveralSheetsError
from tests.conftest import House
from tests.support import workbooks
from tests.support.imports import Desk

pytestmark = pytest.mark.portable

HEAD = "First name,Last name,Mobile,Email,Service,Appointment date,SMS consent"
ANA = "Ana,Silva,07700900301,ana@mail.example,Microneedling,26/11/2026 10:00,yes"
BEA = "Bea,Hall,07700900302,bea@mail.example,Botox,26/11/2026 11:00,yes"
CY = "Cy,Moss,07700900303,cy@mail.example,SkinPen Face,30/11/2026 11:00,yes"
LIST = f"{HEAD}\n{ANA}\n{BEA}\n"
ZOE = LIST.replace("Ana", "Zoé")
POLISH = "Imię;Nazwisko;Telefon;Usługa;Data wizyty;Zgoda SMS\nŁucja;Żak;+44 7700 900301;Mezoterapia mikroigłowa;26.11.2026 10:00;tak\n"


def each(line: Callable[[int, str], str]) -> str:
    return "\n".join(starmap(line, enumerate(LIST.splitlines()))) + "\n"


TEXTS: dict[str, tuple[str | bytes, str]] = {
    "plain": (LIST, "Ana Silva"),
    # encodings
    "UTF-8 with its mark": (LIST.encode("utf-8-sig"), "Ana Silva"),
    "UTF-16 with its mark": (ZOE.encode("utf-16"), "Zoé Silva"),
    "UTF-16 without one": (ZOE.encode("utf-16-le"), "Zoé Silva"),
    "UTF-16 the other way round": (ZOE.encode("utf-16-be"), "Zoé Silva"),
    "UTF-32": (ZOE.encode("utf-32"), "Zoé Silva"),
    "Windows, the west": (ZOE.encode("cp1252"), "Zoé Silva"),
    "Windows, Poland": (POLISH.encode("cp1250"), "Łucja Żak"),
    "Latin 2": (POLISH.encode("iso8859-2"), "Łucja Żak"),
    "DOS": (ZOE.encode("cp850"), "Zoé Silva"),
    "an old Mac": (ZOE.encode("mac-roman"), "Zoé Silva"),
    "UTF-8 written twice": (ZOE.encode().decode("cp1252").encode(), "Zoé Silva"),
    # dividers
    "semicolons": (LIST.replace(",", ";"), "Ana Silva"),
    "tabs": (LIST.replace(",", "\t"), "Ana Silva"),
    "bars": (LIST.replace(",", "|"), "Ana Silva"),
    "Excel's first line": ("sep=;\n" + LIST.replace(",", ";"), "Ana Silva"),
    "Excel's first line in quotes": ('"sep=;"\r\n' + LIST.replace(",", ";"), "Ana Silva"),
    "Excel's first line, in UTF-16": (("sep=\t\n" + LIST.replace(",", "\t")).encode("utf-16"), "Ana Silva"),
    "Excel's first line behind a mark": ("\ufeffSEP=;\n" + LIST.replace(",", ";"), "Ana Silva"),
    "lines of an old Mac": (LIST.replace("\n", "\r"), "Ana Silva"),
    "everything in quotes": (each(lambda _, line: '"' + line.replace(",", '","') + '"'), "Ana Silva"),
    "numbers as formulas": (LIST.replace("07700900301", '="07700900301"'), "Ana Silva"),
    "a comma too many": (each(lambda _, line: line + ",,,"), "Ana Silva"),
    # what stands above and below
    "blank lines above": ("\n\n\n" + LIST, "Ana Silva"),
    "titles above": ("Rosewood Skin,,,\nAppointments 1 Nov - 30 Nov,,,\nPrinted: 28/11/2026 09:00,,,\n,,,\n" + LIST, "Ana Silva"),
    "a title with commas, rows with semicolons": ("All staff, all rooms, all services, all days, all clients, one, two, three\n" + LIST.replace(",", ";"), "Ana Silva"),
    "filters above": ("Date from,01/11/2026\nStatus,All\nService,All\nStaff,All\n\n" + LIST, "Ana Silva"),
    "a total below": (LIST + "Total,2,,,,,\n", "Ana Silva"),
    "a grand total below": (LIST + ",,,,,Grand total: 2,\n", "Ana Silva"),
    "a count below": (LIST + "2 appointments,,,,,,\n", "Ana Silva"),
    "who printed it, below": (LIST + '\n"Printed by Kim, 28 Nov 2026",,,,,,\nPage 1,,,,,,\n', "Ana Silva"),
    "days between": (f"{HEAD}\nThursday 26 November 2026,,,,,,\n{ANA}\nMonday 30 November 2026,,,,,,\n{CY}\n", "Ana Silva, Cy Moss"),
    "subtotals between": (f"{HEAD}\n{ANA}\nSubtotal,1,,,,,\n{CY}\nSubtotal,1,,,,,\nTotal,2,,,,,\n", "Ana Silva, Cy Moss"),
    "the headings again": (f"{LIST}{HEAD}\n{CY}\n", "Ana Silva, Cy Moss"),
    "a numbered column": (each(lambda n, line: f"{n or '#'},{line}"), "Ana Silva"),
    "a blank first column": (each(lambda _, line: f",{line}"), "Ana Silva"),
    # headings
    "loud headings": (LIST.replace(HEAD, HEAD.upper()), "Ana Silva"),
    "headings of a form": (LIST.replace(HEAD, "1. First name*,2. Last name*,3. Mobile (required):,4. Email:,5. Service:,6. Appointment date:,7. SMS consent?"), "Ana Silva"),
    "headings of two lines": (LIST.replace("Mobile", '"Mobile\nphone"'), "Ana Silva"),
    "headings of a program": (LIST.replace(HEAD, "client.firstName,client.lastName,client.mobilePhone,client.email,service_name,appointmentStartAt,smsOptIn"), "Ana Silva"),
    "a whole name": (LIST.replace("First name,Last name", "Client,Client #").replace("Ana,Silva", "Ana Silva,C-1"), "Ana Silva"),
    "a day and a time": (LIST.replace("Appointment date", "Date,Start").replace("26/11/2026 1", "26/11/2026,1"), "Ana Silva"),
}  # fmt: skip


@pytest.mark.parametrize(
    "case",
    [pytest.param(one, marks=pytest.mark.slow if n % 2 else ()) for n, one in enumerate(TEXTS)],
)
def test_a_text_file_is_read_however_it_was_written(house: House, case: str) -> None:
    content, planned = TEXTS[case]
    desk = Desk(house)
    desk.bring_in(content)
    assert not desk.checked.faults
    assert desk.planned() == set(planned.split(", "))
    assert desk.days()[0].endswith(" 26 Nov 10:00")
    assert desk.asked() == []


def sheet(*lines: str) -> str:
    return "".join(workbooks.row(*line.split(",")) for line in lines)


def ods_sheet(name: str, *lines: str) -> str:
    return workbooks.ods_table(*(workbooks.ods_row(*line.split(",")) for line in lines), name=name)


NOVEMBER, DECEMBER = sheet(HEAD, ANA), sheet(HEAD, CY)
NOTES = sheet("Call Ana on Monday")
MONTHS = {"November": "visible", "December": "visible"}

WORKBOOKS: dict[str, tuple[bytes, str | None, str]] = {
    "one sheet": (workbooks.xlsx(NOVEMBER), None, "Ana Silva"),
    "one named, though there is but one": (workbooks.xlsx(NOVEMBER), "Sheet1", "Ana Silva"),
    "an empty second sheet": (workbooks.xlsx(NOVEMBER, ""), None, "Ana Silva"),
    "an empty first sheet": (workbooks.xlsx("", NOVEMBER), None, "Ana Silva"),
    "a hidden second sheet": (
        workbooks.xlsx(NOVEMBER, NOTES, names={"List": "visible", "Notes": "hidden"}), None, "Ana Silva",
    ),
    "a sheet hidden by a program": (
        workbooks.xlsx(NOTES, NOVEMBER, names={"_x": "veryHidden", "List": "visible"}), None, "Ana Silva",
    ),
    "the second of two": (workbooks.xlsx(NOVEMBER, DECEMBER, names=MONTHS), "December", "Cy Moss"),
    "the first of two": (workbooks.xlsx(NOVEMBER, DECEMBER, names=MONTHS), "November", "Ana Silva"),
    "named in small letters": (workbooks.xlsx(NOVEMBER, DECEMBER, names=MONTHS), " december ", "Cy Moss"),
    "titles and totals": (workbooks.xlsx(sheet("Rosewood Skin", "", HEAD, ANA, "Total,1")), None, "Ana Silva"),
    "ODS": (workbooks.ods(ods_sheet("List", HEAD, ANA)), None, "Ana Silva"),
    "ODS, the second of two": (
        workbooks.ods(ods_sheet("Nov", HEAD, ANA) + ods_sheet("Dec", HEAD, CY)), "Dec", "Cy Moss",
    ),
    "XLS": (
        workbooks.xls({(n, at): cell for n, line in enumerate((HEAD, ANA)) for at, cell in enumerate(line.split(","))}),
        None, "Ana Silva",
    ),
    "XLS with a hidden sheet": (
        workbooks.xls({(n, at): cell for n, line in enumerate((HEAD, ANA)) for at, cell in enumerate(line.split(","))}, "hidden"),
        None, "Ana Silva",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WORKBOOKS)
def test_a_workbook_s_list_is_read_from_the_sheet_it_is_on(house: House, case: str) -> None:
    content, name, planned = WORKBOOKS[case]
    desk = Desk(house)
    desk.bring_in(content, sheet=name)
    assert not desk.checked.faults
    assert desk.planned() == set(planned.split(", "))


@pytest.mark.parametrize(
    "content,sheets",
    [
        (workbooks.xlsx(NOVEMBER, DECEMBER, names=MONTHS), ("November", "December")),
        (workbooks.xlsx(NOVEMBER, NOTES), ("Sheet1", "Sheet2")),
        (workbooks.xlsx(sheet(HEAD), NOVEMBER), ("Sheet1", "Sheet2")),
        (workbooks.ods(ods_sheet("Nov", HEAD, ANA) + ods_sheet("Dec", HEAD, CY)), ("Nov", "Dec")),
        (workbooks.xls({(0, 0): "First name"}, "visible"), ("List", "Other")),
    ],
    ids=["two months", "a list and a note", "a template and a list", "ODS", "XLS"],
)
def test_of_several_sheets_a_person_says_which(
    house: House, content: bytes, sheets: tuple[str, ...]
) -> None:
    with pytest.raises(SeveralSheetsError) as question:
        Desk(house).bring_in(content)
    assert question.value.sheets == sheets


@pytest.mark.parametrize(
    "content,name,problem",
    [
        (
            workbooks.xlsx(NOVEMBER, DECEMBER, names=MONTHS),
            "January",
            "no filled sheet called “January”",
        ),
        (workbooks.xlsx(NOVEMBER, NOTES, names={"List": "visible", "N": "hidden"}), "N", "“N”"),
        (workbooks.xlsx(""), None, "empty"),
        (workbooks.xlsx(NOVEMBER, "", names={"List": "hidden", "B": "visible"}), None, "empty"),
        (b"<table><tr><td>First name</td></tr></table>", None, "web page"),
        (b"", None, "empty"),
    ],
    ids=["no such sheet", "a hidden sheet", "an empty workbook", "all hidden", "HTML", "no bytes"],
)
@pytest.mark.both
def test_what_holds_no_list_is_refused_in_a_sentence(
    house: House, content: bytes, name: str | None, problem: str
) -> None:
    with pytest.raises(InputError) as refused:
        Desk(house).bring_in(content, sheet=name)
    assert problem in refused.value.problem
    assert refused.value.mend
