"""The clinic's page: settings with their record, going live line by line, staff and devices."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reminders.monitoring import open_items
from reminders.monitoring.open_items import Kind
from reminders.rules.prices import read_price, spell_price
from reminders.rules.roles import Role
from reminders.rules.segment_prices import Prices
from reminders.rules.terms import Channel, InputError, Reason, Status
from reminders.rules.wording import LONGEST_LIFE
from reminders.settings import Delivery
from reminders.store.database import reading, writing
from reminders.store.queries import audit, customisation, delivery, lanes, people, staff
from reminders.store.tables import Clinic
from tests.conftest import MONDAY, House, ana
from tests.support.desk import Desk, signed_in
from tests.support.samples import CLINIC

pytestmark = pytest.mark.portable


def owner(house: House, email: str = "olga@rosewood.example") -> Desk:
    return signed_in(house, Role.OWNER, email=email)


def changes(house: House) -> list[tuple[str, str]]:
    with reading(house.engine) as session:
        return [(line.action, line.detail) for line in audit.page(session, 1)]


def test_details_are_changed_and_the_record_says_from_what_to_what(house: House) -> None:
    desk = owner(house)
    desk.get("/clinic")
    typed = {name: str(CLINIC[name]) for name in ("email", "address", "time_zone")}
    desk.post("/clinic/details", name="Rosewood", phone="020 7946 0018", **typed)
    assert "Saved." in desk.text
    assert ("changed name", "Rosewood Skin → Rosewood") in changes(house)
    assert not [what for what, _ in changes(house) if what == "changed email"]


def test_a_fault_keeps_what_was_typed_and_changes_nothing(house: House) -> None:
    desk = owner(house)
    desk.get("/clinic")
    desk.post(
        "/clinic/details",
        name="Rosewood",
        phone="12",
        email="nowhere",
        address="",
        time_zone="Mars",
    )
    assert desk.page is not None
    assert desk.page.status_code == 422
    assert "There is a problem" in desk.text
    assert 'value="nowhere"' in desk.page.text
    assert house.clinic().name == "Rosewood Skin"


@pytest.mark.parametrize("most", ["0", "8", "lots"])
def test_a_number_gets_from_one_to_seven_texts_a_week(house: House, most: str) -> None:
    desk = owner(house)
    desk.get("/clinic")
    hours = {"sending_hours": "Mon-Fri 09:00-18:00", "email_hours": "Mon-Sun 06:00-23:30"}
    desk.post("/clinic/sending", **hours, texts_per_week=most)
    assert house.clinic().texts_per_week == 4
    desk.post("/clinic/sending", **hours, texts_per_week="7")
    clinic = house.clinic()
    assert clinic.texts_per_week == 7
    assert (clinic.sending_hours, clinic.email_hours) == tuple(hours.values())
    desk.post("/clinic/sending", **hours | {"sending_hours": "Mon-Sun 06:00-23:30"})
    assert "must lie between 08:00 and 21:00" in desk.text


def test_a_price_is_kept_to_the_last_millionth() -> None:
    assert [read_price(t) for t in ("0.0437", "£0,05", "1", "0.000001")] == [
        43_700,
        50_000,
        1_000_000,
        1,
    ]
    assert spell_price(43_700) == "0.0437"
    assert str(Prices(43_700).cost({"": 3})) == "0.1311"
    assert Prices().cost({"": 3}) is None
    for wrong in ("-1", "free", "9", "1.2.3"):
        with pytest.raises(InputError):
            read_price(wrong)


def test_a_budget_that_is_raised_lets_go_at_once_what_waited_for_it(house: House) -> None:
    house.enrol(ana(MONDAY.date() - timedelta(days=1)))
    with writing(house.engine) as session:
        session.get_one(Clinic, 1).segment_budget = 0
    house.play(MONDAY + timedelta(hours=9))
    text = house.line("day-1")
    assert (text.status, text.reason) == (Status.PLANNED, Reason.BUDGET)
    desk = owner(house)
    desk.get("/clinic")
    desk.post("/clinic/money", segment_price="0.04", currency="GBP", segment_budget="2,000")
    house.tick()
    assert house.line("day-1").status is Status.ACCEPTED


def test_a_price_without_a_currency_is_refused(house: House) -> None:
    desk = owner(house)
    desk.get("/clinic")
    desk.post("/clinic/money", segment_price="0.04")
    assert "Choose the currency" in desk.text


def test_the_red_switch_stops_everything_and_another_lets_it_go_on(house: House) -> None:
    house.enrol(ana(MONDAY.date() - timedelta(days=1)))
    desk = owner(house)
    desk.get("/clinic")
    desk.post("/clinic/pause")
    house.play(MONDAY + timedelta(hours=9))
    assert not house.left()
    desk = owner(house, "jo@rosewood.example")
    desk.get("/clinic")
    assert "olga@rosewood.example paused it" in desk.text
    desk.post("/clinic/go-on")
    house.tick()
    assert house.left()
    assert [what for what, _ in changes(house) if "send" in what] == [
        "resumed sending",
        "paused sending",
    ]


def test_a_clinic_goes_live_only_when_every_line_is_green(house: House) -> None:
    with writing(house.engine) as session:
        clinic = people.clinics(session)[0]
        clinic.live, clinic.wording_accepted_at = False, None
    desk = owner(house)
    desk.get("/clinic")
    assert "Go live" not in desk.text
    form = desk.hidden("/clinic/accept")
    desk.post("/clinic/live", **form)
    assert "Some steps are not done yet." in desk.text
    assert not house.clinic().live
    desk.post("/clinic/accept")
    with writing(house.engine) as session:
        delivery.beat(session, "worker", house.clock())
        for channel in ("text", "email"):
            audit.record(session, 1, "olga", f"sent a test {channel}", Clinic, 1, house.clock())
    object.__setattr__(
        house.app, "settings", house.app.settings.model_copy(update={"delivery": Delivery.LIVE})
    )
    desk.get("/clinic")
    desk.post("/clinic/live")
    assert "The clinic is live" in desk.text
    assert house.clinic().live


def test_packaged_wording_is_accepted_for_two_years_and_then_again(house: House) -> None:
    """Somebody is asked in time; unheard, its messages wait, and nothing is sent unread."""
    last_day = MONDAY + LONGEST_LIFE
    treated = last_day.date() + timedelta(days=1)
    with writing(house.engine) as session:
        assert not open_items.needs(session, 1, last_day - timedelta(days=30), house.app.doubles)
        assert [
            n.kind
            for n in open_items.needs(session, 1, last_day - timedelta(days=29), house.app.doubles)
        ] == [Kind.REVIEW]
    house.clock.now = last_day
    house.enrol(ana(treated))
    house.play(last_day + timedelta(days=1, hours=11))
    waiting = house.line("same-evening", Channel.EMAIL)
    assert (waiting.status, waiting.reason) == (Status.PLANNED, Reason.WORDING)
    desk = owner(house)
    assert "The default wording is due for review" in desk.get("/").text
    desk.get("/clinic")
    desk.post("/clinic/accept")
    house.play(last_day + timedelta(days=2, hours=12))
    assert house.line("day-1", Channel.EMAIL).status is Status.ACCEPTED
    assert "due for review" not in desk.get("/").text


def test_guests_are_read_as_numbers_and_addresses(house: House) -> None:
    desk = owner(house)
    desk.get("/clinic")
    desk.post("/clinic/guests", guests="07700 900101\n\nOlga@Rosewood.example\n")
    with reading(house.engine) as session:
        assert customisation.practice_recipients(session, 1) == [
            "+447700900101",
            "Olga@rosewood.example",
        ]
    desk.post("/clinic/guests", guests="12")
    assert "wrong number of digits" in desk.text


def test_somebody_is_invited_with_a_link_that_is_shown_once(house: House) -> None:
    desk = owner(house)
    desk.get("/clinic/staff")
    desk.post("/clinic/staff", email="new@rosewood.example", role="staff")
    assert "/invitation/" in desk.text
    desk.get("/clinic/staff")
    assert "/invitation/" not in desk.text


def test_the_last_owner_stays(house: House) -> None:
    desk = owner(house)
    signed_in(house, Role.STAFF, email="jo@rosewood.example")
    desk.get("/clinic/staff")
    with reading(house.engine) as session:
        ids = {one.email: one.id for one, _ in staff.of_clinic(session, 1)}
    desk.post(f"/clinic/staff/{ids['olga@rosewood.example']}/remove")
    assert "A clinic needs at least one owner" in desk.text
    desk.post(f"/clinic/staff/{ids['olga@rosewood.example']}/role", role="viewer")
    assert "A clinic needs at least one owner" in desk.text
    desk.post(f"/clinic/staff/{ids['jo@rosewood.example']}/role", role="owner")
    desk.post(f"/clinic/staff/{ids['olga@rosewood.example']}/role", role="viewer")
    with reading(house.engine) as session:
        roles = {one.email: role for one, role in staff.of_clinic(session, 1)}
    assert roles == {"olga@rosewood.example": Role.VIEWER, "jo@rosewood.example": Role.OWNER}


def test_a_device_is_signed_out_from_afar(house: House) -> None:
    desk = owner(house)
    other = signed_in(house, Role.STAFF, email="jo@rosewood.example")
    assert other.get("/").url.path == "/"
    with reading(house.engine) as session:
        browsers = staff.browsers_at(session, 1, house.clock() - timedelta(minutes=30))
        theirs = next(sign_in.id for sign_in, who in browsers if who.email.startswith("jo@"))
    desk.get("/clinic/staff")
    desk.post(f"/clinic/browsers/{theirs}/end")
    assert other.get("/").url.path == "/sign-in"


def test_whoever_is_removed_is_out_at_once(house: House) -> None:
    desk = owner(house)
    other = signed_in(house, Role.STAFF, email="jo@rosewood.example")
    with reading(house.engine) as session:
        ids = {one.email: one.id for one, _ in staff.of_clinic(session, 1)}
    desk.get("/clinic/staff")
    desk.post(f"/clinic/staff/{ids['jo@rosewood.example']}/remove")
    assert other.get("/").url.path == "/sign-in"


def test_the_record_turns_its_pages(house: House) -> None:
    desk = owner(house)
    with writing(house.engine) as session:
        for number in range(60):
            audit.record(session, 1, "ana", f"change {number}", Clinic, 1, house.clock())
    desk.get("/clinic/record")
    assert "Change 59" in desk.text
    assert "Show older" in desk.text


def test_practice_messages_a_guest_for_real_and_nobody_else(house: House) -> None:
    """A guest gets what a client would, through the whole house."""
    with writing(house.engine) as session:
        people.clinics(session)[0].live = False
        customisation.set_practice_recipients(session, 1, ["+447700900101"])
    house.enrol(ana(MONDAY.date() - timedelta(days=1)))
    house.play(MONDAY + timedelta(hours=9))
    assert house.line("day-1", Channel.SMS).status is Status.ACCEPTED
    assert house.line("day-1", Channel.EMAIL).reason is Reason.PRACTICE


def test_how_much_may_leave_is_set_shown_and_written_down(house: House) -> None:
    desk = owner(house)
    desk.get("/clinic")
    desk.post("/clinic/limits", **{"sms-minute": "60", "sms-day": "2,000", "email-day": ""})
    assert "Saved." in desk.text
    with reading(house.engine) as session:
        assert lanes.limits(session, 1) == {Channel.SMS: (60, 2000), Channel.EMAIL: (None, None)}
    assert desk.page is not None
    assert 'name="sms-day" type="text" value="2000"' in desk.page.text
    assert changes(house)[0] == (
        "changed the limits for texts",
        "no limit → 60 per minute and 2000 per day",
    )
    desk.post("/clinic/limits", **{"sms-minute": "60", "sms-day": ""})
    with reading(house.engine) as session:
        assert lanes.limits(session, 1)[Channel.SMS] == (60, None)


@pytest.mark.parametrize("typed", ["0", "-3", "many", "9999999"])
def test_a_limit_that_is_no_number_changes_nothing(house: House, typed: str) -> None:
    desk = owner(house)
    desk.get("/clinic")
    desk.post("/clinic/limits", **{"sms-minute": "60", "email-minute": typed})
    assert desk.page is not None
    assert desk.page.status_code == 422
    assert "This is not a whole number" in desk.text
    with reading(house.engine) as session:
        assert lanes.limits(session, 1)[Channel.SMS] == (None, None)


def test_texts_are_set_and_what_their_beginning_costs_is_shown(house: House) -> None:
    desk = owner(house)
    desk.get("/clinic")
    assert "Texts begin with “Rosewood Skin:”. That leaves 145 of the 160 characters" in desk.text
    typed = {"client_names": "as-written", "stop_on_every_text": "yes", "both_channels": "yes"}
    desk.post("/clinic/texts", text_name="Rosewood", **typed)
    assert "Texts begin with “Rosewood:”" in desk.text
    clinic = house.clinic()
    assert (clinic.text_name, clinic.client_names) == ("Rosewood", "as-written")
    assert clinic.stop_on_every_text
    assert clinic.both_channels
    desk.post("/clinic/texts", text_name="Łódź Skin and Laser", **typed)
    assert "would make every text cost two or three segments" in desk.text
