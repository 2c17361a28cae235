"""Plan: milestones move after everyone saw what that does, and a day to come can be looked at."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape

import pytest

from reminders.customisation import placement
from reminders.customisation.placement import PlacementEffects
from reminders.plans.reminder_plans import courses_of
from reminders.rules.placement import Placement, place_of
from reminders.rules.roles import Role
from reminders.rules.terms import Channel, Status
from reminders.store.database import reading, writing
from reminders.store.queries import audit, customisation, people
from tests.conftest import MONDAY, House, ana
from tests.support.desk import Desk, signed_in

pytestmark = pytest.mark.portable

KEY = "skin-needling"


def fields(desk: Desk) -> dict[str, str]:
    """Return what stands in the plan's form, as a browser would hand it in."""
    assert desk.page is not None
    form = desk.page.text.split('id="places"')[1].split("</form>")[0]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and ('type="checkbox"' not in tag or " checked" in tag):
            found[name[1]] = unescape(value[1])
    for name, options in re.findall(
        r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)" selected', options)
        assert chosen, name
        found[name] = chosen[1]
    return found


def owner(house: House) -> Desk:
    desk = signed_in(house, Role.OWNER)
    desk.get("/plan")
    return desk


def test_a_plan_that_is_handed_in_unchanged_changes_nothing(house: House) -> None:
    house.enrol(ana(date(2026, 3, 1)))
    before = [(x.milestone, x.channel, x.due_at) for x in house.lines()]
    desk = owner(house)
    desk.post("/plan/try", **fields(desk))
    assert "For 0 existing clients" in desk.text
    desk.post("/plan/save", **fields(desk))
    assert [(x.milestone, x.channel, x.due_at) for x in house.lines()] == before
    with reading(house.engine) as session:
        assert customisation.placements(session, 1) == []


def test_what_is_foreseen_is_what_happens_and_looking_changes_nothing(house: House) -> None:
    house.enrol(
        ana(date(2026, 3, 1)),
        ana(date(2026, 2, 25), first_name="Bea", phone="+447700900102", email="b@mail.example"),
    )
    desk = owner(house)
    before = [(x.reminder_id, x.status, x.due_at) for x in house.lines()]
    typed = fields(desk) | {"after-week-1": "9", "unit-week-1": "D", "at-week-1": "11:30"}
    typed.pop("sms-day-3")
    typed.pop("email-day-3")
    desk.post("/plan/try", **typed)
    assert "For 2 existing clients" in desk.text
    assert [(x.reminder_id, x.status, x.due_at) for x in house.lines()] == before
    told = re.search(r"rescheduled: (\d+) Messages added: (\d+) Messages removed: (\d+)", desk.text)
    assert told
    desk.post("/plan/save", **typed)
    now = {x.reminder_id: x for x in house.lines()}
    moved = [
        i
        for i, status, due_at in before
        if status is Status.PLANNED and now[i].status is Status.PLANNED and now[i].due_at != due_at
    ]
    taken = [
        i
        for i, status, _ in before
        if status is Status.PLANNED and now[i].status is Status.CANCELLED
    ]
    assert (len(moved), len(now) - len(before), len(taken)) == tuple(map(int, told.groups()))
    assert moved
    assert taken
    weeks = {
        f"{x.at:%d %H:%M}"
        for x in house.lines()
        if x.milestone == "week-1" and x.status is Status.PLANNED
    }
    assert "10 11:30" in weeks


def test_what_already_left_stays_and_never_goes_again(house: House) -> None:
    house.enrol(ana(date(2026, 3, 1)))
    house.play(MONDAY + timedelta(days=1, hours=2))
    left = len(house.left())
    with reading(house.engine) as session:
        clinic = people.clinics(session)[0]
        moved = [
            Placement(
                "day-1",
                "P2D",
                place_of(house.app.library.protocols[KEY].milestone("day-1")).at,
                "P1D",
                tuple(Channel),
            )
        ]
        foreseen = placement.foresee(session, house.app.library, clinic, KEY, moved, house.clock())
    assert foreseen.already_sent
    with writing(house.engine) as session:
        clinic = people.clinics(session)[0]
        placement.place(session, house.app.library, clinic, KEY, moved, "ana", house.clock())
    house.play(MONDAY + timedelta(days=1, hours=6))
    assert len(house.left()) == left


def test_a_milestone_that_is_left_out_and_taken_in_again_is_planned_again(house: House) -> None:
    house.enrol(ana(date(2026, 3, 1)))
    desk = owner(house)
    whole = fields(desk)
    without = {name: v for name, v in whole.items() if name not in {"sms-week-2", "email-week-2"}}
    desk.post("/plan/save", **without)
    assert house.line("week-2").status is Status.CANCELLED
    desk.get("/plan")
    assert " Off " in desk.text
    desk.post("/plan/reset", protocol=KEY)
    assert house.line("week-2").status is Status.PLANNED
    with reading(house.engine) as session:
        assert audit.page(session, 1)[0].action == "changed the schedule"


def test_what_makes_no_sense_is_refused_beside_its_milestone(house: House) -> None:
    desk = owner(house)
    desk.post("/plan/save", **(fields(desk) | {"at-day-3": "23:00", "after-week-1": "soon"}))
    assert desk.page is not None
    assert desk.page.status_code == 422
    assert "Nothing is sent at that hour" in desk.text
    assert 'value="soon"' in desk.page.text
    with reading(house.engine) as session:
        assert customisation.placements(session, 1) == []


def test_a_clinics_plan_is_its_own(house: House) -> None:
    with writing(house.engine) as session:
        clinic = people.clinics(session)[0]
        place = [
            Placement(
                "day-3",
                "P4D",
                place_of(house.app.library.protocols[KEY].milestone("day-3")).at,
                "P1D",
                tuple(Channel),
            )
        ]
        placement.place(session, house.app.library, clinic, KEY, place, "ana", house.clock())
        theirs = courses_of(session, house.app.library, 999)
        ours = courses_of(session, house.app.library, 1)
    assert ours[KEY].milestone("day-3").after.days == 4
    assert theirs[KEY].milestone("day-3").after.days == 3


def test_nobody_enrolled_means_nothing_foreseen(house: House) -> None:
    with reading(house.engine) as session:
        clinic = people.clinics(session)[0]
        found = placement.foresee(session, house.app.library, clinic, KEY, [], house.clock())
    assert found == PlacementEffects()


def test_a_day_to_come_shows_what_then_really_leaves(house: House) -> None:
    house.enrol(ana(date(2026, 3, 2)))
    desk = signed_in(house, Role.VIEWER)
    desk.get("/plan/day?on=2026-03-09")
    shown = desk.text
    assert not house.left()
    assert "2 messages" in shown
    house.play(MONDAY + timedelta(days=7, hours=12))
    text = house.line("week-1")
    assert text.status is Status.ACCEPTED
    assert text.body is not None
    assert text.body in shown


def test_a_day_that_is_past_or_no_day_is_refused(house: House) -> None:
    desk = signed_in(house, Role.VIEWER)
    assert desk.get("/plan/day?on=2026-02-01").status_code == 422
    assert desk.get("/plan/day?on=someday").status_code == 422
