"""Take a long list in by short transactions, hidden until all of it is there."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import TypeAdapter
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reminders.enrolment import treatments
from reminders.enrolment.terms import Effect, Enrolment, EnrolmentResult
from reminders.intake import waiting_rows
from reminders.intake.list_results import CheckedList, Taken, WaitingListRow
from reminders.intake.vanished import ask_again, missing
from reminders.rules.questions import NOBODY_ASKED
from reminders.store.database import reading, writing
from reminders.store.queries import arrivals as queries
from reminders.store.queries import imports, people
from reminders.store.queries import questions as question_queries
from reminders.store.queries.common import Row
from reminders.store.queries.table_statistics import clients_counted, refresh_statistics
from reminders.store.tables import Clinic, Import, PostponedEnrolment
from reminders.wording.library import Library

COUNTED = 500
"""After so many rows, or as many as there were if those are more, and after twice as many each time,
a database is told how its tables grew."""

STEP_SECONDS = 0.2
"""How long each of them should take, so that nobody who waits for one notices: less than half of
what is promised, and no shorter, since each begins with some forty statements of its own."""

GAP_SECONDS = 0.012
"""Between two of them SQLite's one write lock is free for whoever waits, who asks for it at least
every 8 ms."""

INTERRUPTED = timedelta(minutes=2)
"""A list that has not moved for so long is not being taken in any more."""

_ENROLMENT = TypeAdapter(Enrolment)

Ending = Callable[[Session, Import], None]
"""What else is written in the transaction that lets a list appear."""


class Pace:
    """How many rows a transaction takes: as many as it has time for."""

    _ended = 0.0

    def __init__(self) -> None:
        """Begin with few."""
        self.rows = 100

    @contextmanager
    def step(self, engine: Engine) -> Iterator[Session]:
        """Open a transaction, and learn from how long it held the lock."""
        if engine.dialect.name == "sqlite":
            time.sleep(max(0.0, self._ended + GAP_SECONDS - time.monotonic()))
        with writing(engine) as session:
            session.connection()
            began = time.monotonic()
            yield session
        self._ended = time.monotonic()
        self._learn((self._ended - began) / STEP_SECONDS)
        gc.collect(1)  # it comes by itself so seldom that a long list would fill the memory

    def _learn(self, times_as_long: float) -> None:
        fits = self.rows * min(max(1 / times_as_long, 0.5), 1.5)
        self.rows = round(min(max(fits, 50), 500))


class Arrival:
    """A long list on its way in."""

    def __init__(
        self,
        engine: Engine,
        library: Library,
        checked: CheckedList,
        import_id: int,
        clock: Callable[[], datetime],
        progress: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Take a list that has been checked, and the row under which it arrives."""
        self._engine, self._library, self._checked = engine, library, checked
        self._import_id, self._clock, self._progress = import_id, clock, progress
        self._numbers = checked.numbers
        self._pace, self._taken = Pace(), Taken()
        self._came, self._counted = 0, max(COUNTED, clients_counted(engine))

    def run(self, ending: Ending = lambda *_: None, left_out: str | None = None) -> Taken:
        """Take the list in: all of it appears at once, or nothing is kept. ``left_out`` are the cells
        of rows that do not go in, to be kept with it.
        """
        try:
            for batch in treatments.batches(self._enrolments, lambda: self._pace.rows):
                self._bring(batch)
            self._let_wait()
            with self._pace.step(self._engine) as session:
                ending(session, self._appear(session, left_out))
        except BaseException:
            remove(self._engine, self._import_id, self._clock())
            raise
        while self._carry_out():
            pass
        self._end()
        return self._taken

    @property
    def _enrolments(self) -> list[Enrolment]:
        return [enrolment for _, enrolment in self._checked.good]

    def _bring(self, batch: list[Enrolment]) -> None:
        with self._pace.step(self._engine) as session:
            intake, clinic, now = self._at(session)
            sheet = self._checked.meanings
            answers = sheet.answers if sheet else NOBODY_ASKED
            done = treatments.enrol(
                session, self._library, clinic, batch, now, self._progress, answers, intake.id
            )
            now_done = [one for one in done if one.effect is not Effect.POSTPONED]
            imports.note_rows(session, self._rows(now_done))
            queries.postpone(session, self._postponed(done))
            intake.arriving_at = now
        for one in now_done:
            self._count(self._numbers[id(one.enrolment)], one)
        self._came += len(batch)
        if self._came >= self._counted:
            self._counted *= 2
            refresh_statistics(self._engine)

    def _at(self, session: Session) -> tuple[Import, Clinic, datetime]:
        intake = session.get_one(Import, self._import_id)
        return intake, people.clinic(session, intake.clinic_id), self._clock()

    def _rows(self, done: Sequence[EnrolmentResult]) -> list[Row]:
        return [
            _row(self._import_id, self._numbers[id(one.enrolment)], one)
            for one in done
            if one.client is not None
        ]

    def _postponed(self, done: Sequence[EnrolmentResult]) -> Iterator[Row]:
        for one in done:
            if one.later is not None and one.client is not None:
                number = self._numbers[id(one.enrolment)]
                kept = _ENROLMENT.dump_json(one.later).decode()
                yield (self._import_id, one.client.id, number, kept)

    def _count(self, number: int, done: EnrolmentResult) -> None:
        self._taken.count(number, done)
        if done.doubt is not None:
            self._taken.waiting.append(self._checked.waits(number, done.doubt))

    @property
    def _waiting(self) -> list[WaitingListRow]:
        return [*self._checked.doubts, *self._taken.waiting]

    def _let_wait(self) -> None:
        asked: set[int] = set()
        waiting, sheet = self._waiting, self._checked.meanings
        while waiting and sheet is not None:
            some, waiting = waiting[: self._pace.rows], waiting[self._pace.rows :]
            with self._pace.step(self._engine) as session:
                intake, clinic, now = self._at(session)
                asked |= waiting_rows.keep(session, clinic.id, sheet, some, now, intake.id)
                intake.arriving_at = now
        self._taken.asked = len(asked)

    def _appear(self, session: Session, left_out: str | None) -> Import:
        """Let the list appear, with what it says of people known before as far as there is time."""
        intake, _, now = self._at(session)
        self._count_done(carry_out(session, self._library, self._import_id, self._pace.rows, now))
        intake.arriving_at, intake.taken_at = None, now
        intake.taken, intake.cells = len(self._checked.good), left_out
        intake.left_out = len({fault.row for fault in self._checked.faults})
        return intake

    def _carry_out(self) -> int:
        with self._pace.step(self._engine) as session:
            args = (self._import_id, self._pace.rows, self._clock())
            done = carry_out(session, self._library, *args)
            self._count_done(done)
        return len(done)

    def _count_done(self, done: Sequence[tuple[int, EnrolmentResult]]) -> None:
        for number, one in done:
            self._count(number, one)

    def _end(self) -> None:
        sheet, checked, waiting = self._checked.meanings, self._checked, self._waiting
        with reading(self._engine) as session:
            _, clinic, now = self._at(session)
            keys = waiting_rows.answered(session, clinic.id, waiting, checked)
            gone = missing(session, clinic.id, sheet, self._taken, checked) if sheet else []
        with self._pace.step(self._engine) as session:
            if sheet is not None and checked.whole:
                self._taken.asked += ask_again(session, clinic.id, sheet.source, gone, now)
            waiting_rows.end_answered(session, clinic.id, keys, checked, now)


