"""The consent ledger: who said what, by which act, and what nobody may change or take back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from reminders.cli.reminder_table import words
from reminders.consent import ledger as consent_ledger
from reminders.consent.ledger import Proof
from reminders.enrolment import clinics
from reminders.rules.terms import Act, Channel, Discretion, InputError, Purpose, Reason, Status
from reminders.store.database import reading, writing
from reminders.store.queries import consents, people
from reminders.store.tables import Client, Consent
from tests.conftest import House, ana, consent_answer

pytestmark = pytest.mark.portable

TREATED = date(2026, 3, 2)
PAPER = Proof(Act.DESK, "paper form", recorded_by="Mia")
STARTED = Proof(Act.KEYWORD, "texted START")
DAY_1 = datetime(2026, 3, 3, 15, 40, tzinfo=UTC)


def agree(house: House, proof: Proof, channel: Channel = Channel.SMS, **more: object) -> None:
    with writing(house.engine) as session:
        consent_ledger.record(session, client_of(session), channel, proof, house.clock(), **more)  # type: ignore[arg-type]


def stop(house: House, channel: Channel = Channel.SMS, act: Act = Act.KEYWORD) -> None:
    with writing(house.engine) as session:
        client = client_of(session)
        consent_ledger.withdraw(session, client, channel, source="STOP", now=house.clock(), act=act)


def client_of(session: object) -> Client:
    found = people.client(session, 1)  # type: ignore[arg-type]
    assert found is not None
    return found


def ledger(house: House) -> list[Consent]:
    with reading(house.engine) as session:
        return consents.ledger(session, 1)


def barred(house: House, contact: str = "+447700900101") -> Reason | None:
    with reading(house.engine) as session:
        found = consents.suppression(session, 1, contact)
        return found.reason if found else None


def test_a_consent_is_kept_with_all_that_proves_it(house: House) -> None:
    house.enrol(ana(TREATED, consents=()))
    proof = Proof(Act.FORM, "join page", "Text me about my skin.", "join-en-1", None, "203.0.113.9")
    agree(house, proof, given_at=house.clock() - timedelta(minutes=2))
    [kept] = ledger(house)
    assert kept.model_dump(exclude={"id"}) == {
        "client_id": 1,
        "channel": Channel.SMS,
        "purpose": Purpose.CARE,
        "given": True,
        "given_at": house.clock() - timedelta(minutes=2),
        "act": Act.FORM,
        "source": "join page",
        "contact": "+447700900101",
        "wording": "Text me about my skin.",
        "wording_version": "join-en-1",
        "recorded_by": None,
        "network_address": "203.0.113.9",
        "recorded_at": house.clock(),
        "erased_at": None,
    }


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE consent SET given = true",
        "UPDATE consent SET given_at = recorded_at",
        "UPDATE consent SET source = 'another'",
        "UPDATE consent SET wording = 'another', erased_at = recorded_at",
        "UPDATE consent SET client_id = 1, purpose = 'marketing', erased_at = recorded_at",
        "DELETE FROM consent",
    ],
)
@pytest.mark.both
def test_the_database_itself_keeps_the_ledger_as_it_was_written(house: House, change: str) -> None:
    house.enrol(ana(TREATED, consents=(consent_answer(Channel.SMS, given=False),)))
    before = [row.model_dump() for row in ledger(house)]
    with pytest.raises(DatabaseError, match="only added to"), house.engine.begin() as connection:
        connection.execute(text(change))
    assert [row.model_dump() for row in ledger(house)] == before


@pytest.mark.parametrize("purpose", [Purpose.APPOINTMENT, Purpose.MARKETING])
def test_only_a_yes_to_care_lets_care_messages_go(house: House, purpose: Purpose) -> None:
    house.enrol(ana(TREATED, email=None, consents=()))
    agree(house, PAPER, purpose=purpose)
    house.tick(DAY_1)
    line = house.line("day-1")
    assert (line.status, line.reason) == (Status.SKIPPED, Reason.NO_CONSENT)


def test_a_no_to_marketing_leaves_care_alone(house: House) -> None:
    house.enrol(ana(TREATED, email=None, consents=(consent_answer(Channel.SMS),)))
    agree(house, PAPER, purpose=Purpose.MARKETING)
    with writing(house.engine) as session:
        proof = consent_ledger.line(
            client_of(session),
            Channel.SMS,
            PAPER,
            house.clock(),
            given=False,
            purpose=Purpose.MARKETING,
        )
        consents.add(session, [proof])
    house.tick(DAY_1)
    assert house.line("day-1").status is Status.ACCEPTED


def test_staff_record_a_consent_and_care_begins(house: House) -> None:
    house.enrol(ana(TREATED, email=None, consents=()))
    agree(house, PAPER)
    house.tick(DAY_1)
    assert house.line("opt-in").status is Status.ACCEPTED
    house.tick(DAY_1 + timedelta(minutes=2))
    assert house.line("day-1").status is Status.ACCEPTED
    assert (ledger(house)[0].act, ledger(house)[0].recorded_by) == (Act.DESK, "Mia")


@pytest.mark.parametrize("act", [Act.DESK, Act.IMPORT])
def test_staff_cannot_lift_a_stop(house: House, act: Act) -> None:
    house.enrol(ana(TREATED))
    stop(house)
    with pytest.raises(InputError, match="only they can undo that"):
        agree(house, Proof(act, "paper form"))
    assert barred(house) is Reason.OPTED_OUT
    assert ledger(house)[-1].given is False


@pytest.mark.parametrize("act", sorted(consent_ledger.CLIENT_ACTS))
@pytest.mark.both
def test_a_client_takes_back_a_stop_and_what_still_helps_is_planned_again(
    house: House, act: Act
) -> None:
    house.enrol(ana(TREATED, email=None, consents=(consent_answer(Channel.SMS),)))
    stop(house)
    assert house.line("week-1").status is Status.CANCELLED
    house.clock.now = DAY_1
    agree(house, Proof(act, "the client's own act"))
    assert barred(house) is None
    assert house.line("week-1").status is Status.PLANNED
    assert house.line("same-evening").status is Status.CANCELLED  # its moment has passed
    house.tick()
    assert house.line("day-1").status is Status.ACCEPTED


def test_a_course_that_moved_during_a_stop_is_planned_once(house: House) -> None:
    house.enrol(ana(date(2026, 3, 9), email=None, external_id="B1"))
    stop(house)
    house.enrol(ana(date(2026, 3, 12), email=None, external_id="B1"))
    agree(house, STARTED)
    planned = [x.milestone for x in house.lines() if x.status is Status.PLANNED]
    assert len(planned) == len(set(planned))
    assert "day-1" in planned


@pytest.mark.both
def test_a_stop_cancels_what_is_planned_for_everyone_on_that_number(house: House) -> None:
    house.enrol(ana(TREATED), ana(TREATED, first_name="Bea", email="bea@mail.example"))
    stop(house)
    texts = house.lines(Channel.SMS)
    assert {(x.first_name, x.status, x.reason) for x in texts if x.milestone == "day-1"} == {
        ("Ana", Status.CANCELLED, Reason.OPTED_OUT),
        ("Bea", Status.CANCELLED, Reason.OPTED_OUT),
    }
    assert {x.status for x in house.lines(Channel.EMAIL) if x.milestone == "day-1"} == {
        Status.PLANNED
    }


def test_stopping_twice_is_stopping_once(house: House) -> None:
    house.enrol(ana(TREATED))
    stop(house)
    lines = len(ledger(house))
    stop(house)
    stop(house, act=Act.LINK)
    assert len(ledger(house)) == lines


def test_a_stop_ends_every_purpose(house: House) -> None:
    house.enrol(ana(TREATED))
    agree(house, PAPER, purpose=Purpose.APPOINTMENT)
    stop(house)
    with reading(house.engine) as session:
        latest = consents.latest(session, 1)
    assert latest[Channel.SMS, Purpose.CARE] is False
    assert latest[Channel.SMS, Purpose.APPOINTMENT] is False
    assert latest[Channel.EMAIL, Purpose.CARE] is True


def test_a_stop_on_texts_moves_nothing_to_an_email_without_consent(house: House) -> None:
    house.enrol(ana(TREATED, consents=(consent_answer(Channel.SMS),)))
    stop(house)
    house.play(datetime(2026, 4, 20, tzinfo=UTC))
    assert not house.left()
    assert {x.reason for x in house.lines(Channel.EMAIL) if x.milestone == "day-1"} == {
        Reason.NO_CONSENT
    }


def test_a_stop_outweighs_a_dead_number_so_that_nobody_else_can_lift_it(house: House) -> None:
    house.enrol(ana(TREATED))
    with writing(house.engine) as session:
        for why in (Reason.UNREACHABLE, Reason.OPTED_OUT, Reason.UNREACHABLE):
            consents.suppress(
                session, 1, "+447700900101", why, source="provider", now=house.clock()
            )
    assert barred(house) is Reason.OPTED_OUT


def test_staff_may_say_that_a_dead_address_works_again(house: House) -> None:
    house.enrol(ana(TREATED))
    with writing(house.engine) as session:
        consents.suppress(
            session, 1, "ana@mail.example", Reason.UNREACHABLE, source="550", now=house.clock()
        )
    agree(house, PAPER, Channel.EMAIL)
    assert barred(house, "ana@mail.example") is None


@pytest.mark.parametrize(
    "faulty,says",
    [
        ({"channel": Channel.EMAIL}, "no number or address"),
        ({"proof": Proof(Act.DESK, " ")}, "proof of this consent names no source"),
        ({"given_at": datetime(2026, 3, 3, tzinfo=UTC)}, "in the future"),
    ],
)
def test_a_consent_without_its_proof_is_refused(
    house: House, faulty: dict[str, object], says: str
) -> None:
    house.enrol(ana(TREATED, email=None, consents=()))
    told: dict[str, object] = {"proof": PAPER, "channel": Channel.SMS} | faulty
    with pytest.raises(InputError, match=says):
        agree(house, **told)  # type: ignore[arg-type]
    assert ledger(house) == []


# --- lists --------------------------------------------------------------------------------


@pytest.mark.both
def test_a_list_never_undoes_a_no_revives_a_stop_or_rewrites_a_date(house: House) -> None:
    house.enrol(ana(TREATED))
    stop(house)
    before = [row.model_dump() for row in ledger(house)]
    later = tuple(
        consent_said.__class__(
            consent_said.channel, given=True, given_at=house.clock(), source="list"
        )
        for consent_said in (consent_answer(Channel.SMS), consent_answer(Channel.EMAIL))
    )
    [done] = house.enrol(ana(TREATED, consents=later))
    assert [row.model_dump() for row in ledger(house)] == before
    assert done.remarks == ["The client has opted out of texts. An import cannot change this."]
    assert barred(house) is Reason.OPTED_OUT


def test_a_list_s_yes_for_a_stopped_number_is_told_even_from_a_new_client(house: House) -> None:
    house.enrol(ana(TREATED))
    stop(house)
    [done] = house.enrol(
        ana(TREATED, first_name="Bea", email=None, consents=(consent_answer(Channel.SMS),))
    )
    assert done.remarks == ["The client has opted out of texts. An import cannot change this."]
    house.tick(DAY_1)
    assert not [x for x in house.lines(Channel.SMS) if x.status is Status.ACCEPTED]


def test_a_list_s_consent_is_kept_as_a_list_s(house: House) -> None:
    house.enrol(ana(TREATED))
    assert {(row.act, row.source, row.contact) for row in ledger(house)} == {
        (Act.IMPORT, "paper form", "+447700900101"),
        (Act.IMPORT, "paper form", "ana@mail.example"),
    }


# --- quiet hours and discretion, from the list to the message -----------------------------


SATURDAY = date(2026, 3, 7)
PARIS = "+33612345678"


def test_a_client_in_a_stricter_country_is_planned_for_within_its_hours(house: House) -> None:
    house.enrol(ana(SATURDAY, email=None, consents=(consent_answer(Channel.SMS),)))
    assert f"{house.line('day-1').at:%a %H:%M}" == "Sun 15:30"
    house.enrol(
        ana(
            SATURDAY,
            first_name="Bea",
            phone=PARIS,
            email=None,
            consents=(consent_answer(Channel.SMS),),
        )
    )
    assert f"{house.line('day-1').at:%a %H:%M}" == "Mon 09:00"


def test_what_was_planned_before_waits_for_the_stricter_hours_all_the_same(house: House) -> None:
    house.enrol(ana(SATURDAY, email=None, consents=(consent_answer(Channel.SMS),)))
    with writing(house.engine) as session:
        client_of(session).phone = PARIS
        people.clinics(session)[0].other_countries = "FR"
    house.tick(datetime(2026, 3, 8, 16, tzinfo=UTC))  # Sunday
    line = house.line("day-1")
    assert (line.status, line.reason) == (Status.PLANNED, Reason.QUIET_HOURS)
    house.tick(datetime(2026, 3, 9, 9, tzinfo=UTC))
    assert house.line("day-1").status is Status.ACCEPTED


def test_what_is_due_in_quiet_hours_waits_and_says_until_when(house: House) -> None:
    house.enrol(ana(TREATED, email=None, consents=(consent_answer(Channel.SMS),)))
    house.tick(datetime(2026, 3, 3, 22, tzinfo=UTC))
    line = house.line("day-1")
    assert (line.status, line.reason) == (Status.PLANNED, Reason.QUIET_HOURS)
    assert words(line).endswith("until Wed 4 Mar 09:00 (quiet-hours)[/yellow]")


def choose_discretion(house: House) -> None:
    with writing(house.engine) as session:
        client_of(session).discretion = Discretion.DISCREET


def test_a_discreet_client_s_text_says_only_that_there_is_a_note(house: House) -> None:
    house.enrol(ana(TREATED, email=None, consents=(consent_answer(Channel.SMS),)))
    choose_discretion(house)
    house.tick(DAY_1)
    line = house.line("day-1")
    assert line.body is not None
    assert line.body.startswith("Rosewood Skin: Hi Ana, there is a note for you on your own page: ")
    assert "http://localhost:8000/a/" in line.body
    assert line.body.endswith("\nReply STOP to end")
    assert line.segments == 1
    assert "SPF" not in line.body


def test_a_discreet_client_s_email_shows_nothing_before_it_is_opened(house: House) -> None:
    house.enrol(ana(TREATED, phone=None, consents=(consent_answer(Channel.EMAIL),)))
    choose_discretion(house)
    house.tick(DAY_1)
    assert house.line("day-1", Channel.EMAIL).subject == "A note from Rosewood Skin"
    [mail] = [path.read_text("utf-8") for path in house.left()]
    shown = mail.partition("preheader")[2].partition("</div>")[0]
    assert shown.endswith(">Read it on your own page.")
    assert "sunscreen" not in mail.lower()


def test_care_is_plain_unless_the_client_chose_otherwise(house: House) -> None:
    house.enrol(ana(TREATED))
    house.tick(DAY_1)
    body = house.line("day-1").body or ""
    assert "needling" not in body.lower()
    assert "SPF" in body


def test_a_clinic_s_lower_cap_binds_even_the_first_week(house: House) -> None:
    with writing(house.engine) as session:
        clinic = people.clinics(session)[0]
        clinics.edit(session, house.app.library, clinic, {"texts_per_week": 1}, house.clock())
        clinic.texts_per_day = 9  # as an older edition of this program allowed
    house.enrol(ana(TREATED, email=None, consents=(consent_answer(Channel.SMS),)))
    house.play(datetime(2026, 3, 8, 20, tzinfo=UTC))
    assert [x.milestone for x in house.lines() if x.status is Status.ACCEPTED] == ["same-evening"]
    assert house.line("day-1").reason is Reason.GIVES_WAY
