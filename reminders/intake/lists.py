"""Check a clinic's list cell by cell, then take it in as a whole or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.enrolment.terms import Enrolment, EnrolmentResult
from reminders.enrolment.treatments import enrol
from reminders.intake import waiting_rows
from reminders.intake.column_meanings import CellRemark, ColumnMeanings
from reminders.intake.list_results import CheckedList, KeyedRows, Taken, WaitingListRow
from reminders.intake.list_row import LeftOut, ListRow
from reminders.intake.rows import read_row
from reminders.intake.vanished import ask_about_vanished, days_named
from reminders.list_tables import Table
from reminders.rules import list_columns
from reminders.rules.headings import vendor_of
from reminders.rules.identity import PART
from reminders.rules.list_dates import order_of
from reminders.rules.list_shape import FARTHEST, heading_row, is_beside_the_point
from reminders.rules.name_order import family_leads
from reminders.rules.questions import NOBODY_ASKED, Answers
from reminders.rules.translation import gettext, gettext_noop
from reminders.store.queries import imports as queries
from reminders.store.tables import Clinic
from reminders.wording.library import Library

NumberedEnrolment = tuple[int, Enrolment]

NEEDED = {
    "first_name": (
        ("first_name", "name"),
        gettext_noop("No column was recognised for the client's first name, or the whole name."),
    ),
    "treated_at": (
        ("treated_at",),
        gettext_noop("No column was recognised for the day of the treatment."),
    ),
    "phone": (
        ("email", "phone"),
        gettext_noop("No column was recognised for the client's mobile number or email."),
    ),
}


def check(
    table: Table,
    name: str,
    clinic: Clinic,
    library: Library,
    now: datetime,
    where: Mapping[str, int] | None = None,
    answers: Answers = NOBODY_ASKED,
) -> CheckedList:
    """Read every row of a list for a clinic: which go in, which are left out, which are in doubt,
    and every faulty cell with its fix.

    ``name`` is the list's own name, kept as the source of consents that name none; ``where``
    says which column holds what, if somebody has corrected that; ``answers`` are what this clinic's
    people were asked before.
    """
    table = under_headings(table) if where is None else table
    columns = list_columns.all_columns(table.header, where)
    used = {place for places in columns.values() for place in places}
    checked = CheckedList(rows=len(table.rows), vendor=vendor_of(table.header))
    checked.ignored = [
        title for place, title in enumerate(table.header) if title and place not in used
    ]
    like = next(filter(None, checked.ignored), "Its heading")
    checked.faults = [
        CellRemark(
            1,
            column,
            gettext(what),
            f"Say which one does, like --columns “{like}={any_of[-1]}”, or add one.",
        )
        for column, (any_of, what) in NEEDED.items()
        if not columns.keys() & set(any_of)
    ]
    if not checked.faults:
        check_rows(_sheet(table, columns, name, clinic, library, now, answers), table.rows, checked)
    return checked


def check_rows(
    sheet: ColumnMeanings, rows: Sequence[tuple[int, Sequence[str]]], checked: CheckedList
) -> None:
    """Read rows by what their columns mean."""
    checked.meanings, checked.cells = sheet, KeyedRows(sheet, rows)
    seen: dict[object, NumberedEnrolment] = {}
    cancelled: list[NumberedEnrolment] = []
    for number, values in rows:
        row = ListRow(sheet, number, values)
        if is_beside_the_point(values, sheet.header):
            checked.cells.pass_over(number)
            checked.rows -= 1
        else:
            _check_row(row, checked, seen, cancelled)
    checked.days = days_named(sheet, checked, [*checked.good, *cancelled])
    _keep_cancelled(checked, cancelled)
    checked.good = _distinct_bookings(checked.good, sheet.answers)


def under_headings(table: Table) -> Table:
    """Return a list from its headings on, where titles stand above them."""
    place = heading_row([table.header, *(cells for _, cells in table.rows[:FARTHEST])])
    return Table(list(table.rows[place - 1][1]), table.rows[place:]) if place else table


def columns_of(
    session: Session, clinic: Clinic, header: Sequence[str], said: Sequence[str] = ()
) -> dict[str, int] | None:
    """Return which column holds what, as somebody corrected it for lists with these headings; None
    where nobody has. ``said`` are corrections like “Procedure Date=treated_at”, remembered from now
    on. Raises ``InputError``.
    """
    mark = list_columns.fingerprint(header)
    kept = queries.recall(session, clinic.id, mark)
    if not said:
        return kept
    corrected = list_columns.correct(kept or list_columns.recognise_columns(header), header, said)
    queries.remember(session, clinic.id, mark, corrected)
    return corrected


def _sheet(
    table: Table,
    columns: Mapping[str, Sequence[int]],
    name: str,
    clinic: Clinic,
    library: Library,
    now: datetime,
    answers: Answers,
) -> ColumnMeanings:
    places, names = columns["treated_at"], columns.get("name", ())[:1]
    dates = (row[place] for _, row in table.rows for place in places if place < len(row))
    return ColumnMeanings(
        name=name,
        header=table.header,
        columns=columns,
        zone=ZoneInfo(clinic.time_zone),
        country=clinic.country,
        order=order_of(dates, clinic.country),
        library=library,
        now=now,
        source=source_of(table.header),
        answers=answers,
        family_first=any(
            family_leads(table.header[at], (row[at] for _, row in table.rows if at < len(row)))
            for at in names
        ),
    )


def source_of(header: Sequence[str]) -> str:
    """Return whose list this is, whose booking numbers are its own: the vendor it is told by, else
    the set of its headings.
    """
    return vendor_of(header) or list_columns.fingerprint(header)


def _check_row(
    row: ListRow,
    checked: CheckedList,
    seen: dict[object, NumberedEnrolment],
    cancelled: list[NumberedEnrolment],
) -> None:
    enrolment = read_row(row)
    checked.faults += row.faults
    checked.notes += row.notes if enrolment is not None and not enrolment.cancelled else []
    if row.left_out is LeftOut.OTHER_SERVICE:
        checked.other_services[row.service] += 1
    if enrolment is not None and row.service:
        checked.services[row.service] = enrolment.protocol
    checked.not_taking_place += row.left_out is LeftOut.NOT_TAKING_PLACE
    checked.not_yet += row.left_out is LeftOut.NOT_YET
    if (number := row.cell("external_id")) and row.left_out in {None, LeftOut.BY_ANSWER}:
        checked.bookings.add(number)
    if row.doubts and not row.faults:
        checked.doubts.append(WaitingListRow(row.number, row.values, row.key, row.doubts[0]))
    if enrolment is None:
        return
    one = row.number, enrolment
    same, _ = _first_like(one, seen)
    if same == row.number:
        (cancelled if enrolment.cancelled else checked.good).append(one)
    else:
        again = gettext("Row %(number)s is identical. It is imported once.", number=str(same))
        checked.notes.append(CellRemark(row.number, "", again))


def _first_like(one: NumberedEnrolment, seen: dict[object, NumberedEnrolment]) -> NumberedEnrolment:
    """Return the first row that says the same, which is kept by its hash alone: of a long list, what
    all rows say would take as much room again.
    """
    told = _told(one[1])
    first = seen.setdefault(hash(told), one)
    return first if first is one or _told(first[1]) == told else seen.setdefault(told, one)


def _told(e: Enrolment) -> tuple[object, ...]:
    return (*e.identity, e.protocol, e.treated_on, e.starts, e.cancelled, e.external_id)


def _keep_cancelled(checked: CheckedList, cancelled: list[NumberedEnrolment]) -> None:
    """Cancel what does not take place, after the list has said what does: what it moves to another
    day or hour is moved by then, and stands.
    """
    meant = {_booking(e) if e.external_id else _day(e) for _, e in cancelled}
    standing = {key for _, e in checked.good for key in (_booking(e), _day(e)) if key in meant}
    checked.good += [
        (number, e)
        for number, e in cancelled
        if (_booking(e) if e.external_id else _day(e)) not in standing
    ]


def _booking(e: Enrolment) -> tuple[object, ...]:
    return e.identity, e.external_id


def _day(e: Enrolment) -> tuple[object, ...]:
    return e.identity, e.protocol, e.treated_on


def _distinct_bookings(good: list[NumberedEnrolment], answers: Answers) -> list[NumberedEnrolment]:
    """Tell the treatments of one booking's number apart: several people of one visit, or several
    days of one course.
    """
    once: set[str] = set()
    people: dict[str, set[tuple[str, str]]] = {}
    for _, e in good:
        if e.external_id in once:
            people[e.external_id] = set()
        elif e.external_id:
            once.add(e.external_id)
    if not people:
        return good
    days: dict[str, set[date]] = defaultdict(set)
    for _, e in good:
        if e.external_id in people:
            people[e.external_id].add(e.identity)
            days[e.external_id].add(e.treated_on)
    return [(number, _told_apart(e, people, days, answers)) for number, e in good]


def _told_apart(
    e: Enrolment,
    people: Mapping[str, set[tuple[str, str]]],
    days: Mapping[str, set[date]],
    answers: Answers,
) -> Enrolment:
    if e.external_id is None or e.external_id not in people:
        return e
    parts = [e.external_id]
    if len(people[e.external_id]) > 1:
        parts.append(answers.subject(*e.identity)[:8])
    if len(days[e.external_id]) > 1:
        parts.append(e.treated_on.isoformat())
    return replace(e, external_id=PART.join(parts))


def bring_in(
    session: Session,
    library: Library,
    clinic: Clinic,
    checked: CheckedList,
    now: datetime,
    progress: Callable[[int], None] = lambda _: None,
    each: Callable[[int, EnrolmentResult], None] = lambda *_: None,
    import_id: int | None = None,
) -> Taken:
    """Import the good rows of a checked list and let those in doubt wait for a person, in the
    caller's transaction; ``each`` is called with the result of every row.
    """
    taken = Taken()
    numbers = checked.numbers
    enrolments = [enrolment for _, enrolment in checked.good]
    sheet = checked.meanings
    answers = sheet.answers if sheet else NOBODY_ASKED
    for done in enrol(session, library, clinic, enrolments, now, progress, answers):
        number = numbers[id(done.enrolment)]
        taken.count(number, done)
        each(number, done)
        if done.doubt is not None:
            taken.waiting.append(checked.waits(number, done.doubt))
    waiting = [*checked.doubts, *taken.waiting]
    if sheet is not None and checked.whole:
        taken.asked += ask_about_vanished(session, clinic.id, sheet, taken, checked, now)
    if sheet is not None:
        taken.asked += waiting_rows.let_wait(
            session, clinic.id, sheet, waiting, checked, now, import_id
        )
    return taken