def carry_out(
    session: Session, library: Library, import_id: int, limit: int, now: datetime
) -> list[tuple[int, EnrolmentResult]]:
    """Carry out some of what a list says of people known before; return each with its row."""
    rows = queries.postponed(session, import_id, limit)
    known = people.clients_by_id(session, {row.client_id for row in rows})
    wanted = [(row.number, one) for row in rows if (one := _read(session, row)) is not None]
    del known  # read at once, so that each is found among them
    clinic = people.clinic(session, session.get_one(Import, import_id).clinic_id)
    numbers = {id(one): number for number, one in wanted}
    found = treatments.enrol(session, library, clinic, [one for _, one in wanted], now)
    done = [(numbers[id(one.enrolment)], one) for one in found]
    imports.note_rows(session, [_row(import_id, n, one) for n, one in done if one.client])
    queries.end_postponed(session, rows)
    return done


def _read(session: Session, row: PostponedEnrolment) -> Enrolment | None:
    client = people.client(session, row.client_id)
    kept = _ENROLMENT.validate_json(row.enrolment)
    return replace(kept, meant=client.id) if client and client.erased_at is None else None


def _row(import_id: int, number: int, done: EnrolmentResult) -> Row:
    assert done.client is not None
    treatment_id = done.treatment.id if done.treatment else None
    return (import_id, number, done.client.id, treatment_id, done.effect.value)


def remove(engine: Engine, import_id: int, now: datetime) -> None:
    """Take back what came of a list that is not to appear; one that has appeared stays."""
    pace, gone = Pace(), 1
    while gone:
        with pace.step(engine) as session:
            if not queries.is_arriving(session, import_id):
                return
            gone = queries.remove_some(session, import_id, pace.rows, now)
    with writing(engine) as session:
        queries.forget_list(session, import_id)
        intake = session.get_one(Import, import_id)
        question_queries.close_unneeded(session, intake.clinic_id)
        queries.take_back_questions(session, intake.clinic_id)
        intake.arriving_at = None
        if intake.cells is None:
            session.delete(intake)


def settle_interrupted(engine: Engine, library: Library, now: datetime) -> None:
    """Take back the lists whose process died before they were whole, and finish the others."""
    with reading(engine) as session:
        broken = queries.interrupted(session, now - INTERRUPTED)
        unfinished = queries.unfinished(session, now - INTERRUPTED)
    for import_id in broken:
        remove(engine, import_id, now)
    for import_id in unfinished:
        _finish(engine, library, import_id, now)


def _finish(engine: Engine, library: Library, import_id: int, now: datetime) -> None:
    pace, done = Pace(), 1
    while done:
        with pace.step(engine) as session:
            done = len(carry_out(session, library, import_id, pace.rows, now))
