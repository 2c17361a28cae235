"""Erasing, exporting and purging: what is gone, what is proven all the same, and what stays barred."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import String, select, text
from sqlmodel import SQLModel, col
from sqlmodel.sql.sqltypes import AutoString

from reminders.consent import ledger as consent_ledger
from reminders.consent.ledger import Proof
from reminders.plans import one_off_messages
from reminders.privacy import retention
from reminders.privacy.retention import RetentionPeriods
from reminders.rules.keywords import Kind
from reminders.rules.skin_answers import Said
from reminders.rules.terms import Act, Channel, Discretion, InputError, OneOffKind, Reason, Status
from reminders.shapes.people import ClientExport
from reminders.store.database import reading, short_transaction, writing
from reminders.store.queries import consents
from reminders.store.queries.consents import HASHED
from reminders.store.queries.erasure import SIZE
from reminders.store.tables import (
    Attempt,
    Client,
    JoinRequest,
    PageOpening,
    PurgeRecord,
    Redaction,
    Reply,
    SkinAnswer,
    VerificationCode,
)
from tests.conftest import House, ana, consent_answer
from tests.support.erasure import client_of, forget

pytestmark = pytest.mark.portable

TREATED = date(2026, 3, 2)
DAY_1 = datetime(2026, 3, 3, 15, 40, tzinfo=UTC)
NEEDLES = (
    '"Ana"', "Costarica", "7700900101", "7700 900101", "ana@mail", "booking-77", "client-77",
    "hurts a lot", "pictures/1", "we will call you", "203.0.113.9", "drawer three", "SPF", "left eye",
)  # fmt: skip
"""What must not be found anywhere once a client is erased."""


def live(house: House) -> None:
    """Let a client agree, be treated, messaged, write, and be written to."""
    house.enrol(
        ana(TREATED, last_name="Costarica", external_id="booking-77", client_id="client-77")
    )
    proof = Proof(Act.FORM, "drawer three", "Text me.", "en-1", None, "203.0.113.9")
    with writing(house.engine) as session:
        client = client_of(session)
        consent_ledger.record(session, client, Channel.SMS, proof, house.clock())
        one_off_messages.write(
            session, client, Channel.SMS, OneOffKind.ANSWER, "Ana, we will call you", house.clock(),
            good_for=timedelta(days=3), urgent=True,
        )  # fmt: skip
    house.tick(DAY_1)
    with writing(house.engine) as session:
        session.add_all(
            [
                SkinAnswer(
                    clinic_id=1, client_id=1, treatment_id=1, moment="day-1", said=Said.WORRIED,
                    answered_at=DAY_1, changed_at=DAY_1, worried_at=DAY_1, note="Ana: sore by the left eye",
                ),
                PageOpening(treatment_id=1, moment="day-1"),
            ]
        )  # fmt: skip
        session.add(
            Reply(
                provider_id="SMreply", clinic_id=1, client_id=1, contact="+447700900101",
                body="Ana here, it hurts a lot", media=[{"url": "https://x.example/pictures/1"}],
                kind=Kind.REPLY, answer="Ana: a person will read this", received_at=DAY_1,
            )
        )  # fmt: skip
        session.add_all(
            [
                VerificationCode(
                    clinic_id=1, purpose="join.1", channel=Channel.SMS, contact="+447700900101",
                    code_hash="s", network_address="203.0.113.9", requested_at=DAY_1, expires_at=DAY_1,
                ),
                JoinRequest(
                    clinic_id=1, language="en", discretion=Discretion.PLAIN, sms_client_id=1,
                    sms_wording="drawer three", network_address="203.0.113.9", requested_at=DAY_1,
                ),
            ]
        )  # fmt: skip
        of = session.scalars(select(Attempt).where(col(Attempt.contact).startswith("+"))).first()
        assert of is not None
        of.provider_id = "SM" + "0" * 32


def everything(house: House) -> str:
    """Return all that the database holds, as text."""
    with house.engine.connect() as connection:
        tables = SQLModel.metadata.sorted_tables
        rows = {t.name: [tuple(r) for r in connection.execute(t.select())] for t in tables}
    return json.dumps(rows, default=str, ensure_ascii=False).casefold()


def test_of_an_erased_client_nothing_can_be_read_anywhere(house: House) -> None:
    live(house)
    before = everything(house)
    assert [needle for needle in NEEDLES if needle.casefold() not in before] == ["7700 900101"]
    done = forget(house)
    after = everything(house)
    assert [needle for needle in NEEDLES if needle.casefold() in after] == []
    assert done == {
        "messages": 3, "replies": 1, "notes": 1, "consents": 5, "waiting rows": 0, "booking posts": 0,
        retention.AT_TWILIO: 2,
    }  # fmt: skip


ERASED = {
    "attempt": "contact subject body",
    "client": "first_name last_name name_key family_key phone email time_zone external_id page_key",
    "verification_code": "purpose contact code_hash network_address network number_block country",
    "consent": "source contact network_address",
    "join_request": "network_address sms_wording email_wording language",
    "import": "cells columns file_name", "question": "subject facts choices answer",
    "postponed_enrolment": "enrolment", "remembered_answer": "subject label answer", "waiting_row": "row_key layout cells",
    "one_off_message": "subject words", "reply": "contact body answer", "suppression": "contact",
    "treatment": "external_id", "skin_answer": "note", "kept_answer": "body", "booking_delivery": "body reason booking",
}  # fmt: skip
HARMLESS = {
    "attempt": "claim outcome code provider_id sender country", "client": "language", "import": "imported_by undone_by",
    "import_row": "effect", "question": "kind answered_by", "remembered_answer": "kind answered_by",
    "client_merge": "moved merged_by", "feed_event": "number fingerprint outcome", "event": "kind", "event_delivery": "message_id kind outcome", "kept_answer": "name fingerprint", "consent": "wording wording_version recorded_by",
    "receipt": "provider_id status code", "redaction": "provider_id", "reminder": "milestone claim",
    "reply": "provider_id alarm sender", "suppression": "source", "treatment": "protocol source",
    "page_opening": "moment", "skin_answer": "moment said outcome",
    "booking_delivery": "event_key outcome", "booking_mark": "booking_hash scale",
}  # fmt: skip
NOT_OF_CLIENTS = {
    "alert", "api_key", "audit", "booking_source", "clinic", "column_mapping", "counted_day", "counted_skin_day", "endpoint", "feed", "heartbeat", "invitation", "lane",
    "membership", "milestone_placement", "outage", "parameter", "practice_recipient", "purge_record",
    "segment_spending", "sender_account", "sender_pace", "sender_rate", "setting", "sign_in", "sign_in_attempt", "staff",
    "wording",
}  # fmt: skip
"""Of clinics, staff and our own doing; audit lines and alerts never name a client."""


def test_every_word_kept_of_a_client_is_known_to_be_erased_or_harmless() -> None:
    """A new table or column must be thought of here before it is landed."""
    for table in SQLModel.metadata.sorted_tables:
        words = {c.name for c in table.c if isinstance(c.type, String | AutoString)}
        known = f"{ERASED.get(table.name, '')} {HARMLESS.get(table.name, '')}".split()
        assert table.name in NOT_OF_CLIENTS or words <= set(known), (table.name, words - set(known))


def test_what_is_erased_is_still_proven_to_whoever_has_it(house: House) -> None:
    live(house)
    body = house.line("day-1").body or ""
    assert body
    forget(house)
    with reading(house.engine) as session:
        kept = session.scalars(select(col(Attempt.body))).all()
        assert consents.keyed(session, body) in kept
        assert consents.keyed(session, body + " ") not in kept
        ledger = consents.ledger(session, 1)
        assert consents.keyed(session, "203.0.113.9") in {line.network_address for line in ledger}
    assert {(line.act, line.given) for line in ledger} >= {(Act.FORM, True), (Act.ERASURE, False)}
    assert {line.wording for line in ledger if line.act is Act.FORM} == {"Text me."}
    assert all(len(line.source) == SIZE and line.source[0] == HASHED for line in ledger)


def test_the_hash_needs_the_key(house: House) -> None:
    with reading(house.engine) as session:
        ours = consents.keyed(session, "+447700900101")
    other = house.engine.execution_options(hash_key=b"another")
    with reading(other) as session:
        assert consents.keyed(session, "+447700900101") != ours


def test_nothing_is_ever_sent_to_an_erased_client(house: House) -> None:
    live(house)
    left = len(house.left())
    forget(house)
    assert {x.reason for x in house.lines() if x.status is Status.CANCELLED} == {Reason.ERASED}
    house.play(datetime(2026, 6, 1, tzinfo=UTC))
    assert len(house.left()) == left


def test_a_list_that_names_an_erased_client_again_brings_no_message(house: House) -> None:
    live(house)
    forget(house)
    left = len(house.left())
    [done] = house.enrol(ana(date(2026, 3, 9)))
    assert done.client is not None
    assert done.client.id == 2
    assert len(done.remarks) == 2
    house.play(datetime(2026, 6, 1, tzinfo=UTC))
    assert len(house.left()) == left


def test_after_an_erasure_a_client_may_join_again_by_a_code_but_not_past_a_stop(
    house: House,
) -> None:
    live(house)
    forget(house)
    house.enrol(ana(date(2026, 3, 9), consents=()))
    with writing(house.engine) as session:
        for kind in (OneOffKind.CODE, OneOffKind.CORRECTION):
            one_off_messages.write(
                session, client_of(session, 2), Channel.SMS, kind, "123456", house.clock(),
                good_for=timedelta(hours=1), urgent=True,
            )  # fmt: skip
    house.tick()
    assert house.line("code").status is Status.ACCEPTED
    assert house.line("correction").reason is Reason.ERASED


def test_a_number_known_by_its_hash_alone_gets_no_note_either(house: House) -> None:
    live(house)
    with writing(house.engine) as session:
        consent_ledger.withdraw(
            session, client_of(session), Channel.SMS, source="STOP", now=house.clock()
        )
    forget(house)
    with writing(house.engine) as session:
        joins = Client(clinic_id=1, first_name="Ana", phone="+447700900101", created_at=DAY_1)
        session.add(joins)
        session.flush()
        one_off_messages.write(
            session, joins, Channel.SMS, OneOffKind.CODE, "123456", house.clock(),
            good_for=timedelta(hours=1), urgent=True,
        )  # fmt: skip
    house.tick()
    assert house.line("code").reason is Reason.OPTED_OUT


def test_a_fresh_consent_after_an_erasure_counts_but_a_stop_still_binds(house: House) -> None:
    live(house)
    with writing(house.engine) as session:
        consent_ledger.withdraw(
            session,
            client_of(session),
            Channel.EMAIL,
            source="link",
            now=house.clock(),
            act=Act.LINK,
        )
    forget(house)
    house.enrol(ana(date(2026, 3, 9), consents=()))
    with writing(house.engine) as session:
        fresh = client_of(session, 2)
        paper = Proof(Act.DESK, "paper form")
        consent_ledger.record(session, fresh, Channel.SMS, paper, house.clock())
        with pytest.raises(InputError, match="only they can undo that"):
            consent_ledger.record(session, fresh, Channel.EMAIL, paper, house.clock())


def test_a_stop_outlives_an_erasure_as_a_hash_and_is_known_again_later(house: House) -> None:
    live(house)
    with writing(house.engine) as session:
        consent_ledger.withdraw(
            session, client_of(session), Channel.SMS, source="STOP", now=house.clock()
        )
    forget(house)
    assert "900101" not in everything(house)
    house.enrol(ana(date(2026, 3, 9), email=None))
    with reading(house.engine) as session:
        found = consents.suppression(session, 1, "+447700900101")
        assert found is not None
        assert (found.reason, found.source) == (Reason.OPTED_OUT, "STOP")
    forget(house, 2)
    with reading(house.engine) as session:
        hashed = consents.suppression(session, 1, consents.keyed(session, "+447700900101"))
        assert hashed is not None
        assert hashed.reason is Reason.OPTED_OUT


def test_who_shares_an_erased_client_s_number_keeps_it_and_the_messages_to_it(house: House) -> None:
    house.enrol(
        ana(TREATED),
        ana(TREATED, first_name="Bea", email=None, consents=(consent_answer(Channel.SMS),)),
    )
    forget(house)
    house.enrol(ana(TREATED, time(15), first_name="Bea", email=None, consents=()))  # planned anew
    house.tick(DAY_1 + timedelta(hours=1))
    assert [x.first_name for x in house.lines() if x.status is Status.ACCEPTED] == ["Bea"]


def test_a_message_in_doubt_is_given_up_since_nobody_can_be_asked_any_more(house: House) -> None:
    live(house)
    with house.engine.begin() as connection:
        connection.execute(text("UPDATE reminder SET status = 'handoff' WHERE status = 'accepted'"))
    forget(house)
    assert {x.status for x in house.lines()} == {Status.UNKNOWN, Status.CANCELLED, Status.SKIPPED}


def test_the_provider_is_to_forget_the_client_s_texts_too(house: House) -> None:
    live(house)
    forget(house)
    with reading(house.engine) as session:
        assert [r.provider_id for r in session.scalars(select(Redaction))] == [
            "SM" + "0" * 32, "SMreply",
        ]  # fmt: skip


def test_erasing_twice_is_refused_kindly(house: House) -> None:
    live(house)
    forget(house)
    with pytest.raises(InputError, match="already been erased"):
        forget(house)


def test_a_dry_run_changes_nothing(house: House) -> None:
    live(house)
    before = everything(house)
    with short_transaction(house.engine) as session:
        retention.forget(session, client_of(session), house.clock(), by="Mia")
    assert everything(house) == before


# --- export -------------------------------------------------------------------------------


def test_an_export_holds_everything_and_nobody_else(house: House) -> None:
    live(house)
    house.enrol(ana(TREATED, first_name="Zelda", phone="+447700900102", email=None))
    with reading(house.engine) as session:
        held = retention.export(session, client_of(session), house.clock())
    told = ClientExport(**held).model_dump_json()
    assert [needle for needle in NEEDLES if needle not in told] == ["7700 900101"]
    assert "Zelda" not in told
    assert "900102" not in told
    assert json.loads(told)["clinic"] == "Rosewood Skin"
    assert {name: len(rows) for name, rows in held.items() if isinstance(rows, list)} == {
        "client": 1, "treatment": 1, "consent": 3, "suppression": 0, "one_off_message": 1, "reminder": 14,
        "attempt": 3, "receipt": 0, "reply": 1, "import_row": 0,
        "join_request": 1, "verification_code": 1, "client_merge": 0, "waiting_row": 0, "event": 6, "event_delivery": 0,
            "postponed_enrolment": 0, "booking_delivery": 0, "page_opening": 1, "skin_answer": 1,
    }  # fmt: skip


# --- purge --------------------------------------------------------------------------------

KEEP = RetentionPeriods(
    messages=timedelta(365),
    replies=timedelta(365),
    deliveries=timedelta(730),
    consents=timedelta(1826),
    stops=timedelta(3652),
)


def purge(house: House, after: timedelta) -> Counter[str]:
    with writing(house.engine) as session:
        return retention.purge(session, KEEP, DAY_1 + after)


def test_each_thing_is_kept_as_long_as_it_may_be_and_no_longer(house: House) -> None:
    live(house)
    house.play(datetime(2026, 5, 1, tzinfo=UTC))
    with writing(house.engine) as session:
        consent_ledger.withdraw(session, client_of(session), Channel.SMS, source="STOP", now=DAY_1)
    assert purge(house, timedelta(29)) == {}
    assert purge(house, timedelta(363)) == {"forms": 1, "events": 7}
    words = purge(house, timedelta(450))
    assert words["messages' words"] == sum(1 for x in house.lines() if x.handoff_at)
    assert (words["replies"], words["notes' words"]) == (1, 1)
    assert "hurts" not in everything(house)
    assert "spf" not in everything(house)
    assert "costarica" in everything(house)
    facts = purge(house, timedelta(800))
    assert (facts["deliveries"], facts["skin answers"]) == (14, 1)
    assert house.lines() == []
    assert purge(house, timedelta(1800)) == {}
    gone = purge(house, timedelta(1900))
    assert gone["clients"] == 1
    assert gone["consents"] == 4
    assert [needle for needle in NEEDLES if needle.casefold() in everything(house)] == []
    assert purge(house, timedelta(3600)) == {"events": 1}, "the erasure's own"
    assert purge(house, timedelta(3700)) == {"stops": 1}


def test_what_was_purged_is_still_counted(house: House) -> None:
    live(house)
    done = purge(house, timedelta(900))
    with reading(house.engine) as session:
        kept = {row.kind: row.count for row in session.scalars(select(PurgeRecord))}
    assert kept == dict(done)
    assert kept["deliveries"] > 0


def test_nobody_is_purged_who_was_treated_or_heard_of_lately(house: House) -> None:
    live(house)
    house.clock.now = DAY_1 + timedelta(1500)
    house.enrol(ana(house.clock.now.date()))
    assert "clients" not in purge(house, timedelta(1900))
