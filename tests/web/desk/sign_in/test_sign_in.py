"""Signing in: one-time links, passwords, second steps, sessions that end, and forged forms."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from reminders.rules.roles import Role, check_password
from reminders.rules.terms import InputError
from reminders.store.database import reading, writing
from reminders.store.queries import audit, staff
from reminders.store.tables import SignIn, Staff
from reminders.web.desk.responses import safe_path
from tests.conftest import House
from tests.support.desk import PASSWORD, Desk, code_now, invite, seed_of, signed_in

pytestmark = pytest.mark.portable


def test_a_one_time_link_makes_an_account_once(house: House) -> None:
    link = f"/invitation/{invite(house, 'sam@rosewood.example')}"
    desk = Desk(house)
    desk.get(link)
    desk.get(link)  # looking does not use it up
    assert "Welcome to Rosewood Skin" in desk.text
    assert desk.post(link, name="Sam Field", password=PASSWORD).url.path == "/"
    assert Desk(house).get(link).status_code == 404


def test_a_link_grows_old(house: House) -> None:
    link = f"/invitation/{invite(house, 'sam@rosewood.example')}"
    house.clock.now += timedelta(hours=25)
    assert Desk(house).get(link).status_code == 404


def test_only_hashes_are_kept_of_passwords_links_and_cookies(house: House) -> None:
    desk = signed_in(house)
    token = desk.browser.cookies["desk"]
    with reading(house.engine) as session:
        member = session.scalars(select(Staff)).one()
        assert (member.password_hash or "").startswith("$argon2id$")
        assert token not in {row.token_hash for row in session.scalars(select(SignIn))}


def test_an_owner_is_not_in_before_the_second_step(house: House) -> None:
    desk = Desk(house)
    link = f"/invitation/{invite(house, 'olive@rosewood.example', Role.OWNER)}"
    desk.get(link)
    desk.post(link, name="Olive", password=PASSWORD)
    assert "Set up two-step sign-in" in desk.text
    set_up = desk.page
    assert desk.get("/").url.path == "/sign-in"
    desk.page = set_up
    assert desk.browser.get(
        "/sign-in/qr.svg", params={"seed": desk.hidden("/sign-in/code")["seed"]}
    ).text.startswith("<svg")
    desk.post("/sign-in/code", code="000000")
    assert "is wrong" in desk.text
    desk.post("/sign-in/code", code=code_now(desk))
    assert "Save your recovery codes" in desk.text
    assert desk.get("/").url.path == "/"


def owner(house: House) -> tuple[str, list[str]]:
    """Return an owner's seed and paper list."""
    desk = Desk(house)
    link = f"/invitation/{invite(house, 'olive@rosewood.example', Role.OWNER)}"
    desk.get(link)
    desk.post(link, name="Olive", password=PASSWORD)
    seed = seed_of(desk)
    desk.post("/sign-in/code", code=code_now(desk))
    spare = [word for word in desk.text.split() if len(word) == 13 and word[6] == "-"]
    assert len(spare) == 10
    return seed, spare


def with_password(desk: Desk, email: str = "olive@rosewood.example") -> None:
    desk.get("/sign-in")
    desk.post("/sign-in", email=email, password=PASSWORD)


def test_a_code_is_good_once_and_a_spare_one_too(house: House) -> None:
    seed, spare = owner(house)
    house.clock.now += timedelta(minutes=2)
    code = pyotp.TOTP(seed).at(house.clock.now)
    one, two, three = Desk(house), Desk(house), Desk(house)
    with_password(one)
    assert one.post("/sign-in/code", code=code).url.path == "/"
    with_password(two)
    two.post("/sign-in/code", code=code)
    assert "has already been used" in two.text
    assert two.post("/sign-in/code", code=spare[0]).url.path == "/"
    with_password(three)
    three.post("/sign-in/code", code=spare[0])
    assert "has already been used" in three.text


def test_a_new_link_gets_nobody_past_the_second_step(house: House) -> None:
    owner(house)
    desk = Desk(house)
    link = f"/invitation/{invite(house, 'olive@rosewood.example', Role.OWNER)}"
    desk.get(link)
    desk.post(link, name="Olive", password=PASSWORD)
    assert "Six-digit code from your authenticator app" in desk.text
    assert desk.get("/").url.path == "/sign-in"


