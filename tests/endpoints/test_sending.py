"""Telling events: at least once, in order for each client, whatever one system or one crash does."""

from __future__ import annotations

import gc
from datetime import timedelta

import pytest

from reminders.endpoints import endpoints, sending
from reminders.endpoints.posting import Answer, Poster
from reminders.privacy import retention
from reminders.rules.endpoints import WAITS, Outcome, PauseReason
from reminders.rules.events import EventKind
from reminders.store.database import reading, writing
from reminders.store.queries import alerts as alert_queries
from reminders.store.tables import Endpoint, Event
from tests.conftest import MONDAY, House
from tests.support.doubles.webhook_server import HANG, Told, WebhookServer
from tests.support.endpoints import SAM, Listener, told_by

pytestmark = pytest.mark.portable

GIVEN, STOPPED, CHANGED = EventKind.CONSENT_GIVEN, EventKind.CLIENT_STOPPED, EventKind.TREATMENT_CHANGED  # fmt: skip
EVERY = [GIVEN, CHANGED, STOPPED]
FAILING = (
    pytest.param(503, marks=pytest.mark.both),
    *(pytest.param(status, marks=pytest.mark.slow) for status in (404, 500)),
)


class DiedError(BaseException):
    """A process died here."""


@pytest.mark.both
def test_what_happens_is_told_once_and_what_happened_before_is_not(listener: Listener) -> None:
    listener.happens(GIVEN, 1)
    listener.add()
    listener.happens(STOPPED, 1)
    assert listener.tell() == 1
    assert [one.about for one in listener.heard()] == [(1, STOPPED)]
    assert listener.tell() == 0
    assert listener.heard() == []


def test_each_hears_what_it_asked_for(listener: Listener) -> None:
    listener.add(GIVEN, path="/a")
    listener.add(STOPPED, CHANGED, path="/b")
    for kind in EVERY:
        listener.happens(kind, 1)
    assert listener.tell() == 3
    assert [one.about[1] for one in listener.heard("/a")] == [GIVEN]
    assert [one.about[1] for one in listener.heard("/b")] == [CHANGED, STOPPED]


@pytest.mark.both
def test_what_happens_to_a_client_is_told_in_its_order_when_one_fails(
    listener: Listener, server: WebhookServer
) -> None:
    """The others go on; the client's later events wait for the one that is not taken."""
    listener.add()
    for kind in EVERY:
        listener.happens(kind, 1)
        listener.happens(kind, 2)
    server.answer = lambda told: 500 if told.about == (1, GIVEN) else 200
    assert listener.tell() == 3
    assert [one.about[1] for one in listener.heard() if one.about[0] == 2] == EVERY
    assert listener.tell(MONDAY + timedelta(seconds=12)) == 0
    assert {one.about for one in listener.heard()} == {(1, GIVEN)}
    server.answer = lambda _: 200
    assert listener.tell(MONDAY + timedelta(minutes=2)) == 3
    assert [one.about for one in listener.heard()] == [(1, kind) for kind in EVERY]


def test_after_a_day_an_event_that_is_refused_is_given_up_and_the_next_is_told(
    listener: Listener, server: WebhookServer
) -> None:
    listener.add()
    listener.happens(GIVEN, 1)
    listener.happens(STOPPED, 1)
    server.answer = lambda told: 200 if told.about[0] == 2 or told.about[1] == STOPPED else 400
    tries = []
    for hours in range(30):
        listener.happens(GIVEN, 2)  # the system is well all the while
        listener.tell(MONDAY + timedelta(hours=hours))
        for minutes in (1, 3, 10, 30) if hours < 2 else (30,):
            listener.tell(MONDAY + timedelta(hours=hours, minutes=minutes))
        tries += [one for one in listener.heard() if one.about == (1, GIVEN)]
    assert len(tries) == len(WAITS) + 1
    assert len({one.number for one in tries}) == 1
    assert listener.endpoint().paused_at is None
    first, second, *_ = listener.deliveries()
    assert (first.outcome, second.outcome) == (Outcome.REFUSED, Outcome.TAKEN)
    assert first.ended_at is not None
    assert first.ended_at - MONDAY >= timedelta(hours=24)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("answer", [302, *FAILING, pytest.param(HANG, marks=pytest.mark.slow)])
