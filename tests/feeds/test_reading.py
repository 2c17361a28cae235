"""What a calendar tells from one read to the next: believed as far as it goes, and never older again."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from reminders.intake import answers
from reminders.privacy import retention
from reminders.rules.feeds import EVERY
from reminders.rules.sayings import say
from reminders.store.database import reading, writing
from reminders.store.queries import feeds as queries
from reminders.store.queries import people
from reminders.store.tables import Alert
from tests.conftest import House, ana
from tests.support.calendars import event, ics, read_here
from tests.support.erasure import forget
from tests.support.feeds import ANA, Diary

pytestmark = pytest.mark.portable

MOVED = "DTSTART;TZID=Europe/London:20260305T100000"
MONDAYS = "RRULE:FREQ=WEEKLY;COUNT=2"


def test_a_calendar_brings_treatments_questions_and_the_rest(diary: Diary) -> None:
    said = diary.read(
        event(ANA),
        event("ATTENDEE;CN=Bea Hall:mailto:bea@mail.example", uid="2", title="Glow"),
        event(uid="3", title="Lunch"),
        event("DTSTART;VALUE=DATE:20260303", uid="4", title="Microneedling day"),
        event(uid="5"),
        event("DTSTART;TZID=Nowhere/There:20260303T140000", uid="6"),
    )
    assert said == (
        "6 events: 1 treatment, 0 questions, 3 other events, 1 without a client, 1 unreadable."
    )
    assert diary.treatments() == ["03-03 14:00"]
    assert diary.clients() == ["Ana Costa"]


def test_nothing_leaves_for_it_without_a_consent(diary: Diary) -> None:
    diary.read(event(ANA))
    diary.house.play(diary.house.clock() + timedelta(days=9))
    assert diary.house.left() == []


def test_the_same_again_changes_nothing_and_is_not_even_sent(diary: Diary) -> None:
    diary.server.serve(ics(event(ANA)), ETag='"1"')
    diary.read_again()
    asked = len(diary.server.asked)
    assert diary.read_again() == "1 event: 1 treatment, 0 questions, 0 other events."
    assert diary.server.asked[asked][1]["If-None-Match"] == '"1"'
    assert diary.treatments() == ["03-03 14:00"]


def test_a_moved_event_moves_its_treatment(diary: Diary) -> None:
    diary.read(event(ANA))
    diary.read(event(ANA, MOVED, "SEQUENCE:1"))
    assert diary.treatments() == ["03-05 10:00"]


@pytest.mark.parametrize(
    "newer, older",
    [
        ("SEQUENCE:2", "SEQUENCE:1"),
        ("LAST-MODIFIED:20260302T070000Z", "LAST-MODIFIED:20260301T070000Z"),
    ],
)
def test_an_older_version_never_overwrites_a_newer_one(
    diary: Diary, newer: str, older: str
) -> None:
    diary.read(event(ANA, MOVED, newer))
    diary.read(event(ANA, older))
    assert diary.treatments() == ["03-05 10:00"]


@pytest.mark.parametrize(
    "ended",
    [event(ANA, "STATUS:CANCELLED"), event(ANA, title="CANCELLED: Microneedling Ana Costa")],
)
def test_a_cancelled_event_cancels_at_once_and_comes_back_if_it_does(
    diary: Diary, ended: str
) -> None:
    diary.read(event(ANA))
    diary.read(ended)
    assert diary.treatments() == ["03-03 14:00 x"]
    diary.read(event(ANA))
    assert diary.treatments() == ["03-03 14:00"]


def test_one_of_a_series_moves_alone_and_one_excepted_is_cancelled(diary: Diary) -> None:
    series = event(ANA, MONDAYS)
    diary.read(series)
    assert diary.treatments() == ["03-03 14:00", "03-10 14:00"]
    alone = event(ANA, "RECURRENCE-ID;TZID=Europe/London:20260310T140000", "SEQUENCE:1",
                  "DTSTART;TZID=Europe/London:20260311T090000")  # fmt: skip
    diary.read(series, alone)
    assert diary.treatments() == ["03-03 14:00", "03-11 09:00"]
    diary.read(event(ANA, MONDAYS, "EXDATE;TZID=Europe/London:20260303T140000"), alone)
    assert diary.treatments() == ["03-03 14:00 x", "03-11 09:00"]


# --- what vanishes ----------------------------------------------------------------------------------

OTHER = event(uid="other", title="Lunch")


def test_what_vanishes_is_cancelled_after_two_whole_reads_in_a_row(diary: Diary) -> None:
    diary.read(event(ANA), OTHER)
    diary.read(OTHER)
    assert diary.treatments() == ["03-03 14:00"]
    diary.read(OTHER)
    assert diary.treatments() == ["03-03 14:00 x"]


def test_the_second_read_is_a_whole_one_though_nothing_changed(diary: Diary) -> None:
    diary.read(event(ANA), OTHER)
    diary.server.serve(ics(OTHER), ETag='"2"')
    diary.read_again()
    diary.read_again()
    assert "If-None-Match" not in diary.server.asked[-1][1]
    assert diary.treatments() == ["03-03 14:00 x"]


def test_what_comes_back_in_between_stays(diary: Diary) -> None:
    for held in ([event(ANA), OTHER], [OTHER], [event(ANA), OTHER], [OTHER]):
        diary.read(*held)
    assert diary.treatments() == ["03-03 14:00"]


def test_what_comes_back_after_all_is_planned_again(diary: Diary) -> None:
    for held in ([event(ANA), OTHER], [OTHER], [OTHER], [event(ANA), OTHER]):
        diary.read(*held)
    assert diary.treatments() == ["03-03 14:00"]


BAD = {
    "refused": {"body": b"", "status": 500},
    "cut off": {"body": ics(event(ANA), OTHER)[:-30]},
    "a page": {"body": b"<html>sign in</html>"},
    "suddenly empty": {"body": ics()},
}


@pytest.mark.parametrize("name", BAD)
def test_no_read_that_is_not_whole_cancels_anything(name: str, diary: Diary) -> None:
    diary.read(event(ANA), OTHER)
    diary.read(OTHER)
    for _ in range(3):
        diary.server.serve(**BAD[name])  # type: ignore[arg-type]
        diary.read_again()
    assert diary.feed().problem
    assert diary.treatments() == ["03-03 14:00"]


def test_what_is_over_is_not_cancelled_for_being_gone(diary: Diary) -> None:
    diary.read(event(ANA), OTHER)
    diary.house.clock.now += timedelta(days=2)
    diary.read(OTHER)
    diary.read(OTHER)
    assert diary.treatments() == ["03-03 14:00"]


# --- questions --------------------------------------------------------------------------------------


def answer(diary: Diary, choice: str) -> None:
    (asked,) = diary.questions()
    with writing(diary.house.engine) as session:
        app = diary.house.app
        answers.answer(session, app.library, asked.id, choice, "sam@rosewood.example", app.clock())


def test_a_doubtful_service_is_asked_once_for_all_its_events(diary: Diary) -> None:
    facial = [event(ANA, uid=f"{n}", title="Collagen treatment - Ana Costa") for n in range(3)]
    said = diary.read(*facial)
    assert "1 question" in said
    assert len(diary.questions()) == 1


def test_a_known_full_name_is_enough_and_an_unknown_one_is_asked_about(diary: Diary) -> None:
    diary.house.enrol(ana(diary.house.clock().date() - timedelta(days=60), last_name="Costa"))
    said = diary.read(
        event(title="Microneedling - Ana Costa"),
        event(MONDAYS, uid="2", title="Microneedling - Anna Costa"),
    )
    assert said == "3 events: 1 treatment, 1 question, 0 other events."
    (asked,) = diary.questions()
    assert "Anna Costa" in say(json.loads(asked.facts)["sentence"])
    assert [key for key, _ in json.loads(asked.choices)] == ["client:1", "leave-out"]
    answer(diary, "client:1")
    assert diary.clients() == ["Ana Costa"]
    assert diary.read_again() == "3 events: 3 treatments, 0 questions, 0 other events."


def test_a_name_left_out_stays_out(diary: Diary) -> None:
    diary.read(event(title="Microneedling - Ana Costa"))
    answer(diary, "leave-out")
    diary.read(event("SEQUENCE:1", MOVED, title="Microneedling - Ana Costa"))
    assert diary.questions() == []
    assert diary.treatments() == []


def test_who_is_enrolled_meanwhile_is_found_by_the_next_read(diary: Diary) -> None:
    diary.read(event(title="Microneedling - Ana Costa"))
    assert len(diary.questions()) == 1
    diary.house.enrol(ana(diary.house.clock().date() - timedelta(days=60), last_name="Costa"))
    diary.read_again()
    assert diary.questions() == []
    assert "03-03 14:00" in diary.treatments()


def test_what_waits_for_a_person_waits_no_longer_once_it_is_cancelled(diary: Diary) -> None:
    diary.read(event(title="Microneedling - Ana Costa"))
    diary.read(event("STATUS:CANCELLED", title="Microneedling - Ana Costa"))
    assert diary.questions() == []


def test_a_name_that_is_no_client_s_says_nothing_without_a_treatment(diary: Diary) -> None:
    assert (
        diary.read(event(title="Ana Costa")) == "1 event: 0 treatments, 0 questions, 1 other event."
    )


def test_a_title_that_says_paid_by_now_does_not_cancel_and_another_service_does(
    diary: Diary,
) -> None:
    diary.read(event(ANA))
    diary.read(event(ANA, MOVED, "SEQUENCE:1", title="Ana Costa PAID ok"))
    assert diary.treatments() == ["03-05 10:00"]
    diary.read(event(ANA, MOVED, "SEQUENCE:2", title="Botox Ana Costa"))
    assert diary.treatments() == ["03-05 10:00 x"]


# --- state ------------------------------------------------------------------------------------------


def test_a_failing_calendar_is_asked_ever_more_seldom_and_told_after_a_day(diary: Diary) -> None:
    diary.read(event(ANA))
    diary.server.serve(b"", status=500)
    waits = []
    for _ in range(11):
        diary.house.clock.now = diary.feed().due_at
        assert diary.house.app.feed_reader.run() == 1
        waits.append(diary.feed().due_at - diary.house.clock.now)
    assert waits[0] > EVERY
    assert waits[-1] >= timedelta(hours=3)
    with reading(diary.house.engine) as session:
        (alert,) = session.scalars(select(Alert)).all()
    assert alert.subject == "A calendar has not been read for a day"
    assert diary.read(event(ANA)) == "1 event: 1 treatment, 0 questions, 0 other events."
    assert diary.feed().failures == 0


def test_a_calendar_is_read_by_one_at_a_time(diary: Diary) -> None:
    diary.hold(event(ANA))
    diary.add()
    now = diary.house.clock()
    with writing(diary.house.engine) as session:
        assert len(queries.claim_due(session, now, timedelta(minutes=10), 8)) == 1
    assert diary.house.app.feed_reader.run() == 0
    diary.house.clock.now += timedelta(minutes=11)
    assert diary.house.app.feed_reader.run() == 1, "whoever held it is given up"


def test_who_was_overtaken_writes_nothing_more(
    diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one worker reads, its lease ends and another takes the calendar."""
    diary.hold(event(ANA))
    diary.add()

    def overtaken(*args: object) -> object:
        with writing(diary.house.engine) as session:
            later = diary.house.clock() + timedelta(hours=1)
            queries.claim_due(session, later, timedelta(minutes=10), 8)
        return read_here(*args)  # type: ignore[arg-type]

    monkeypatch.setattr("reminders.feeds.reading.calendar_content", overtaken)
    diary.house.app.feed_reader.run()
    assert diary.treatments() == []


