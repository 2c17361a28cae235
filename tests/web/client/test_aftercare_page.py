"""Her own page: what it tells, what she can choose, and that nobody else gets in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from icalendar import Calendar
from sqlmodel import select
from starlette.testclient import TestClient

from reminders.enrolment import clinics
from reminders.links import Links, page_key
from reminders.plans import page_keys
from reminders.rules.terms import Channel, Discretion, Reason, Status
from reminders.store.database import reading, writing
from reminders.store.queries import client_pages, consents, customisation, people
from reminders.store.tables import Alert, Client
from reminders.web import create_web
from tests.conftest import House, ana, said

pytestmark = pytest.mark.portable

TREATED = date(2026, 3, 5)
"""Her visit ends at half past three that day; the clock stands three days before it."""


@pytest.fixture
def browser(house: House) -> Iterator[TestClient]:
    with TestClient(create_web(house.app), follow_redirects=True) as client:
        yield client


def address(house: House, client_id: int = 1) -> str:
    return f"/a/{house.app.links.page_token(client_id, her(house, client_id).page_edition)}"


def her(house: House, client_id: int = 1) -> Client:
    with reading(house.engine) as session:
        found = people.client(session, client_id)
        assert found is not None
        return found


def reminders(
    house: House, channel: Channel | None = None
) -> set[tuple[str, Status, Reason | None]]:
    """Return how they stand, but for the one whose moment had passed when she was enrolled."""
    return {
        (x.milestone, x.status, x.reason)
        for x in house.lines(channel)
        if x.milestone != "week-before"
    }


def statuses(house: House, channel: Channel | None = None) -> set[Status]:
    return {status for _, status, _ in reminders(house, channel)}


# --- who gets in --------------------------------------------------------------------------


def test_a_page_opens_for_whoever_has_its_address_and_names_only_her_and_the_clinic(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED, last_name="Okafor"))
    page = browser.get(address(house))
    assert page.status_code == 200
    assert "Hello Ana" in page.text
    assert "Rosewood Skin" in page.text
    for private in ("Okafor", "7700900101", "900101", "ana@mail.example"):
        assert private not in page.text


def test_the_address_is_long_enough_and_tells_nothing() -> None:
    links = Links("k" * 32, "https://clinic.example")
    tokens = {links.page_token(number, edition) for number in range(300) for edition in (1, 2)}
    assert len(tokens) == 600
    assert all(re.fullmatch(r"[\w-]{14}", token) for token in tokens)
    assert 14 * 6 >= 80  # bits


def test_a_copy_of_the_database_opens_no_page(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    browser.get(address(house))
    kept = her(house).page_key
    assert kept == page_key(address(house).removeprefix("/a/"))
    assert browser.get(f"/a/{kept}").status_code == 404


@pytest.mark.parametrize("token", ["x", "AAAAAAAAAAAAAA", "%00", "..%2f..", "a" * 5000])
def test_a_made_up_address_opens_nothing(house: House, browser: TestClient, token: str) -> None:
    house.enrol(ana(TREATED))
    answer = browser.get(f"/a/{token}")
    assert answer.status_code == 404
    assert "Ana" not in answer.text


def test_whoever_guesses_addresses_is_made_to_wait(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    for number in range(20):
        assert browser.get(f"/a/AAAAAAAAAAAA{number:02}").status_code == 404
    assert browser.get(address(house)).status_code == 429
    house.clock.now += timedelta(minutes=11)
    assert browser.get(address(house)).status_code == 200


def test_a_page_can_be_closed_and_its_new_address_works(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    before = address(house)
    assert browser.get(before).status_code == 200
    with writing(house.engine) as session:
        client = people.client(session, 1)
        assert client is not None
        page_keys.take_back(client)
    assert browser.get(before).status_code == 404
    assert browser.get(address(house)).status_code == 200


def test_a_new_secret_key_opens_the_addresses_that_messages_carry_then(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED))
    old = address(house)
    assert browser.get(old).status_code == 200
    new = Links("another secret that is long enough", house.app.settings.public_url)
    with writing(house.engine) as session:
        assert page_keys.are_behind(session, new)
        page_keys.lay(session, new)
    with reading(house.engine) as session:
        assert client_pages.client_with(session, page_key(new.page_token(1, 1))) is not None
        assert client_pages.client_with(session, page_key(old.removeprefix("/a/"))) is None


def test_pages_are_not_kept_indexed_or_referred(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    headers = browser.get(address(house)).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex"
    assert "script-src" not in headers["Content-Security-Policy"]
    assert "set-cookie" not in headers


# --- what it tells ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "now,heading,told,never",
    [
        (
            datetime(2026, 3, 3, 12, tzinfo=UTC),
            "Getting ready for your visit",
            ["From Thu 26 Feb: no retinol", "bare skin", "Call us before your visit"],
            ["Where your skin is"],
        ),
        (
            datetime(2026, 3, 5, 17, tzinfo=UTC),
            "The first day",
            [
                "until Fri 6 Mar, 15:30",
                "Wait until Thu 5 Mar, 23:30",
                "Only the gel|only the gel",
                "Call 999 now",
            ],
            ["SPF 30 or more each morning"],
        ),
        (
            datetime(2026, 3, 6, 16, tzinfo=UTC),
            "Day 1: your skin is calming down",
            ["SPF 30 or more each morning", "None until Sat 7 Mar, 15:30", "worse on day 2"],
            ["Use shade and a hat"],
        ),
        (
            datetime(2026, 3, 9, 16, tzinfo=UTC),
            "Day 4: your skin is building",
            ["no retinol|No retinol", "until Thu 12 Mar", "fine sandpaper", "part 2 of 3"],
            [],
        ),
        (
            datetime(2026, 3, 30, 16, tzinfo=UTC),
            "Day 25: your skin is building",
            ["one at a time", "until Thu 2 Apr", "dark or pale patches"],
            ["Make-up"],
        ),
        (
            datetime(2026, 5, 5, 16, tzinfo=UTC),
            "Your skin is settling",
            ["part 3 of 3"],
            ["Strong sun"],
        ),
    ],
)
def test_the_page_tells_what_to_do_now_what_is_normal_and_when_to_call(
    house: House,
    browser: TestClient,
    now: datetime,
    heading: str,
    told: list[str],
    never: list[str],
) -> None:
    house.enrol(ana(TREATED, ends=time(15, 30)))
    house.clock.now = now
    page = browser.get(address(house)).text
    assert heading in page
    for words in told:
        assert re.search(words, page), words
    for words in never:
        assert words not in page
    assert 'href="tel:+442079460018"' in page
    assert "Call 020 7946 0018" in page


def test_the_numbers_on_the_page_are_the_clinic_s_own(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED, ends=time(15, 30)))
    with writing(house.engine) as session:
        customisation.set_numbers(
            session, 1, "skin-needling", {"sunscreen_start_h": 48, "spf_min": 50}
        )
    house.clock.now = datetime(2026, 3, 6, 16, tzinfo=UTC)
    assert "until Sat 7 Mar, 15:30" in browser.get(address(house)).text
    house.clock.now = datetime(2026, 3, 7, 16, tzinfo=UTC)
    assert "SPF 50 or more each morning" in browser.get(address(house)).text


def test_somebody_without_a_visit_has_a_page_too(house: House, browser: TestClient) -> None:
    with writing(house.engine) as session:
        session.add(Client(clinic_id=1, first_name="Bea", created_at=house.clock()))
    page = browser.get(address(house)).text
    assert "Your page is ready" in page
    assert "Nothing is planned at the moment." in page


def test_the_page_says_what_comes_next_and_by_what(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED, said=(said(Channel.SMS),)))
    page = browser.get(address(house)).text
    assert re.search(r"Day 1</dt><dd>Fri 6 Mar, 15:30, by text<", page)
    assert "by email" not in page
    with writing(house.engine) as session:
        clinics.edit(session, house.app.library, people.clinic(session, 1), {}, house.clock())
    house.enrol(ana(TREATED))
    assert "by text and email" in browser.get(address(house)).text


def test_a_language_without_pages_is_shown_in_english_and_says_so(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED, language="cy"))
    page = browser.get(address(house)).text
    assert "This page is not in your language yet" in page
    assert 'lang="en"' in page


def test_looking_changes_nothing(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    browser.get(address(house))
    before = (her(house).model_dump(), reminders(house))
    for part in ("", "/choices", "/pause", "/stop", "/wrong", "/calendar.ics"):
        assert browser.get(address(house) + part).status_code == 200
    assert browser.get(address(house) + "/resume").status_code == 405
    assert (her(house).model_dump(), reminders(house)) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_site_cannot_press_her_buttons(
    house: House, browser: TestClient, headers: dict[str, str]
) -> None:
    house.enrol(ana(TREATED))
    assert browser.post(address(house) + "/stop", headers=headers).status_code == 403
    assert her(house).paused_until is None
    assert statuses(house) == {Status.PLANNED}


# --- her calendar -------------------------------------------------------------------------


def test_the_calendar_holds_the_visit_and_the_milestones_and_tells_nothing(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED, ends=time(15, 30)))
    answer = browser.get(address(house) + "/calendar.ics")
    assert answer.headers["Content-Type"].startswith("text/calendar")
    events = {str(e["uid"]): e for e in Calendar.from_ical(answer.text).walk("VEVENT")}
    visit = next(e for e in events.values() if "location" in e)
    assert visit.decoded("dtstart") == datetime(2026, 3, 5, 14, 30, tzinfo=UTC)
    assert visit.decoded("dtend") == datetime(2026, 3, 5, 15, 30, tzinfo=UTC)
    assert {str(e["summary"]) for e in events.values()} == {
        "Rosewood Skin",
        "Rosewood Skin: look at your page",
    }
    for private in ("Ana", "needling", "skin-", "/a/"):
        assert private not in answer.text

    house.enrol(ana(TREATED + timedelta(days=7), ends=time(15, 30)))
    moved = Calendar.from_ical(browser.get(address(house) + "/calendar.ics").text).walk("VEVENT")
    assert events.keys() <= {str(e["uid"]) for e in moved}  # so that a calendar moves them


# --- her choices --------------------------------------------------------------------------

BOTH_ON = {"texts": "yes", "emails": "yes", "language": "en", "hour": "", "discretion": "plain"}


def test_she_chooses_channel_hour_language_and_discretion(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED))
    chosen = {"emails": "yes", "language": "es", "hour": "18", "discretion": "discreet"}
    page = browser.post(address(house) + "/choices", data=chosen)
    assert page.status_code == 200
    client = her(house)
    assert (client.language, client.preferred_hour) == ("es", 18)
    assert client.discretion is Discretion.DISCREET
    at = house.line("week-1", Channel.EMAIL).at
    assert (at.hour, at.minute) == (18, 0)
    house.play(datetime(2026, 5, 1, tzinfo=UTC))
    assert not [x for x in house.lines(Channel.SMS) if x.handoff_at]
    assert house.line("week-1", Channel.EMAIL).status is Status.ACCEPTED


def test_what_she_ticks_again_is_a_consent_with_its_exact_words(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED))
    browser.post(address(house) + "/choices", data=BOTH_ON | {"texts": ""} | {"x": "y"})
    form = {k: v for k, v in BOTH_ON.items() if k != "texts"}
    browser.post(address(house) + "/choices", data=form)
    browser.post(address(house) + "/choices", data=BOTH_ON, headers={"User-Agent": "phone"})
    with reading(house.engine) as session:
        last = [x for x in consents.ledger(session, 1) if x.channel is Channel.SMS][-1]
    assert last.given
    assert last.act == "page"
    assert last.wording is not None
    for needed in (
        "Rosewood Skin",
        "up to 3 a week",
        "Msg & data rates",
        "STOP",
        "HELP",
        "condition",
    ):
        assert needed in last.wording
    assert last.wording_version
    assert last.address == "testclient"
    assert house.line("day-1", Channel.SMS).status is Status.PLANNED


def test_an_unticked_box_is_for_her_alone_while_a_stop_binds_the_number(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED), ana(TREATED, first_name="Eva"))
    browser.post(
        address(house) + "/choices", data={k: v for k, v in BOTH_ON.items() if k != "texts"}
    )
    theirs = {x.status for x in house.lines(Channel.SMS) if x.client_id == 2}
    assert theirs == {Status.PLANNED, Status.SKIPPED}
    browser.post(address(house) + "/stop")
    assert statuses(house) == {Status.CANCELLED}


def test_with_both_boxes_empty_she_is_told_how_to_stop(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    page = browser.post(address(house) + "/choices", data={"language": "en"})
    assert page.status_code == 422
    assert "Stop all messages" in page.text
    assert statuses(house) == {Status.PLANNED}


def test_a_text_that_was_stopped_cannot_be_switched_on_here(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED))
    browser.post(address(house) + "/stop")
    page = browser.get(address(house) + "/choices").text
    assert "text START" in page
    assert re.search(r'name="texts"[^>]*disabled', page)
    browser.post(address(house) + "/choices", data=BOTH_ON)
    house.play(datetime(2026, 5, 1, tzinfo=UTC))
    assert not [x for x in house.lines(Channel.SMS) if x.handoff_at]
    assert house.line("week-1", Channel.EMAIL).status is Status.ACCEPTED


def test_hours_she_may_choose_are_sending_hours(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    page = browser.get(address(house) + "/choices").text
    offered = [int(hour) for hour in re.findall(r'<option value="(\d+)"', page)]
    assert offered == list(range(9, 20))
    browser.post(address(house) + "/choices", data=BOTH_ON | {"hour": "3"})
    assert her(house).preferred_hour is None


def test_a_pause_of_a_week_skips_what_it_outlasts_and_lets_the_rest_come_later(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED))
    house.clock.now = datetime(2026, 3, 6, 9, tzinfo=UTC)
    page = browser.post(address(house) + "/pause")
    assert "Nothing is sent until Fri 13 Mar, 09:00" in page.text
    house.play(datetime(2026, 3, 13, 12, tzinfo=UTC))
    assert house.line("day-1").status is Status.SKIPPED
    assert house.line("day-1").reason is Reason.PAUSED
    assert house.line("week-1").status is Status.ACCEPTED
    assert house.line("week-1").at.date() == date(2026, 3, 13)


def test_a_pause_can_be_ended(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    house.clock.now = datetime(2026, 3, 11, 9, tzinfo=UTC)
    browser.post(address(house) + "/pause")
    house.tick(datetime(2026, 3, 12, 10, 30, tzinfo=UTC))
    assert house.line("week-1").reason is Reason.PAUSED
    browser.post(address(house) + "/resume")
    house.tick(datetime(2026, 3, 12, 10, 31, tzinfo=UTC))
    assert house.line("week-1").status is Status.ACCEPTED


def test_stop_ends_everything_at_once_and_keeps_the_page(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    page = browser.post(address(house) + "/stop")
    assert "We will not text or email you any more" in page.text
    assert statuses(house) == {Status.CANCELLED}
    assert house.line("day-1").reason is Reason.OPTED_OUT
    assert browser.get(address(house)).status_code == 200


def test_not_me_stops_everything_closes_the_page_and_tells_the_clinic(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED))
    before = address(house)
    page = browser.post(before + "/wrong")
    assert "Thank you, and sorry" in page.text
    assert browser.get(before).status_code == 404
    assert statuses(house) == {Status.CANCELLED}
    with reading(house.engine) as session:
        alerts = list(session.scalars(select(Alert)))
    assert [alert.kind for alert in alerts] == ["wrong-number"]
    assert "Ana" not in alerts[0].subject + alerts[0].body


# --- what we keep -------------------------------------------------------------------------


def opened(house: House, browser: TestClient, by: str = "sms") -> str:
    """Prove by a code that it is her, and return the page that shows what we keep."""
    browser.post(address(house) + "/mine", data={"by": by})
    house.tick()
    sent = house.left()[-1].read_text("utf-8")
    code = re.findall(r"code is (\d{6})", sent)[-1]
    return browser.post(address(house) + "/mine/see", data={"by": by, "code": code}).text


@pytest.mark.parametrize("by", ["sms", "email"])
def test_a_code_to_her_own_contact_shows_what_we_keep(
    house: House, browser: TestClient, by: str
) -> None:
    house.enrol(ana(TREATED, last_name="Okafor"))
    page = opened(house, browser, by)
    for kept in ("Ana Okafor", "+44 7700 900101", "ana@mail.example", "Thu 5 Mar", "Yes to text"):
        assert kept in page


def test_she_downloads_everything_and_asks_to_be_erased(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    key = re.findall(r'name="pass" value="([^"]+)"', opened(house, browser))[0]
    answer = browser.post(address(house) + "/mine/download", data={"pass": key})
    assert answer.headers["Content-Disposition"].startswith("attachment")
    held = answer.json()
    assert held["client"][0]["email"] == "ana@mail.example"
    assert {"consent", "treatment", "reminder"} <= held.keys()
    page = browser.post(address(house) + "/mine/erase", data={"pass": key})
    assert "We told the clinic" in page.text
    with reading(house.engine) as session:
        assert [alert.kind for alert in session.scalars(select(Alert))] == ["erasure-asked"]


@pytest.mark.parametrize("part", ["download", "erase"])
@pytest.mark.parametrize("key", ["", "99999999999.00", "1.é", "99999999999"])
def test_nothing_is_handed_out_without_a_code(
    house: House, browser: TestClient, part: str, key: str
) -> None:
    house.enrol(ana(TREATED))
    answer = browser.post(f"{address(house)}/mine/{part}", data={"pass": key})
    assert "we first send a code" in answer.text
    assert "ana@mail.example" not in answer.text
    with reading(house.engine) as session:
        assert not list(session.scalars(select(Alert)))


def test_what_a_code_opened_closes_after_ten_minutes(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    key = re.findall(r'name="pass" value="([^"]+)"', opened(house, browser))[0]
    house.clock.now += timedelta(minutes=10)
    answer = browser.post(address(house) + "/mine/download", data={"pass": key})
    assert "we first send a code" in answer.text


def test_a_wrong_code_shows_nothing(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    browser.post(address(house) + "/mine", data={"by": "sms"})
    page = browser.post(address(house) + "/mine/see", data={"code": "000000"})
    assert page.status_code == 422
    assert "This code is not right" in page.text
    assert "ana@mail.example" not in page.text


def test_every_page_is_wholly_in_english_and_spanish(house: House) -> None:
    phrases = house.app.library.phrases
    assert phrases.missing("es") == set()
    words = phrases.words("en", "GB")
    for protocol in house.app.library.protocols.values():
        for milestone in protocol.milestones:
            assert words.has(f"milestone.{milestone.key}"), milestone.key
