"""A long list goes in by short transactions, and yet as a whole or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from reminders.consent import ledger
from reminders.intake import arrivals, imports, lists
from reminders.intake.arrivals import Pace, settle_interrupted
from reminders.intake.list_results import CheckedList
from reminders.list_tables import Table
from reminders.rules.terms import Act, Channel, Status
from reminders.store.database import reading, writing
from reminders.store.queries import consents, desk, events, overview, people
from tests.conftest import BOTH, House, ana
from tests.support.lists import arrive

pytestmark = pytest.mark.portable

HEADER = ("first_name", "last_name", "phone", "treated_at", "sms_consent", "booking_id")
ALL = (
    "client",
    "treatment",
    "reminder",
    "consent",
    "one_off_message",
    "waiting_row",
    "question",
    "event",
)
TODAY = date(2026, 3, 2)

Hook = Callable[[int], None]


class KilledError(BaseException):
    """A process died here."""


@pytest.fixture
def each_step(monkeypatch: pytest.MonkeyPatch) -> Callable[[Hook], None]:
    """Let a list go in by a row at a time, and something else happen between two of them."""
    hooks: list[Hook] = []
    step = Pace.step

    @contextmanager
    def watched(pace: Pace, engine: Engine) -> Iterator[Session]:
        with step(pace, engine) as session:
            yield session
        for hook in list(hooks):
            count[0] += 1
            hooks.clear()  # what a hook does, and what follows its failure, is not watched
            hook(count[0])
            hooks.append(hook)

    count = [0]
    monkeypatch.setattr(Pace, "__init__", lambda pace: setattr(pace, "rows", 1))
    monkeypatch.setattr(Pace, "_learn", lambda *_: None)
    monkeypatch.setattr(Pace, "step", watched)
    monkeypatch.setattr(arrivals, "GAP_SECONDS", 0)
    return hooks.append


def row(number: int, name: str = "", on: date = TODAY) -> list[str]:
    phone = f"+4477009002{number:02}"
    return [
        name or f"Ana{'abcdefghijklmnop'[number]}",
        "Silva",
        phone,
        str(on),
        "yes",
        f"B{number}",
    ]


def read(house: House, *rows: list[str]) -> CheckedList:
    table = Table(list(HEADER), list(enumerate(rows, 2)))
    with reading(house.engine) as session:
        clinic = people.clinic(session, 1)
        return lists.check(table, "list", clinic, house.app.library, house.clock())


def counts(house: House) -> dict[str, int]:
    """Count what really stands in the database."""
    with house.engine.connect() as connection:
        return {t: connection.execute(text(f"SELECT count(*) FROM {t}")).scalar_one() for t in ALL}


def seen(house: House) -> tuple[int, int, int]:
    """Count the clients, found clients and reminders that staff see."""
    with reading(house.engine) as session:
        found = desk.clients_called(session, 1, "ana")
        reminders = sum(count for _, _, count in overview.counts(session))
        return len(people.clients_of(session)), len(found), reminders


def test_nobody_sees_a_list_and_nothing_of_it_leaves_before_it_is_whole(
    house: House, each_step: Callable[[Hook], None]
) -> None:
    house.clock.now += timedelta(hours=4)  # texts may leave
    saw: list[tuple[int, int, int]] = []
    sent: list[int] = []

    def look(number: int) -> None:
        saw.append(seen(house))
        phone = f"+4477009003{number:02}"
        bea = ana(TODAY, first_name="Bea", phone=phone, email=None)
        house.enrol(bea, welcomed=False)  # somebody else has something due, too
        house.tick()
        sent.append(len(house.left()))

    each_step(look)
    taken = arrive(house, read(house, *map(row, range(5))))
    assert taken.effects == {"added": 5}
    assert [found for _, found, _ in saw] == [0] * 5 + [5] * 3
    assert [clients for clients, _, _ in saw] == [0, 1, 2, 3, 4, 10, 11, 12]
    assert sent[:5] == [1, 2, 3, 4, 5]  # only theirs
    assert sent[5] == 11  # the welcome texts, at once


def test_a_list_that_fails_halfway_leaves_nothing_behind(
    house: House, each_step: Callable[[Hook], None]
) -> None:
    def fail(number: int) -> None:
        if number == 4:
            msg = "disk full"
            raise OSError(msg)

    before = counts(house)
    each_step(fail)
    with pytest.raises(OSError, match="disk full"):
        arrive(house, read(house, *map(row, range(6)), row(7, "Ana (VIP)")))
    assert counts(house) == before
    assert seen(house) == (0, 0, 0)


def test_a_list_whose_process_dies_halfway_is_taken_back_and_can_come_again(
    house: House, each_step: Callable[[Hook], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(number: int) -> None:
        if number == 4:
            raise KilledError

    each_step(die)
    monkeypatch.setattr(arrivals, "remove", lambda *_: None)  # dead processes tidy nothing
    with pytest.raises(KilledError):
        arrive(house, read(house, *map(row, range(6))))
    monkeypatch.undo()
    assert counts(house)["client"] > 0
    settle_interrupted(house.engine, house.app.library, house.clock())
    assert counts(house)["client"] > 0, "it may be alive still"
    house.clock.now += timedelta(minutes=3)
    settle_interrupted(house.engine, house.app.library, house.clock())
    assert not any(counts(house).values())
    assert arrive(house, read(house, *map(row, range(6)))).effects == {"added": 6}
    assert seen(house)[0] == 6


def test_what_a_list_says_of_people_known_before_is_seen_only_with_the_rest(
    house: House, each_step: Callable[[Hook], None]
) -> None:
    days = [TODAY + timedelta(days=3), TODAY + timedelta(days=60)]
    arrive(house, read(house, *(row(n, on=days[0]) for n in range(3))))
    moved: list[set[date]] = []

    def look(_: int) -> None:
        with reading(house.engine) as session:
            told = people.treatments_of(session, [c.id for c in people.clients_of(session)])
            moved.append({t.treated_on for t in told})

    each_step(look)
    later = [row(n, on=days[0] + timedelta(days=2)) for n in range(3)]
    more = [[*row(n, on=days[1])[:5], f"C{n}"] for n in range(3)]
    taken = arrive(house, read(house, *later, *more, row(9)))
    assert taken.effects == {"moved": 3, "added": 4}
    assert moved[0] == {days[0]}
    assert all(one == {days[0]} for one in moved[:3])
    assert moved[-1] == {days[0] + timedelta(days=2), days[1], TODAY}


def test_a_list_that_dies_after_it_appeared_is_finished_by_the_next_pass(
    house: House, each_step: Callable[[Hook], None]
) -> None:
    on = TODAY + timedelta(days=3)
    arrive(house, read(house, *(row(n, on=on) for n in range(4))))

    def die(_: int) -> None:
        with house.engine.connect() as connection:
            if not connection.execute(text("SELECT count(*) FROM import WHERE arriving_at IS NOT NULL")).scalar():  # fmt: skip
                raise KilledError

    each_step(die)
    with pytest.raises(KilledError):
        arrive(house, read(house, *(row(n, on=on + timedelta(days=1)) for n in range(4))))
    assert len({x.treated_on for x in house.lines() if x.treated_on}) == 2
    house.clock.now += timedelta(minutes=3)
    house.app.tick()
    with reading(house.engine) as session:
        days = [t.treated_on for t in people.treatments_of(session, range(1, 9))]
    assert days == [on + timedelta(days=1)] * 4


def test_a_stop_that_comes_while_its_number_arrives_binds(
    house: House, each_step: Callable[[Hook], None]
) -> None:
    def stop(number: int) -> None:
        if number == 2:
            with writing(house.engine) as session:
                for client in people.clients_on(session, 1, "+447700900200"):
                    ledger.withdraw(session, client, Channel.SMS, source="text", now=house.clock(), act=Act.KEYWORD)  # fmt: skip

    house.clock.now += timedelta(hours=4)  # texts may leave
    each_step(stop)
    arrive(house, read(house, *map(row, range(4))))
    house.tick()
    assert len([x for x in house.lines() if x.handoff_at]) == 3
    with reading(house.engine) as session:
        (stopped,) = people.clients_on(session, 1, "+447700900200")
        assert consents.consents_of(session, {stopped.id})[stopped.id, Channel.SMS] is False


def test_whom_the_desk_enrols_while_they_arrive_is_one_client_and_stays_if_the_list_fails(
    house: House, each_step: Callable[[Hook], None]
) -> None:
    def enrol_then_fail(number: int) -> None:
        if number == 2:
            told = ana(TODAY, first_name="Anaa", last_name="Silva", phone="+447700900200", consents=BOTH)  # fmt: skip
            house.enrol(told)
            assert seen(house)[0] == 1
        if number == 4:
            raise OSError("disk full")

    each_step(enrol_then_fail)
    with pytest.raises(OSError, match="disk full"):
        arrive(house, read(house, *map(row, range(6))))
    with reading(house.engine) as session:
        (client,) = people.clients_of(session)
        assert len(list(people.treatments_of(session, [client.id]))) == 1
    assert client.phone == "+447700900200"
    assert counts(house)["client"] == 1


def test_rows_that_wait_go_with_a_list_that_fails(
    house: House, each_step: Callable[[Hook], None]
) -> None:
    def fail(_: int) -> None:
        if counts(house)["waiting_row"]:
            raise OSError("disk full")

    each_step(fail)
    with pytest.raises(OSError, match="disk full"):
        arrive(house, read(house, row(0), row(7, "Ana (VIP)")))
    assert not any(counts(house).values())


def test_undoing_a_list_that_was_interrupted_goes_on_where_it_stopped(
    house: House, each_step: Callable[[Hook], None]
) -> None:
    arrive(house, read(house, *(row(n, on=TODAY + timedelta(days=3)) for n in range(4))))

    def die(number: int) -> None:
        if number == 2:
            raise KilledError

    each_step(die)
    with pytest.raises(KilledError):
        imports.undo(house.engine, house.app.library, 1, "Jo", house.clock)
    undone = imports.undo(house.engine, house.app.library, 1, "Jo", house.clock)
    assert undone.treatments == 2
    assert {x.status for x in house.lines() if x.treated_on} <= {Status.CANCELLED, Status.SKIPPED}


def test_a_list_learns_how_many_rows_a_transaction_has_time_for() -> None:
    pace = Pace()
    pace._learn(times_as_long=4.5)
    assert pace.rows == 50
    for _ in range(9):
        pace._learn(times_as_long=4.5)
    assert pace.rows == 50
    for _ in range(20):
        pace._learn(times_as_long=0.05)
    assert pace.rows == 500


def told(house: House) -> list[tuple[str, int | None]]:
    """Return what the feed of events tells by now: what happened, to which client."""
    with writing(house.engine) as session:
        events.place_events(session, 1, house.clock())
        found = events.events_after(session, 1, 0, 1000)
    return [(one.kind.value, one.client_id) for one in found]


def test_events_of_a_list_are_told_once_it_is_whole_and_others_meanwhile(
    house: House, each_step: Callable[[Hook], None]
) -> None:
    seen_so_far: list[list[tuple[str, int | None]]] = []

    def look(number: int) -> None:
        if number == 2:
            house.enrol(ana(TODAY, first_name="Bea", phone="+447700900399", email=None))
        seen_so_far.append(told(house))

    each_step(look)
    arrive(house, read(house, *map(row, range(4)), row(7, "Ana (VIP)")))
    arriving, ready = seen_so_far[:5], seen_so_far[-1]
    assert arriving[0] == []
    ((bea, _),) = Counter(client for _, client in arriving[1]).items()
    assert all({client for _, client in one} == {bea} for one in arriving[1:])
    assert ready[: len(arriving[1])] == arriving[1], "what was told stays where it was"
    assert Counter(kind for kind, _ in ready)["treatment.changed"] == 5
    assert told(house) == ready


def test_of_a_list_that_is_taken_back_no_event_is_ever_told(
    house: House, each_step: Callable[[Hook], None]
) -> None:
    def fail(number: int) -> None:
        if number == 5:
            house.enrol(ana(TODAY, first_name="Bea", phone="+447700900399", email=None))
            msg = "disk full"
            raise OSError(msg)

    each_step(fail)
    with pytest.raises(OSError, match="disk full"):
        arrive(house, read(house, *map(row, range(6)), row(7, "Ana (VIP)")))
    assert len({client for _, client in told(house)}) == 1
    assert {kind for kind, _ in told(house)} == {"treatment.changed", "consent.given"}