def test_one_system_that_fails_keeps_no_event_from_another(
    listener: Listener, server: WebhookServer, monkeypatch: pytest.MonkeyPatch, answer: int
) -> None:
    if answer == HANG:
        monkeypatch.setattr(
            "reminders.endpoints.posting.TOTAL", 5.0
        )  # time enough for a busy machine
    server.headers["Location"] = server.address("/elsewhere")
    listener.add(path="/broken")
    listener.add(path="/well")
    server.answer = lambda told: answer if told.path == "/broken" else 200
    for client in range(1, 30):
        listener.happens(GIVEN, client)
    told = listener.tell()
    assert told >= 27, "on a busy machine a connection may take too long, and is tried again"
    assert 0 < len(listener.heard("/broken")) <= sending.ROUND
    told += listener.tell(MONDAY + timedelta(seconds=6))
    assert told == 29
    assert listener.heard("/elsewhere") == []
    assert 0 < len(listener.heard("/broken")) <= sending.PROBES, "it is not knocked down again"
    gc.collect()  # TLS would wait half a minute for a goodbye that a hanging server never says


@pytest.mark.both
def test_once_it_answers_again_nothing_waits_for_its_hour(
    listener: Listener, server: WebhookServer
) -> None:
    listener.add()
    for client in range(1, 10):
        listener.happens(GIVEN, client)
    server.answer = lambda _: 503
    for hours in range(8):
        listener.tell(MONDAY + timedelta(hours=hours))
    assert listener.endpoint().failing_since == MONDAY
    server.answer = lambda _: 200
    listener.happens(STOPPED, 99)
    assert listener.tell(MONDAY + timedelta(hours=7, minutes=1)) == 10
    assert listener.endpoint().failing_since is None


def test_after_a_day_without_a_yes_it_is_paused_and_the_clinic_is_told(
    listener: Listener, server: WebhookServer
) -> None:
    listener.add()
    listener.happens(GIVEN, 1)
    server.answer = lambda _: 500
    for minutes in range(0, 30 * 60, 10):
        listener.tell(MONDAY + timedelta(minutes=minutes))
    assert listener.endpoint().paused_for is PauseReason.FAILING
    told = alerts(listener.house)
    assert [subject for _, subject in told] == ["A webhook has stopped"]
    assert told[0][0] == "desk@rosewood.example"
    listener.heard()
    listener.happens(STOPPED, 1)
    listener.tell(MONDAY + timedelta(days=2))
    assert listener.heard() == []
    server.answer = lambda _: 200
    with writing(listener.house.engine) as session:
        endpoints.resume(session, session.get_one(Endpoint, 1), SAM, listener.house.clock())
    assert listener.tell() == 2
    assert [one.about for one in listener.heard()] == [(1, GIVEN), (1, STOPPED)]


def alerts(house: House) -> list[tuple[str, str]]:
    with writing(house.engine) as session:
        due = alert_queries.take_due(
            session, house.clock(), operator="", waits=(timedelta(1),), since=MONDAY - timedelta(1), limit=9
        )  # fmt: skip
        return [(one.to, one.subject) for one in due]


def test_whoever_is_gone_is_told_nothing_more(listener: Listener, server: WebhookServer) -> None:
    listener.add()
    listener.happens(GIVEN, 1)
    server.answer = lambda _: 410
    listener.tell()
    assert listener.endpoint().paused_for is PauseReason.GONE
    assert len(alerts(listener.house)) == 1
    listener.happens(GIVEN, 2)
    listener.tell(MONDAY + timedelta(hours=1))
    assert len(listener.heard()) == 1


# --- crashes and others at the same --------------------------------------------------------------


