"""What is due leaves once, by the right channel, or says why not, on both databases."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from threading import Timer

import pytest
from sqlalchemy import update
from sqlmodel import col

from reminders.consent import ledger
from reminders.delivery.dispatcher import Dispatcher
from reminders.delivery.handoff import hand_off
from reminders.enrolment import clinics
from reminders.enrolment.terms import Enrolment
from reminders.rules.decision import Outcome
from reminders.rules.reconciliation import PATIENCE
from reminders.rules.terms import Channel, Message, Reason, Status
from reminders.senders import HandOff, SendError
from reminders.store.database import reading, writing
from reminders.store.queries import delivery, people, reminder_facts
from reminders.store.tables import Attempt, Client, Reminder
from tests.conftest import MONDAY, House, ana

TREATED = date(2026, 3, 2)
DAY_1 = datetime(2026, 3, 3, 15, 30, tzinfo=UTC)
ASK_AT = {Channel.SMS: DAY_1 + timedelta(minutes=2)}


class Scripted:
    """A way out that answers as it is told, and remembers what reached it."""

    def __init__(self, *answers: Exception | None) -> None:
        self.answers = list(answers)
        self.sent: list[Message] = []

    async def send(self, message: Message, hand_off: HandOff) -> str:
        await hand_off()
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        self.sent.append(message)
        return f"id-{len(self.sent)}"

    async def close(self) -> None:
        pass


def dispatcher(house: House, sender: Scripted) -> Dispatcher:
    senders = dict.fromkeys(Channel, sender)
    return Dispatcher(house.engine, house.app.renderer, senders, house.clock)


def attempts(house: House) -> list[Attempt]:
    with reading(house.engine) as session:
        return list(session.query(Attempt).order_by(col(Attempt.id)))


def test_day_one_leaves_when_it_is_due_and_only_once(house: House) -> None:
    house.enrol(ana(TREATED))
    assert house.tick(datetime(2026, 3, 2, 18, 30, tzinfo=UTC)).sent == {"email": 1}
    assert house.tick(DAY_1 - timedelta(minutes=1)).sent == {}
    assert house.tick(DAY_1).sent == {"sms": 1, "email": 1}
    assert house.tick(DAY_1).sent == {}
    assert house.line("day-1").status is Status.ACCEPTED
    assert house.line("day-1").body.startswith("Rosewood Skin: Ana,")  # type: ignore[union-attr]


def test_messages_lie_in_the_outbox_as_files_that_programs_open(house: House) -> None:
    house.enrol(ana(TREATED))
    house.tick(DAY_1)
    text, mail = sorted(house.left(), key=lambda path: path.suffix, reverse=True)
    assert "Segments: 1" in text.read_text("utf-8")
    parsed = message_from_bytes(mail.read_bytes(), policy=policy.default)
    assert parsed["To"] == "ana@mail.example"
    assert [part.get_content_type() for part in parsed.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


def test_nothing_leaves_at_night(house: House) -> None:
    house.enrol(ana(TREATED))
    tally = house.tick(datetime(2026, 3, 3, 21, tzinfo=UTC))
    assert tally.sent == {}
    assert tally.deferred[Reason.QUIET_HOURS] == 2
    assert house.line("day-1").due_at == datetime(2026, 3, 4, 9, tzinfo=UTC)
    assert house.tick(datetime(2026, 3, 4, 9, tzinfo=UTC)).sent == {"sms": 1, "email": 1}


def test_a_deferral_is_no_attempt(house: House) -> None:
    house.enrol(ana(TREATED))
    house.tick(datetime(2026, 3, 3, 21, tzinfo=UTC))
    with reading(house.engine) as session:
        row = session.get(Reminder, house.line("day-1").reminder_id)
        assert row is not None
        assert row.attempts == 0
    assert attempts(house) == []


def test_after_days_of_silence_only_what_still_helps_leaves(house: House) -> None:
    house.enrol(ana(TREATED))
    tally = house.tick(datetime(2026, 3, 9, 10, tzinfo=UTC))  # a week without a heartbeat
    assert tally.sent == {"sms": 1, "email": 1}
    assert {line.milestone for line in house.lines() if line.status is Status.ACCEPTED} == {
        "week-1"
    }
    assert {line.reason for line in house.lines() if line.milestone == "day-3"} == {
        Reason.SUPERSEDED
    }


@pytest.mark.parametrize(
    "outcome,status,reason",
    [
        (Outcome.SUPPRESS, Status.FAILED, Reason.OPTED_OUT),
        (Outcome.INVALID, Status.FAILED, Reason.INVALID_CONTACT),
        (Outcome.CONTENT, Status.FAILED, Reason.REFUSED_CONTENT),
        (Outcome.REFUSED, Status.FAILED, Reason.REFUSED),
        (Outcome.RETRY, Status.PLANNED, Reason.PROVIDER_BUSY),
        (Outcome.CONFIGURATION, Status.PLANNED, Reason.PROVIDER_REFUSES),
        (Outcome.AMBIGUOUS, Status.HANDOFF, None),
    ],
)
def test_what_the_provider_answers_decides_what_comes_next(
    house: House,
    outcome: Outcome,
    status: Status,
    reason: Reason | None,
) -> None:
    house.enrol(ana(TREATED, email=None))
    house.clock.now = DAY_1
    dispatcher(house, Scripted(SendError(outcome, "30000"))).run()
    assert (house.line("day-1").status, house.line("day-1").reason) == (status, reason)
    (attempt,) = attempts(house)
    assert (attempt.outcome, attempt.code) == (outcome, "30000")


def test_an_ambiguous_one_is_never_blindly_sent_again_and_ends_as_unknown(house: House) -> None:
    house.enrol(ana(TREATED, email=None))
    house.clock.now = DAY_1
    sender = Scripted(SendError(Outcome.AMBIGUOUS, "timeout"))
    dispatcher(house, sender).run()
    for hours in (1, 2, 5, 18, 23, 25, 47):
        house.clock.now = DAY_1 + timedelta(hours=hours)
        dispatcher(house, sender).run()
    assert not [message for message in sender.sent if "SPF 30+ from now" in message.text]
    assert house.line("day-1").status is Status.UNKNOWN
    assert house.line("day-1").reason is Reason.UNPROVEN


def test_a_busy_provider_gets_it_later(house: House) -> None:
    house.enrol(ana(TREATED, email=None))
    house.clock.now = DAY_1
    sender = Scripted(SendError(Outcome.RETRY, "429"))
    dispatcher(house, sender).run()
    house.clock.now = DAY_1 + timedelta(minutes=2)
    dispatcher(house, sender).run()
    assert len(sender.sent) == 1
    assert [attempt.outcome for attempt in attempts(house)] == ["retry", "accepted"]


@pytest.mark.parametrize(
    "outcome,reason",
    [(Outcome.SUPPRESS, Reason.OPTED_OUT), (Outcome.INVALID, Reason.UNREACHABLE)],
)
def test_a_number_that_stopped_or_is_dead_is_left_alone_from_then_on(
    house: House,
    outcome: Outcome,
    reason: Reason,
) -> None:
    house.enrol(ana(TREATED, email=None))
    house.clock.now = DAY_1
    sender = Scripted(SendError(outcome, "21610"))
    dispatcher(house, sender).run()
    house.clock.now = datetime(2026, 3, 5, 10, tzinfo=UTC)
    dispatcher(house, sender).run()
    assert sender.sent == []
    assert house.line("day-3").reason is reason


class Poison:
    """A way out that breaks for one client in a way nobody foresaw."""

    def __init__(self) -> None:
        self.sent = 0

    async def send(self, message: Message, hand_off: HandOff) -> str:
        if message.to.endswith("101"):
            msg = "boom"
            raise RuntimeError(msg)
        await hand_off()
        self.sent += 1
        return "ok"

    async def close(self) -> None:
        pass


def test_a_poisoned_row_does_not_stop_its_neighbours(house: House) -> None:
    house.enrol(
        ana(TREATED, email=None),
        *(ana(TREATED, email=None, phone=f"+4477009002{n:02}") for n in range(20)),
    )
    house.clock.now = DAY_1
    poison = Poison()
    Dispatcher(house.engine, house.app.renderer, dict.fromkeys(Channel, poison), house.clock).run()
    assert poison.sent == 20
    assert Counter(line.reason for line in house.lines() if line.milestone == "day-1") == {
        None: 20,
        Reason.FAULT: 1,
    }


def test_broken_wording_fails_its_rows_and_no_others(house: House) -> None:
    house.enrol(ana(TREATED, email=None))
    with writing(house.engine) as session:
        session.execute(
            update(Reminder).where(col(Reminder.milestone) == "day-1").values(milestone="day-99")
        )
    house.tick(DAY_1)
    assert house.line("day-99").reason is Reason.WORDING
    assert house.tick(datetime(2026, 3, 5, 10, tzinfo=UTC)).sent == {"sms": 1}


def test_a_clinic_in_practice_mode_sends_nothing_until_it_goes_live(house: House) -> None:
    house.enrol(ana(TREATED, email=None))
    go(house, live=False)
    assert house.tick(DAY_1).deferred[Reason.PRACTICE] == 1
    assert house.left() == []
    go(house, live=True)
    assert house.tick(DAY_1 + timedelta(minutes=1)).sent == {"sms": 1}


def go(house: House, *, live: bool) -> None:
    with writing(house.engine) as session:
        clinic = people.clinics(session)[0]
        clinics.edit(session, house.app.library, clinic, {}, house.clock(), live=live)


def test_at_most_one_text_a_day_and_three_a_week(house: House) -> None:
    """Many treatments of one client at once can never mean many texts."""
    days = [date(2026, 3, 2) - timedelta(days=n) for n in range(0, 28, 3)]
    house.enrol(*(ana(day, email=None, external_id=f"B-{day}") for day in days))
    house.play(MONDAY + timedelta(days=35))
    sent = sorted(line.at.date() for line in house.lines() if line.status is Status.ACCEPTED)
    assert len(sent) > 3
    assert max(Counter(sent).values()) == 1
    for day in sent:
        assert sum(day <= other < day + timedelta(days=7) for other in sent) <= 3


def test_the_month_of_one_session_gives_way_to_the_day_of_the_next(house: House) -> None:
    house.enrol(ana(date(2026, 3, 2)), ana(date(2026, 4, 2)))
    house.play(MONDAY + timedelta(days=45))
    of_first = [
        x for x in house.lines() if x.treated_on == date(2026, 3, 2) and x.milestone == "month-1"
    ]
    assert {line.reason for line in of_first} == {Reason.SUPERSEDED}
    sent = Counter(
        line.milestone for line in house.lines(Channel.SMS) if line.status is Status.ACCEPTED
    )
    assert sent["day-1"] == 2


def test_a_later_session_that_is_cancelled_supersedes_nothing(house: House) -> None:
    house.enrol(ana(date(2026, 3, 2)), ana(date(2026, 4, 2), external_id="B-2"))
    house.enrol(ana(date(2026, 4, 2), external_id="B-2", cancelled=True))
    house.play(MONDAY + timedelta(days=45))
    of_first = [x for x in house.lines() if x.treated_on == date(2026, 3, 2)]
    assert {x.status for x in of_first if x.milestone == "month-1"} == {Status.ACCEPTED}


# --- the promise --------------------------------------------------------------------------


class Meanwhile(Scripted):
    """A way out in whose conversation something else happens before the moment of no return."""

    def __init__(self, house: House, happens: object) -> None:
        super().__init__()
        self.house, self.happens = house, happens

    async def send(self, message: Message, hand_off: HandOff) -> str:
        if callable(self.happens):
            self.happens(self.house)
        return await super().send(message, hand_off)


def stops(house: House) -> None:
    with writing(house.engine) as session:
        client = people.clients_of(session)[0]
        ledger.withdraw(session, client, Channel.SMS, source="test", now=house.clock())


def cancels(house: House) -> None:
    house.enrol(ana(TREATED, email=None, cancelled=True))


def changes_number(house: House) -> None:
    with writing(house.engine) as session:
        session.execute(update(Client).values(phone="+447700900999"))


def goes_to_practice(house: House) -> None:
    go(house, live=False)


def night_falls(house: House) -> None:
    house.clock.now = datetime(2026, 3, 3, 20, tzinfo=UTC)


def loses_the_claim(house: House) -> None:
    with writing(house.engine) as session:
        house.clock.now += PATIENCE.lease + timedelta(seconds=1)
        assert delivery.rescue(session, house.clock()) == 1
        ids = delivery.claim_due(
            session,
            house.clock(),
            channel=Channel.SMS,
            shares=[(1, 9)],
            claim="other",
            lease=PATIENCE.lease,
        )
        assert len(ids) == 1


@pytest.mark.parametrize(
    "happens",
    [stops, cancels, changes_number, goes_to_practice, night_falls, loses_the_claim],
)
def test_what_changed_since_the_claim_is_seen_before_the_first_byte(
    house: House,
    happens: object,
) -> None:
    house.enrol(ana(TREATED, email=None))
    house.clock.now = DAY_1
    house.tick(DAY_1 - timedelta(hours=20))
    house.clock.now = DAY_1
    sender = Meanwhile(house, happens)
    dispatcher(house, sender).run()
    assert sender.sent == []
    assert house.line("day-1").status not in {Status.HANDOFF, Status.ACCEPTED}


def test_a_stop_and_a_handoff_happen_one_after_the_other(house: House) -> None:
    """Whoever comes second waits, so a stop is either seen or came too late to be."""
    house.enrol(ana(TREATED, email=None))
    with writing(house.engine) as session:
        ids = delivery.claim_due(
            session, DAY_1, channel=Channel.SMS, shares=[(1, 9)], claim="c", lease=PATIENCE.lease
        )
        held = [
            row for row in reminder_facts.facts(session, ids, DAY_1) if row.milestone == "day-1"
        ]
    house.clock.now = DAY_1
    with ThreadPoolExecutor(1) as pool:
        with writing(house.engine) as session:
            message = house.app.renderer.render(held[0], DAY_1, held[0].stale_at)
            delivery.lock_clients(session, {held[0].client_id})
            assert hand_off(session, [(held[0], message)], DAY_1, PATIENCE) == [True]
            stopping = pool.submit(stops, house)
            time.sleep(0.3)
            assert not stopping.done()
        stopping.result(timeout=5)


def test_two_texts_to_one_client_in_one_batch_are_counted_one_by_one(house: House) -> None:
    """Day three of one session and the week before the next, both due at one moment."""
    house.enrol(ana(date(2026, 3, 2), email=None), ana(date(2026, 3, 30), email=None))
    both = (col(Reminder.milestone) == "day-3") & (col(Reminder.treatment_id) == 1) | (
        col(Reminder.milestone) == "week-before"
    ) & (col(Reminder.treatment_id) == 2)
    with writing(house.engine) as session:
        later = {"due_at": DAY_1, "stale_at": DAY_1 + timedelta(days=3)}
        session.execute(update(Reminder).where(both).values(**later))
        session.execute(update(Reminder).where(~both).values(due_at=DAY_1 + timedelta(days=1)))
    house.clock.now = DAY_1
    sender = Scripted()
    dispatcher(house, sender).run()
    assert len(sender.sent) == 1
    waiting = [line for line in house.lines() if line.reason is Reason.CAP]
    assert len(waiting) == 1


def test_a_dead_worker_s_claim_is_rescued_and_its_handoff_is_not(house: House) -> None:
    house.enrol(*(ana(TREATED, email=None, phone=f"+44770090020{n}") for n in range(2)))
    house.clock.now = DAY_1
    with writing(house.engine) as session:
        ids = delivery.claim_due(
            session, DAY_1, channel=Channel.SMS, shares=[(1, 9)], claim="dead", lease=PATIENCE.lease
        )
        held = reminder_facts.facts(session, ids, DAY_1)
        message = house.app.renderer.render(held[0], DAY_1, held[0].stale_at)
        delivery.record_handoff(session, [(held[0], message)], DAY_1, ASK_AT)
    sender = Scripted()
    house.clock.now = DAY_1 + PATIENCE.lease - timedelta(seconds=1)
    assert dispatcher(house, sender).run().rescued == 0
    house.clock.now = DAY_1 + PATIENCE.lease + timedelta(seconds=1)
    assert dispatcher(house, sender).run().rescued == len(ids) - 1
    assert held[0].contact not in {message.to for message in sender.sent}


def test_a_worker_that_wakes_after_its_lease_cannot_settle_over_another(house: House) -> None:
    house.enrol(ana(TREATED, email=None))
    with writing(house.engine) as session:
        (first,) = delivery.claim_due(
            session,
            DAY_1,
            channel=Channel.SMS,
            shares=[(1, 1)],
            claim="first",
            lease=PATIENCE.lease,
        )
        (held,) = reminder_facts.facts(session, [first], DAY_1)
        later = DAY_1 + PATIENCE.lease + timedelta(seconds=1)
        delivery.rescue(session, later)
        delivery.claim_due(
            session,
            later,
            channel=Channel.SMS,
            shares=[(1, 1)],
            claim="second",
            lease=PATIENCE.lease,
        )
        assert delivery.release(session, [delivery.claim_of(held)]) == 0
        message = house.app.renderer.render(held, DAY_1, held.stale_at)
        assert delivery.record_handoff(session, [(held, message)], DAY_1, ASK_AT) == set()


def test_many_workers_at_once_send_each_reminder_once(house: House) -> None:
    house.enrol(
        *(
            Enrolment(
                first_name=f"Client {chr(65 + n // 26)}{chr(65 + n % 26)}",
                protocol="skin-needling",
                treated_on=TREATED,
                starts=None,
                phone=f"+4477009{n:05}",
                said=ana(TREATED).said,
            )
            for n in range(150)
        ),
    )
    house.clock.now = datetime(2026, 3, 3, 18, tzinfo=UTC)
    with ThreadPoolExecutor(4) as pool:
        tallies = list(pool.map(lambda _: house.app.dispatcher().run(), range(4)))
    assert sum(tally.sent["sms"] for tally in tallies) == 150
    names = [path.name for path in house.left()]
    assert len(names) == len(set(names)) == 150


def test_a_dispatcher_told_to_stop_claims_nothing(house: House) -> None:
    house.enrol(ana(TREATED))
    house.clock.now = DAY_1
    told = house.app.dispatcher()
    told.stop()
    assert told.run().sent == {}
    assert house.line("day-1").status is Status.PLANNED


class StopsMidway(Scripted):
    """A way out during whose first conversation the worker is told to stop."""

    def __init__(self) -> None:
        super().__init__()
        self.worker: Dispatcher | None = None

    async def send(self, message: Message, hand_off: HandOff) -> str:
        sent = await super().send(message, hand_off)
        assert self.worker is not None
        self.worker.stop()
        return sent


def test_told_to_stop_midway_it_finishes_what_is_in_hand_and_gives_the_rest_back(
    house: House,
) -> None:
    house.enrol(*(ana(TREATED, email=None, phone=f"+4477009002{n:02}") for n in range(40)))
    house.clock.now = DAY_1
    sender = StopsMidway()
    sender.worker = dispatcher(house, sender)
    sender.worker.run()
    states = Counter(line.status for line in house.lines() if line.milestone == "day-1")
    assert states[Status.ACCEPTED] == len(sender.sent) >= 1
    assert states[Status.ACCEPTED] + states[Status.PLANNED] == 40


class Endless(Scripted):
    """A mail server that never gets to the point at which a message is handed off."""

    async def send(self, message: Message, hand_off: HandOff) -> str:
        await asyncio.sleep(3600)
        return await super().send(message, hand_off)


def test_told_to_stop_it_leaves_conversations_that_lead_nowhere(house: House) -> None:
    house.enrol(*(ana(TREATED, email=None, phone=f"+4477009002{n:02}") for n in range(5)))
    house.clock.now = DAY_1
    worker = dispatcher(house, Endless())
    Timer(0.5, worker.stop).start()
    begun = time.monotonic()
    worker.run()
    assert time.monotonic() - begun < 5
    day_1 = {line.status for line in house.lines() if line.milestone == "day-1"}
    assert day_1 == {Status.PLANNED}


class Reluctant(Scripted):
    """A provider that answers long after the message was handed off."""

    async def send(self, message: Message, hand_off: HandOff) -> str:
        await hand_off()
        await asyncio.sleep(1.5)
        self.sent.append(message)
        return "id"


def test_told_to_stop_it_waits_for_what_was_handed_off(house: House) -> None:
    house.enrol(*(ana(TREATED, email=None, phone=f"+4477009002{n:02}") for n in range(5)))
    house.clock.now = DAY_1
    sender = Reluctant()
    worker = dispatcher(house, sender)
    Timer(0.5, worker.stop).start()
    worker.run()
    assert len(sender.sent) == 5
    day_1 = {line.status for line in house.lines() if line.milestone == "day-1"}
    assert day_1 == {Status.ACCEPTED}


def test_what_a_conversation_cannot_survive_ends_the_pass_and_is_not_kept_quiet(
    house: House,
) -> None:
    class Dying:
        async def send(self, message: Message, hand_off: HandOff) -> str:
            raise Death

        async def close(self) -> None:
            pass

    house.enrol(ana(date(2026, 3, 2)))
    house.clock.now = DAY_1
    dispatcher = Dispatcher(
        house.engine, house.app.renderer, dict.fromkeys(Channel, Dying()), house.clock
    )
    with pytest.raises(Death):
        dispatcher.run()


class Death(BaseException):
    """What no one may catch."""