def test_the_address_is_nowhere_to_be_read(diary: Diary, capfd: pytest.CaptureFixture[str]) -> None:
    diary.server.serve(b"", "/private-0123456789.ics", status=500)
    diary.add("/private-0123456789.ics")
    diary.house.app.feed_reader.run()
    from tests.privacy.test_retention import everything

    assert "private-0123456789" not in everything(diary.house)
    assert "private-0123456789" not in "".join(capfd.readouterr())


def test_another_secret_key_is_told_as_what_it_is(diary: Diary) -> None:
    diary.read(event(ANA))
    with writing(diary.house.engine) as session:
        feed = queries.by_id(session, diary.feed_id)
        assert feed is not None
        feed.address = feed.address[:-9] + "AAAAAAA=="
    assert "SECRET_KEY was changed" in diary.read_again()


def test_of_an_erased_client_an_event_is_never_taken_in_again(house: House, diary: Diary) -> None:
    diary.read(event(ANA))
    forget(house)
    diary.read(event(ANA, MOVED, "SEQUENCE:9"))
    with reading(house.engine) as session:
        assert [c.first_name for c in people.clients_of(session)] == ["(erased)"]


def test_a_host_with_only_cron_reads_calendars_by_its_tick(house: House, diary: Diary) -> None:
    diary.hold(event(ANA))
    diary.add()
    house.app.tick()
    assert diary.treatments() == ["03-03 14:00"]
    assert house.app.feed_reader.run() == 0, "and no more before it is due again"


def test_what_became_of_events_is_kept_no_longer_than_it_can_matter(
    house: House, diary: Diary
) -> None:
    diary.read(event(ANA))
    house.clock.now += timedelta(days=90)
    with writing(house.engine) as session:
        retention.purge(session, retention.RetentionPeriods.of(house.app.settings), house.clock())
        assert queries.events(session, diary.feed_id) == {}
    assert diary.treatments() == ["03-03 14:00"]


def test_whoever_erases_somebody_asked_about_is_not_asked_about_them_again(
    house: House, diary: Diary
) -> None:
    house.enrol(
        ana(house.clock().date() - timedelta(days=60), first_name="Anna", last_name="Costa")
    )
    diary.read(event("ATTENDEE;CN=Anna Costa:mailto:new@mail.example"))
    assert len(diary.questions()) == 1
    forget(house)
    diary.read_again()
    assert diary.questions() == []
