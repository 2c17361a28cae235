"""Each sender has a queue and a rate of its own, and a text leaves only as its clinic's sender of now."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from reminders.delivery.dispatcher import Dispatcher
from reminders.delivery.queues import Rates
from reminders.enrolment import treatments
from reminders.enrolment.terms import Enrolment
from reminders.rehearsal.forecast import ahead
from reminders.rules.forecast import RateLimit
from reminders.rules.terms import Channel, Message
from reminders.senders import HandOff
from reminders.store.database import reading, writing
from reminders.store.queries import lanes
from reminders.store.queries import people as clinics
from reminders.store.tables import Clinic
from tests.conftest import House, ana, consent_answer
from tests.support.doubles.twilio import SECOND_NUMBER
from tests.support.two_accounts import ITS_ACCOUNT, add_bay, bring

TREATED = date(2026, 3, 2)
DAY_1 = datetime(2026, 3, 3, 15, 40, tzinfo=UTC)
SLOW = Rates(own=lambda _: RateLimit(60))
"""The installation's sender as fast as can be, clinics' own one a second."""


@pytest.fixture(autouse=True)
def _in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands while a pass is made, so that no lane opens, however long the pass stays."""
    monkeypatch.setattr("reminders.delivery.queues.STAY", 0.0)


class Taking:
    """A way out that takes everything."""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    async def send(self, message: Message, hand_off: HandOff) -> str:
        await hand_off()
        self.sent.append(message)
        return f"id-{message.reference}"

    async def close(self) -> None:
        pass

    def by_sender(self) -> Counter[str]:
        return Counter(message.sender for message in self.sent)


def people(count: int, number: str) -> list[Enrolment]:
    agreed = (consent_answer(Channel.SMS),)
    return [
        ana(TREATED, email=None, phone=f"{number}{n:03}", client_id=f"{number}{n}", consents=agreed)
        for n in range(count)
    ]


def enrol(house: House, clinic: Clinic, *clients: Enrolment) -> None:
    with writing(house.engine) as session:
        treatments.enrol(session, house.app.library, clinic, clients, house.clock())


def run(house: House, way_out: Taking, rates: Rates = SLOW) -> None:
    senders = dict.fromkeys(Channel, way_out)
    Dispatcher(house.engine, house.app.renderer, senders, house.clock, rates=rates).run()


def test_a_slow_sender_keeps_its_rate_and_holds_up_nobody(house: House) -> None:
    house.enrol(*people(30, "+4477009001"))
    enrol(house, add_bay(house.app, house.clock()), *people(30, "+4477009002"))
    house.clock.now = DAY_1
    way_out = Taking()
    run(house, way_out)
    assert way_out.by_sender() == {"": 30, SECOND_NUMBER: 2}, "a second may be made up for"
    for seconds in range(1, 6):
        house.clock.now = DAY_1 + timedelta(seconds=seconds)
        run(house, way_out)
    assert way_out.by_sender() == {"": 30, SECOND_NUMBER: 7}


def test_clinics_that_share_a_sender_share_its_rate(house: House) -> None:
    """Of the installation's account; in accounts of their own the same name is another sender."""
    enrol(house, add_bay(house.app, house.clock(), account=None), *people(9, "+4477009002"))
    house.enrol(*people(9, "+4477009001"))
    bring(house.app, 1, house.clock(), {"": SECOND_NUMBER})
    house.clock.now = DAY_1
    way_out = Taking()
    run(house, way_out)
    assert way_out.by_sender() == {SECOND_NUMBER: 2}


def test_the_sender_of_a_country_keeps_its_own_rate(house: House) -> None:
    bring(house.app, 1, house.clock(), {"US": "+12025550100"})
    with writing(house.engine) as session:
        clinics.clinic(session, 1).other_countries = "US"
    house.enrol(*people(5, "+4477009001"), *people(5, "+1202555010"))
    house.clock.now = DAY_1
    way_out = Taking()
    run(house, way_out)
    assert way_out.by_sender() == {"": 5, "+12025550100": 2}
    for seconds in range(1, 12):
        house.clock.now = DAY_1 + timedelta(seconds=seconds)
        run(house, way_out)
    assert way_out.by_sender() == {"": 5, "+12025550100": 5}


def test_a_rehearsal_and_a_forecast_know_every_queue(house: House) -> None:
    enrol(house, add_bay(house.app, house.clock()), *people(120, "+4477009002"))
    began = DAY_1 - timedelta(hours=1)
    with reading(house.engine) as session:
        slow = ahead(session, began, 1, {}, lambda _: RateLimit(60)).batches
        quick = ahead(session, began, 1, {}, lambda _: RateLimit()).batches
        keys = lanes.sender_keys(session)
    assert keys == [f"1:{SECOND_NUMBER}"]
    assert [batch.count for batch in slow] == [batch.count for batch in quick]
    assert all(one.ends - one.begins == timedelta(seconds=one.count - 1) for one in slow)
    assert all(one.ends == one.begins for one in quick)


@pytest.mark.parametrize("account", [ITS_ACCOUNT, None])
def test_a_text_that_was_worded_for_another_sender_does_not_leave(
    house: House, account: object
) -> None:
    """The clinic changes its sender while the text is on its way to be handed off."""

    class Changing(Taking):
        async def send(self, message: Message, hand_off: HandOff) -> str:
            if not self.sent and message.sender == "":
                bring(house.app, 1, house.clock(), {"": SECOND_NUMBER}, account)  # type: ignore[arg-type]
            return await super().send(message, hand_off)

    house.enrol(*people(1, "+4477009001"))
    house.clock.now = DAY_1
    way_out = Changing()
    run(house, way_out, Rates())
    assert not way_out.sent
    house.clock.now = DAY_1 + timedelta(minutes=5)
    run(house, way_out, Rates())
    assert way_out.by_sender() == {SECOND_NUMBER: 1}