@pytest.mark.both
def test_after_a_crash_between_telling_and_noting_it_is_told_again_as_the_same(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener.add()
    for kind in EVERY:
        listener.happens(kind, 1)

    def dies(*_: object) -> None:
        raise DiedError

    with monkeypatch.context() as patch:
        patch.setattr(sending.EventSender, "_settle", dies)
        with pytest.raises(DiedError):
            listener.tell()
    first = listener.heard()
    assert [one.about for one in first] == [(1, GIVEN)]
    assert listener.tell(MONDAY + timedelta(minutes=1)) == 0, "somebody may still be at it"
    assert listener.tell(MONDAY + timedelta(minutes=3)) == 3
    again = listener.heard()
    assert [one.about for one in again] == [(1, kind) for kind in EVERY]
    assert again[0].number == first[0].number
    assert again[0].body == first[0].body
    assert len({one.number for one in again}) == 3


@pytest.mark.both
def test_a_crash_before_telling_loses_nothing(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener.add()
    listener.happens(GIVEN, 1)

    def dies(*_: object) -> None:
        raise DiedError

    for where in ("let_wait", "messages.signed"):
        with monkeypatch.context() as patch:
            patch.setattr(f"reminders.endpoints.sending.{where}", dies)
            with pytest.raises(DiedError):
                listener.tell()
        listener.house.clock.now += timedelta(minutes=3)
    assert listener.tell() == 1


@pytest.mark.both
def test_two_workers_do_not_tell_the_same(listener: Listener, server: WebhookServer) -> None:
    app = listener.house.app
    listener.add()
    listener.happens(GIVEN, 1)
    first = app.event_sender
    told_by(app, server.poster())

    def meanwhile(_: Told) -> int:
        assert app.event_sender.run() == 0
        return 200

    server.answer = meanwhile
    assert first.run() == 1
    assert len(listener.heard()) == 1


@pytest.mark.both
def test_nothing_is_posted_with_a_transaction_open(listener: Listener) -> None:
    listener.add()
    listener.happens(GIVEN, 1)
    engine = listener.house.engine

    class Watching(Poster):
        def post_all(self, posts: object) -> list[Answer]:
            assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
            with writing(engine) as session:
                session.add(Event(clinic_id=1, kind=GIVEN, client_id=9, row_id=9, place=99))
            return [Answer(Outcome.TAKEN, 200)]

    told_by(listener.house.app, Watching())
    sender = listener.house.app.event_sender
    (endpoint,) = sender._claim(1)
    assert sender._tell([sender._begin(endpoint)]) == 1


# --- who may not be told ----------------------------------------------------------------------------


def test_in_production_no_private_address_is_ever_posted_to(
    listener: Listener, server: WebhookServer
) -> None:
    listener.add()
    listener.happens(GIVEN, 1)
    told_by(listener.house.app, Poster())
    listener.tell()
    assert listener.outcomes() == [Outcome.PRIVATE]
    assert server.got == []


def test_while_messages_go_to_the_outbox_only_a_test_leaves(
    listener: Listener, server: WebhookServer
) -> None:
    listener.add()
    listener.happens(GIVEN, 1)
    told_by(listener.house.app, server.poster(), live=False)
    assert listener.tell() == 0
    with writing(listener.house.engine) as session:
        test = endpoints.add_test(session, session.get_one(Endpoint, 1), MONDAY)
    listener.house.app.event_sender.send_now(1, test.id)
    (came,) = listener.heard()
    assert came.said["type"] == "test.sent"
    assert came.about[0] is None


def test_with_another_key_nothing_is_told_and_the_clinic_hears_of_it(listener: Listener) -> None:
    listener.add()
    listener.happens(GIVEN, 1)
    with writing(listener.house.engine) as session:
        session.get_one(Endpoint, 1).secret = "gAAAA"
    listener.tell()
    assert listener.endpoint().paused_for is PauseReason.LOST_KEY
    assert len(alerts(listener.house)) == 1


def test_an_event_is_told_again_under_its_number_and_before_what_waits_behind_it(
    listener: Listener, server: WebhookServer
) -> None:
    listener.add()
    listener.happens(GIVEN, 1)
    listener.tell()
    (first,) = listener.heard()
    with writing(listener.house.engine) as session:
        (row,) = listener.deliveries()
        endpoints.tell_again(session, session.get_one(type(row), row.id), MONDAY)
    listener.happens(STOPPED, 1)
    assert listener.tell() == 2
    again, new = listener.heard()
    assert again.number == first.number
    assert new.about == (1, STOPPED)


@pytest.mark.both
def test_what_was_told_is_kept_for_thirty_days(listener: Listener) -> None:
    house = listener.house
    listener.add()
    listener.happens(GIVEN, 1)
    listener.tell()
    for days, left in ((29, 1), (31, 0)):
        with writing(house.engine) as session:
            retention.purge(
                session, retention.RetentionPeriods.of(house.app.settings), MONDAY + timedelta(days)
            )
        assert len(listener.deliveries()) == left
    with writing(house.engine) as session:
        endpoints.pause(session, session.get_one(Endpoint, 1), SAM, MONDAY)
    listener.happens(STOPPED, 1)
    house.clock.now = MONDAY + timedelta(40)
    with writing(house.engine) as session:
        endpoints.resume(session, session.get_one(Endpoint, 1), SAM, house.clock())
    assert listener.tell() == 0, "what happened longer ago is told to nobody"
    with reading(house.engine) as session:
        assert session.get_one(Endpoint, 1).after == 2


@pytest.mark.both
def test_what_matters_does_not_wait_behind_much_that_it_does_not_hear_of(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "NEW", 3)
    listener.add(EventKind.REPLY_ALARM)
    for client in range(10):
        listener.happens(CHANGED, client)
    listener.happens(EventKind.REPLY_ALARM, 1)
    assert listener.tell() == 1
