"""A new installation: one link, one clinic, one owner; and what the staff see after an outage."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete

from reminders.enrolment import clinics
from reminders.rules.roles import Role
from reminders.staff import setup
from reminders.store.database import reading, writing
from reminders.store.queries import delivery, people
from reminders.store.tables import Clinic, Lane
from tests.conftest import House
from tests.support.desk import PASSWORD, Desk, code_now, signed_in
from tests.support.samples import CLINIC

pytestmark = pytest.mark.portable

TYPED = {
    "name": "Rosewood Skin",
    "time_zone": "Europe/London",
    "phone": "+44 20 7946 0018",
    "email": "desk@rosewood.example",
    "address": "18 Rose Street",
    "owner": "olive@rosewood.example",
}


@pytest.fixture
def link(house: House) -> str:
    """Return what a start prints while nothing is set up."""
    with writing(house.engine) as session:
        session.execute(delete(Lane))
        session.execute(delete(Clinic))
        token = setup.create_link(session, house.clock())
    return f"/first/{token}"


def test_the_first_link_makes_a_clinic_in_practice_and_its_owner(house: House, link: str) -> None:
    desk = Desk(house)
    assert desk.get(link).status_code == 200
    page = desk.post(link, **TYPED)
    assert page.url.path.startswith("/invitation/")
    desk.post(page.url.path, name="Olive", password=PASSWORD)
    desk.post("/sign-in/code", code=code_now(desk))
    assert "Rosewood Skin" in desk.get("/clinic").text
    clinic = house.clinic()
    assert not clinic.live
    assert Desk(house).get(link).status_code == 404, "it works once"
    with writing(house.engine) as session:
        assert setup.create_link(session, house.clock()) is None


def test_faults_are_told_beside_their_fields_and_nothing_is_kept(house: House, link: str) -> None:
    desk = Desk(house)
    desk.get(link)
    assert desk.post(link, **TYPED | {"time_zone": "Mars"}).status_code == 422
    assert "time_zone-fault" in (desk.page.text if desk.page else "")
    assert desk.post(link, **TYPED | {"owner": "nobody"}).status_code == 422
    assert "owner-fault" in (desk.page.text if desk.page else "")
    with reading(house.engine) as session:
        assert people.clinics(session) == []


def test_an_old_or_made_up_link_opens_nothing(house: House, link: str) -> None:
    assert Desk(house).get("/first/made-up").status_code == 404
    house.clock.now += timedelta(hours=25)
    assert Desk(house).get(link).status_code == 404


def test_a_new_start_prints_a_new_link_and_the_old_one_is_dead(house: House, link: str) -> None:
    with writing(house.engine) as session:
        fresh = setup.create_link(session, house.clock())
    assert Desk(house).get(link).status_code == 404
    assert Desk(house).get(f"/first/{fresh}").status_code == 200


def test_where_there_is_a_clinic_no_link_is_offered(house: House) -> None:
    with writing(house.engine) as session:
        assert setup.create_link(session, house.clock()) is None


def test_owners_see_the_check_up_without_other_clinics_and_others_do_not(house: House) -> None:
    with writing(house.engine) as session:
        clinics.add(session, CLINIC | {"name": "Second Skin"}, house.clock(), live=True)
    page = signed_in(house, Role.OWNER).get("/check-up").text
    assert "no backup was made with reminders backup" in page
    assert "Rosewood Skin is live" in page
    assert "Second Skin" not in page
    staff = signed_in(house, Role.STAFF, email="s@rosewood.example")
    assert staff.get("/check-up").status_code in {403, 404}


def test_staff_see_from_when_to_when_nothing_was_sent(house: House) -> None:
    desk = signed_in(house)
    assert "Nothing was sent" not in desk.get("/").text
    began = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)
    with writing(house.engine) as session:
        delivery.note_outage(
            session, began, began + timedelta(hours=6, minutes=45), Counter({1: 3})
        )
    page = desk.get("/").text
    assert "02:10" in page
    assert "08:55" in page
    assert "3 messages" in page