def test_wrong_address_and_wrong_password_sound_the_same(house: House) -> None:
    signed_in(house)
    said = []
    for email, password in (
        ("sam@rosewood.example", "wrong wrong wrong"),
        ("no@body.example", PASSWORD),
    ):
        desk = Desk(house)
        desk.get("/sign-in")
        assert desk.post("/sign-in", email=email, password=password).status_code == 422
        said.append(desk.text.replace(email, ""))
    assert said[0] == said[1]


def guess(house: House, address: str, times: int) -> Desk:
    desk = Desk(house, address)
    desk.get("/sign-in")
    for _ in range(times):
        desk.post("/sign-in", email="sam@rosewood.example", password="guess guess guess")
    return desk


def test_guessing_is_slowed_down_and_time_heals(house: House) -> None:
    signed_in(house)
    desk = guess(house, "203.0.113.9", 6)
    assert "Too many wrong attempts" in desk.text
    desk.post("/sign-in", email="sam@rosewood.example", password=PASSWORD)
    assert "Too many wrong attempts" in desk.text
    house.clock.now += timedelta(minutes=6)
    assert desk.post("/sign-in", email="sam@rosewood.example", password=PASSWORD).url.path == "/"


def test_strangers_who_guess_lock_nobody_out_of_their_own_browser(house: House) -> None:
    known = signed_in(house)
    known.post("/sign-out")
    for address in ("203.0.113.1", "203.0.113.2", "203.0.113.3"):
        guess(house, address, 5)
    stranger = Desk(house, "203.0.113.77")
    with_password(stranger, "sam@rosewood.example")
    assert "Too many wrong attempts" in stranger.text
    with_password(known, "sam@rosewood.example")
    assert known.get("/").url.path == "/"


def test_a_still_browser_is_signed_out_and_a_busy_one_too_in_the_end(house: House) -> None:
    desk = signed_in(house)
    house.clock.now += timedelta(minutes=31)
    assert desk.get("/").url.path == "/sign-in"
    with_password(desk, "sam@rosewood.example")
    began = house.clock.now
    while house.clock.now - began < timedelta(hours=12):
        assert desk.get("/").url.path == "/"
        house.clock.now += timedelta(minutes=20)
    assert desk.get("/").url.path == "/sign-in"


def test_signing_out_and_removing_end_the_row_not_only_the_cookie(house: House) -> None:
    desk, other = signed_in(house), signed_in(house, email="kim@rosewood.example")
    token = desk.browser.cookies["desk"]
    desk.get("/")
    desk.post("/sign-out")
    desk.browser.cookies.set("desk", token)
    assert desk.get("/").url.path == "/sign-in"
    with writing(house.engine) as session:
        member = staff.by_email(session, "kim@rosewood.example")
        assert member is not None
        staff.leave(session, member.id, house.clinic().id, house.clock())
    assert other.get("/").url.path == "/sign-in"


def test_what_staff_did_is_written_down(house: House) -> None:
    signed_in(house)
    with reading(house.engine) as session:
        done = [line.action for line in reversed(audit.page(session, house.clinic().id))]
    assert done == ["invited a member of staff as staff", "accepted an invitation", "signed in"]


@pytest.mark.parametrize(
    "headers,csrf",
    [
        ({"sec-fetch-site": "cross-site"}, None),
        ({"sec-fetch-site": "same-site"}, None),
        ({"origin": "https://evil.example"}, None),
        ({}, ""),
        ({}, "0" * 64),
    ],
)  # fmt: skip
def test_a_forged_form_changes_nothing(
    house: House, headers: dict[str, str], csrf: str | None
) -> None:
    desk = signed_in(house)
    desk.get("/")
    fields = desk.hidden("/sign-out")
    if csrf is not None:
        fields["csrf"] = csrf
    desk.browser.post("/sign-out", data=fields, headers=headers, follow_redirects=False)
    with reading(house.engine) as session:
        assert session.scalars(select(SignIn)).one().ended_at is None


@pytest.mark.parametrize(
    "to", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/\t/evil.example", "\\\\evil", "", "/ok\r\nSet-Cookie: x"]
)  # fmt: skip
def test_after_signing_in_nobody_is_led_elsewhere(to: str) -> None:
    assert safe_path(to) == "/"


@pytest.mark.parametrize("password", ["short", "password1234", "aaaaaaaaaaaaaaaa", "sam@rosewood.example"])  # fmt: skip
def test_passwords_that_are_soon_guessed_are_refused(password: str) -> None:
    with pytest.raises(InputError):
        check_password(password, "sam@rosewood.example")
    check_password(PASSWORD, "sam@rosewood.example")
