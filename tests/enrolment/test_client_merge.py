"""Two records of one client made one: nothing twice, every stop stands, and a day to undo it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlmodel import SQLModel, col

from reminders.consent import ledger
from reminders.enrolment import client_merge, treatments
from reminders.privacy import retention
from reminders.rules.keywords import Kind
from reminders.rules.questions import Answers
from reminders.rules.terms import Act, Channel, InputError, Reason, Status
from reminders.store.database import reading, writing
from reminders.store.queries import client_pages, consents, desk, people, replies
from reminders.store.tables import Client, Clinic, Consent, Reply, Treatment
from tests.conftest import MONDAY, House, ana, consent_answer
from tests.support.erasure import client_of, forget

pytestmark = pytest.mark.portable

TREATED = date(2026, 3, 2)
OLD: dict[str, Any] = {"first_name": "Anna", "last_name": "Costa", "email": None, "client_id": "77",
                       "meant": 0}  # fmt: skip
"""How another list spells the client."""


def two(house: House, **other: Any) -> None:
    """Enrol Ana twice for one treatment: as client 1, and as 2 under another spelling."""
    house.enrol(ana(TREATED, last_name="Costa"), welcomed=False)
    house.enrol(ana(TREATED, **(OLD | other)), welcomed=False)


def merge(house: House, keep: int = 1, gone: int = 2) -> None:
    with writing(house.engine) as session:
        clinic = people.clinics(session)[0]
        pair = client_of(session, keep), client_of(session, gone)
        client_merge.merge(session, house.app.library, clinic, *pair, "Mia", house.clock())


def undo(house: House, keep: int = 1) -> int:
    with writing(house.engine) as session:
        clinic, client = people.clinics(session)[0], client_of(session, keep)
        return client_merge.undo(
            session, house.app.library, clinic, client, "Mia", house.clock()
        ).id


def said(house: House, client_id: int = 1) -> dict[Channel, bool]:
    with reading(house.engine) as session:
        found = consents.consents_of(session, [client_id])
    return {channel: given for (_, channel), given in found.items()}


def sent(house: House, channel: Channel = Channel.SMS) -> list[str]:
    return [x.milestone for x in house.lines(channel) if x.status is Status.ACCEPTED]


@pytest.mark.both
def test_two_on_one_number_merged_get_one_text_on_a_morning(house: House) -> None:
    two(house)
    merge(house)
    planned = [x.milestone for x in house.lines(Channel.SMS) if x.status is Status.PLANNED]
    assert planned.count("day-1") == 1
    house.play(MONDAY + timedelta(days=40))
    texts = sent(house)
    assert len(texts) == len(set(texts))
    assert {"opt-in", "day-1", "week-1"} <= set(texts)


def test_what_went_to_either_is_not_sent_again(house: House) -> None:
    house.enrol(ana(TREATED, **OLD))
    house.play(datetime(2026, 3, 3, 16, tzinfo=UTC))
    assert sent(house)[-1] == "day-1"
    house.enrol(ana(TREATED, last_name="Costa", meant=0))
    merge(house, keep=2, gone=1)
    house.play(MONDAY + timedelta(days=40))
    texts = sent(house)
    assert texts.count("day-1") == 1
    assert "week-1" in texts


def test_treatments_and_replies_go_to_the_kept_one_who_is_listed_alone(house: House) -> None:
    two(house)
    house.enrol(ana(date(2026, 4, 20), **OLD))
    with writing(house.engine) as session:
        session.add(
            Reply(
                provider_id="SM1", clinic_id=1, client_id=2, contact="+447700900101", body="Hello",
                kind=Kind.REPLY, received_at=MONDAY,
            )
        )  # fmt: skip
    merge(house)
    with reading(house.engine) as session:
        assert [c.id for c in people.clients_of(session)] == [1]
        assert [c.id for c in desk.clients_called(session, 1, "Ann")] == []
        assert [c.id for c in desk.clients_reached_by(session, 1, "+447700900101")] == [1]
        assert {t.treated_on for t in people.treatments_of(session, [1])} == {
            TREATED, date(2026, 4, 20),
        }  # fmt: skip
        assert [r.body for r in desk.replies_of(session, 1, 1)] == ["Hello"]
        assert not list(people.treatments_of(session, [2]))


def test_the_kept_one_keeps_what_it_has_and_takes_what_it_lacks(house: House) -> None:
    house.enrol(ana(TREATED, phone=None))
    house.enrol(ana(TREATED, **OLD | {"phone": "+447700900177", "email": "old@mail.example"}))
    merge(house)
    with reading(house.engine) as session:
        kept = client_of(session)
        assert (kept.phone, kept.email) == ("+447700900177", "ana@mail.example")
        assert (kept.first_name, kept.last_name) == ("Ana", "Costa")
    assert said(house) == {Channel.SMS: True, Channel.EMAIL: True}


@pytest.mark.parametrize("stopped", [1, 2])
@pytest.mark.both
def test_a_stop_of_either_holds(house: House, stopped: int) -> None:
    two(house, phone="+447700900177")
    with writing(house.engine) as session:
        who = client_of(session, stopped)
        ledger.withdraw(session, who, Channel.SMS, source="text message", now=house.clock())
    merge(house)
    house.play(MONDAY + timedelta(days=40))
    assert sent(house) == []
    assert said(house)[Channel.SMS] is False
    assert sent(house, Channel.EMAIL)


def test_a_stop_of_the_number_alone_holds_too(house: House) -> None:
    two(house, phone="+447700900177")
    with writing(house.engine) as session:
        consents.suppress(
            session, 1, "+447700900177", Reason.OPTED_OUT, source="provider", now=house.clock()
        )
    merge(house)
    assert said(house)[Channel.SMS] is False


def test_a_yes_counts_for_the_number_it_was_given_for_alone(house: House) -> None:
    house.enrol(ana(TREATED, consents=()))
    house.enrol(ana(TREATED, **OLD | {"phone": "+447700900177"}))
    merge(house)
    assert Channel.SMS not in said(house)


def test_a_later_yes_counts_again(house: House) -> None:
    two(house, consents=(consent_answer(Channel.SMS, given=False),))
    merge(house)
    assert said(house)[Channel.SMS] is False
    with writing(house.engine) as session:
        proof = ledger.Proof(Act.DESK, "said so at the desk")
        ledger.record(session, client_of(session), Channel.SMS, proof, house.clock())
    assert said(house)[Channel.SMS] is True


def test_no_line_of_either_ledger_is_changed(house: House) -> None:
    two(house, consents=(consent_answer(Channel.SMS, given=False),))
    with reading(house.engine) as session:
        before = [line.model_dump() for line in session.scalars(select(Consent))]
    merge(house)
    with reading(house.engine) as session:
        after = [line.model_dump() for line in session.scalars(select(Consent))]
        shown = [line.client_id for line in consents.ledger(session, 1)]
    assert after[: len(before)] == before
    assert (after[-1]["act"], after[-1]["given"]) == (Act.MERGE, False)
    assert shown == [1, 1, 2, 1]


def test_both_page_addresses_open_one_page(house: House) -> None:
    two(house)
    with writing(house.engine) as session:
        for client_id in (1, 2):
            client_of(session, client_id).page_key = f"key {client_id}"
    merge(house)
    with reading(house.engine) as session:
        found = [client_pages.client_with(session, f"key {number}") for number in (1, 2)]
    assert [one and one.id for one in found] == [1, 1]


def test_a_list_that_says_either_means_the_kept_one_and_changes_nothing(house: House) -> None:
    house.enrol(ana(TREATED, last_name="Costa", external_id="A-1"))
    gone = OLD | {"phone": "+447700900177", "external_id": "B-1"}
    house.enrol(ana(TREATED, **gone))
    merge(house)
    before = house.lines()
    house.enrol(ana(TREATED, last_name="Costa", external_id="A-1"), ana(TREATED, **gone))
    (new,) = house.enrol(ana(date(2026, 4, 20), **gone | {"external_id": "B-2"}))
    with reading(house.engine) as session:
        assert {c.id for c in session.scalars(select(Client))} == {1, 2}
        assert client_of(session).phone == "+447700900101"
    assert new.client
    assert new.client.id == 1
    assert [x for x in house.lines() if x.treated_on == TREATED] == before


def test_the_other_records_own_number_means_the_kept_client(house: House) -> None:
    two(house)
    merge(house)
    elsewhere = {"phone": "+447700900188", "email": None, "client_id": "77", "meant": None}
    (one,) = house.enrol(ana(date(2026, 4, 20), **OLD | elsewhere))
    assert one.client
    assert one.client.id == 1


def test_somebody_elses_client_number_is_not_taken_from_them(house: House) -> None:
    house.enrol(ana(TREATED, client_id="77"))
    bob: dict[str, Any] = {"first_name": "Bob", "phone": "+447700900188", "email": None, "meant": 0}
    (one,) = house.enrol(ana(TREATED, client_id="77", **bob))
    assert one.client
    assert (one.client.id, one.client.external_id) == (2, None)


def test_who_was_said_to_be_meant_may_have_been_merged_since(house: House) -> None:
    two(house)
    told = ana(date(2026, 4, 20), **OLD | {"last_name": "Reid", "client_id": None, "meant": None})
    (asked,) = house.enrol(told)
    assert asked.doubt
    merge(house)
    with writing(house.engine) as session:
        clinic = people.clinics(session)[0]
        answers = Answers({(asked.doubt.kind, asked.doubt.subject): "client:2"})
        library, now = house.app.library, house.clock()
        (one,) = treatments.enrol(session, library, clinic, [told], now, answers=answers)
        assert one.client
        assert one.client.id == 1


def test_a_text_from_the_old_number_is_the_kept_clients(house: House) -> None:
    two(house, phone="+447700900177")
    merge(house)
    with reading(house.engine) as session:
        assert [c.id for c in replies.clients_on(session, "+447700900177")] == [1]


def everything(house: House) -> dict[str, list[tuple[Any, ...]]]:
    """Return what stands of clients, but for the traces of a merge."""
    leave = {"version", "claim", "id"}
    wanted = {"client", "treatment", "reply", "one_off_message"}
    with house.engine.connect() as connection:
        found = {
            table.name: [
                tuple(value for name, value in row._mapping.items() if name not in leave)
                for row in connection.execute(table.select().order_by(table.c.id))
            ]
            for table in SQLModel.metadata.sorted_tables
            if table.name in wanted
        }
        open_now = text(
            "SELECT client_id, treatment_id, milestone, channel, due_at FROM reminder"
            " WHERE status = 'planned' ORDER BY client_id, treatment_id, milestone, channel"
        )
        return found | {"open": [tuple(row) for row in connection.execute(open_now)]}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({}, marks=pytest.mark.both),
        {"phone": "+447700900177", "email": "old@mail.example"},
        {"consents": (consent_answer(Channel.SMS, given=False),)},
    ],
)
@pytest.mark.parametrize("keep", [1, 2])
def test_undoing_gives_everything_back(house: House, other: Any, keep: int) -> None:
    two(house, **other)
    before, answers = everything(house), [said(house, n) for n in (1, 2)]
    merge(house, keep, 3 - keep)
    assert everything(house) != before
    house.clock.now += timedelta(hours=3)
    assert undo(house, keep) == 3 - keep
    assert everything(house) == before
    assert [said(house, n) for n in (1, 2)] == answers


def test_what_was_said_since_outlasts_the_undo(house: House) -> None:
    two(house, consents=(consent_answer(Channel.SMS, given=False),))
    merge(house)
    with writing(house.engine) as session:
        who = client_of(session)
        ledger.withdraw(session, who, Channel.EMAIL, source="link", now=house.clock())
    undo(house)
    assert said(house) == {Channel.SMS: True, Channel.EMAIL: False}


def test_after_a_day_it_stays(house: House) -> None:
    two(house)
    merge(house)
    house.clock.now += timedelta(days=1)
    with pytest.raises(InputError, match="no merge to undo"):
        undo(house)


def test_of_three_each_is_undone_in_its_turn(house: House) -> None:
    two(house)
    house.enrol(ana(TREATED, first_name="Anita", last_name="Costa", email=None))
    merge(house, 2, 3)
    merge(house, 1, 2)
    with reading(house.engine) as session:
        assert client_of(session, 3).id == 1
    assert undo(house, 3) == 2
    with reading(house.engine) as session:
        assert client_of(session, 3).id == 2
    assert undo(house, 2) == 3


def strangers() -> Iterator[tuple[int, int, str]]:
    yield 1, 1, "the same client"
    yield 1, 3, "belong to different clinics"
    yield 1, 4, "has been erased"


def test_what_cannot_be_merged_is_said(house: House) -> None:
    two(house)
    with writing(house.engine) as session:
        clinic = people.clinics(session)[0].model_dump(exclude={"id", "slug"})
        session.add(Clinic(**clinic | {"name": "Elm", "name_key": "elm"}))
        session.flush()
        for number in (2, 1):
            session.add(Client(clinic_id=number, first_name="Ana", created_at=MONDAY))
            session.flush()
    forget(house, 4)
    for keep, gone, why in strangers():
        with pytest.raises(InputError, match=why):
            merge(house, keep, gone)
    merge(house)
    with pytest.raises(InputError, match="the same client"):
        merge(house, 2, 1)


@pytest.mark.both
def test_erasing_the_kept_one_leaves_nothing_of_either(house: House) -> None:
    two(house, phone="+447700900177", email="old@mail.example", external_id="B-1")
    merge(house)
    house.play(MONDAY + timedelta(days=3))
    with writing(house.engine) as session:
        assert len(retention.export(session, client_of(session), house.clock())["client"]) == 2
    forget(house)
    with house.engine.connect() as connection:
        rows = str(
            [
                list(connection.execute(table.select()))
                for table in SQLModel.metadata.sorted_tables
                if table.name != "clinic"
            ]
        )
    for needle in ("Anna", "'Ana'", "Costa", "900177", "900101", "old@mail", "ana@mail", "'77'"):
        assert needle not in rows
    with reading(house.engine) as session:
        for contact in ("+447700900177", "+447700900101"):
            hashed = consents.keyed(session, contact)
            assert consents.suppression(session, 1, hashed)
    with pytest.raises(InputError, match="no merge to undo"):
        undo(house)


def test_a_cancelled_twin_leaves_the_others_reminders(house: House) -> None:
    two(house)
    merge(house)
    with writing(house.engine) as session:
        twin = session.scalars(select(Treatment).order_by(col(Treatment.id).desc())).first()
        assert twin is not None
        treatments.cancel(session, house.app.library, twin, house.clock())
    house.play(MONDAY + timedelta(days=40))
    assert sent(house).count("day-1") == 1
