"""Words: a clinic's own wording is written, compared, approved, used, and never moves a reminder."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape

import pytest
from sqlalchemy import text as sql

from reminders.customisation import parameters, wording_versions
from reminders.customisation.preview import Preview, dearest, preview, sample
from reminders.customisation.wording_versions import NewerVersion
from reminders.monitoring.doctor import samples
from reminders.rules.roles import Role
from reminders.rules.terms import Channel, InputError, Reason, Status
from reminders.rules.text_names import ClientNames
from reminders.rules.wording import Key, Wording
from reminders.store.database import reading, writing
from reminders.store.queries import audit, clinic_facts, customisation, people, today
from tests.conftest import MONDAY, House, ana
from tests.support.desk import Desk, signed_in

pytestmark = pytest.mark.portable

KEY: Key = ("skin-needling", "day-1", "en-GB")
EDIT = "/words/edit?protocol=skin-needling&milestone=day-1&language=en-GB"
OURS = "{{ first_name }}, SPF {{ spf_min }}+ now, hands off. {{ clinic.phone }}"


def typed(desk: Desk) -> dict[str, str]:
    """Return what stands in the editor, as a browser would hand it in."""
    assert desk.page is not None
    form = desk.page.text.split('id="editor"')[1].split("</form>")[0]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        assert name
        found[name[1]] = unescape(value[1]) if value else ""
    for name, inside in re.findall(
        r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.DOTALL
    ):
        found[name] = unescape(inside)
    return found


def packaged(house: House) -> Wording:
    protocol, milestone, language = KEY
    return house.app.library.wording(protocol, language, milestone, {})


def approved(house: House, said: Wording, review_by: date = date(2027, 1, 1)) -> int:
    with writing(house.engine) as session:
        clinic = people.clinics(session)[0]
        newest = customisation.versions(session, 1, KEY)
        version = wording_versions.write(
            session, clinic, KEY, said, newest[0].id if newest else None, "olga", house.clock()
        )
        wording_versions.approve(session, clinic, version, review_by, "olga", house.clock())
        return version.id


def test_a_draft_is_not_used_and_an_approved_version_is_with_its_number_kept(house: House) -> None:
    house.enrol(ana(date(2026, 3, 1)))
    before = [(x.reminder_id, x.due_at) for x in house.lines()]
    desk = signed_in(house, Role.OWNER)
    desk.get(EDIT)
    desk.post("/words/save", **(typed(desk) | {"sms": OURS}))
    assert "Draft" in desk.text
    with reading(house.engine) as session:
        assert clinic_facts.clinics_of(session, [1], house.clock())[1].customisation.wordings == {}
    version = str(desk.page.url).rpartition("/")[2].partition("?")[0] if desk.page else ""
    desk.post(f"/words/{version}/approve", review_by="1 March 2027")
    assert "Approved" in desk.text
    assert [(x.reminder_id, x.due_at) for x in house.lines()] == before
    house.play(MONDAY + timedelta(hours=9))
    body = house.line("day-1").body
    assert body is not None
    assert "hands off. 020 7946 0018" in body
    with house.engine.connect() as connection:
        used = (
            connection.execute(
                sql(
                    "SELECT DISTINCT wording_id FROM attempt JOIN reminder ON reminder.id = reminder_id"
                    " WHERE milestone = 'day-1'"
                )
            )
            .scalars()
            .all()
        )
    assert [str(one) for one in used] == [version]


def test_wording_that_is_packaged_leaves_no_version_on_the_attempt(house: House) -> None:
    house.enrol(ana(date(2026, 3, 1)))
    house.play(MONDAY + timedelta(hours=9))
    with house.engine.connect() as connection:
        assert connection.execute(
            sql(
                "SELECT DISTINCT wording_id FROM attempt JOIN reminder ON reminder.id = reminder_id"
                " WHERE milestone = 'day-1'"
            )
        ).scalars().all() == [None]


def test_what_two_people_write_at_once_is_not_overwritten(house: House) -> None:
    one, other = signed_in(house), signed_in(house, email="jo@rosewood.example")
    one.get(EDIT)
    other.get(EDIT)
    one.post("/words/save", **(typed(one) | {"sms": OURS}))
    other.post("/words/save", **(typed(other) | {"sms": OURS + " x"}))
    assert other.page is not None
    assert other.page.status_code == 409
    with reading(house.engine) as session:
        assert [v.sms for v in customisation.versions(session, 1, KEY)] == [OURS]
    with writing(house.engine) as session, pytest.raises(NewerVersion):
        wording_versions.write(
            session, people.clinics(session)[0], KEY, packaged(house), None, "x", MONDAY
        )


def test_wording_that_breaks_a_rule_cannot_be_approved(house: House) -> None:
    desk = signed_in(house, Role.OWNER)
    desk.get(EDIT)
    desk.post(
        "/words/save",
        **(typed(desk) | {"sms": "{{ first_name }}, perfect skin, guaranteed! {{ clinic.phone }}"}),
    )
    desk.post(
        f"/words/{str(desk.page.url).rpartition('/')[2].partition('?')[0] if desk.page else ''}/approve",
        review_by="1 March 2027",
    )
    assert "cannot be sent yet" in desk.text
    with reading(house.engine) as session:
        assert customisation.approved(session, 1) == {}


@pytest.mark.parametrize(
    "sms, says",
    [
        ("{{ first_nam }}", "not known or not closed: 'first_nam'"),
        ("{{ first_name", "not known or not closed"),
        ("{% for x in y %}{% endfor %}", "Use only placeholders"),
        ("{{ clinic.__class__ }}", "not known|Use only"),
        ("{{ first_name.upper() }}", "Use only placeholders"),
        ("{{ ''.__class__.__mro__ }}", "not known|Use only|rendered"),
        ("{{ first_name|attr('x') }}", "Use only placeholders"),
        ("{% include 'call' %}", "Use only placeholders"),
        ("{{ first_name }}, **now**. {{ clinic.phone }}", "shows as it is"),
        ("{{ first_name }}, http://x.example {{ clinic.phone }}", "one link only"),
        ("{{ first_name }}, bit.ly/x {{ clinic.phone }}", "Carriers block"),
        ("{{ first_name }}, answer YES {{ clinic.phone }}", "carriers act upon"),
        ("{{ first_name }}, 10% off {{ clinic.phone }}", "promises or advises"),
        ("{{ first_name }}, after needling {{ clinic.phone }}", "lock screen"),
        ("{{ first_name }}, no picking.", "lacks {{ clinic.phone }}"),
    ],
)
def test_what_breaks_a_rule_is_told_and_may_not_go_out(house: House, sms: str, says: str) -> None:
    found = tried(house, replace(packaged(house), sms=sms))
    assert found.stops
    assert re.search(says, " ".join(one.what for one in found.findings)), found.findings


def tried(house: House, said: Wording, names: tuple[str, ...] = ()) -> Preview:
    with reading(house.engine) as session:
        facts = sample(clinic_facts.clinics_of(session, [1], house.clock())[1], KEY, house.clock())
    return preview(house.app.library, house.app.renderer, facts, said, names, house.clock())


def test_a_trespass_that_got_into_the_database_is_held_and_not_sent(house: House) -> None:
    house.enrol(ana(date(2026, 3, 1)))
    approved(house, replace(packaged(house), sms="{{ first_name.__class__.__mro__ }}"))
    house.play(MONDAY + timedelta(hours=9))
    text = house.line("day-1")
    assert text.status is Status.FAILED
    assert text.reason is Reason.WORDING


@pytest.mark.parametrize(
    "wish,says,dearer",
    [("cheapest", "Texts write “Zoë” as “Zoe”.", False), ("as-written", "as it is, which costs extra", True)],
)  # fmt: skip
def test_the_dearest_name_and_how_texts_write_it_are_told(
    house: House, wish: str, says: str, dearer: bool
) -> None:
    with writing(house.engine) as session:
        people.clinics(session)[0].client_names = ClientNames(wish)
    found = tried(house, packaged(house), ("Bo", "Zoë"))
    assert found.worst is not None
    assert found.text is not None
    assert found.worst_name == "Zoë"
    assert (found.worst.segments > found.text.segments) is dearer
    assert says in found.respelled
    assert dearest(["Bo", "Maximiliane", "Zoë", "Łucja"]) == ["Maximiliane", "Łucja"]


def test_what_a_text_costs_with_and_without_how_to_stop_is_told(house: House) -> None:
    found = tried(house, packaged(house))
    assert found.text is not None
    assert found.told is not None
    assert "STOP" in found.text.text
    assert "STOP" not in found.told.text


def test_the_editor_tells_what_a_text_costs_where_a_price_is_set(house: House) -> None:
    with writing(house.engine) as session:
        clinic = people.clinics(session)[0]
        clinic.segment_price, clinic.currency = 43_700, "GBP"
    desk = signed_in(house)
    desk.get("/words/edit?protocol=skin-needling&milestone=day-1")
    assert "1 segment, £0.04" in desk.text


def test_the_packaged_wording_breaks_no_rule_at_any_clinic(house: House) -> None:
    library, now = house.app.library, house.clock()
    for protocol in library.protocols.values():
        facts = [f for f in samples(protocol, "en-GB", now) if f.channel is Channel.SMS]
        for one in facts:
            said = library.wording(protocol.key, one.language, one.milestone, {})
            found = preview(library, house.app.renderer, one, said, (), now)
            stops = [finding for finding in found.findings if finding.stops]
            assert not stops, (protocol.key, one.milestone)


def test_an_older_version_comes_back_as_a_new_draft_and_says_what_changed(house: House) -> None:
    first = approved(house, replace(packaged(house), sms=OURS))
    second = approved(house, replace(packaged(house), sms=OURS.replace("hands off", "leave it")))
    desk = signed_in(house)
    desk.get(f"/words/{second}")
    assert desk.page is not None
    assert "<del>hands</del>" in desk.page.text
    desk.get(f"/words/{first}")
    desk.post(f"/words/{first}/restore")
    with reading(house.engine) as session:
        versions = customisation.versions(session, 1, KEY)
    assert versions[0].sms == OURS
    assert versions[0].approved_at is None
    assert len(versions) == 3


def test_a_comparison_holds_both_texts_whole() -> None:
    before, after = "one two  three\nfour", "one 2  three four five"
    found = list(wording_versions.changes(before, after))
    assert "".join(c.words for c in found if c.kind != "new") == before
    assert "".join(c.words for c in found if c.kind != "gone") == after


def test_a_review_date_lies_ahead_and_not_too_far(house: House) -> None:
    for day in (MONDAY.date(), MONDAY.date() + timedelta(days=800)):
        with pytest.raises(InputError):
            approved(house, packaged(house), day)


def test_wording_past_its_review_is_found(house: House) -> None:
    approved(house, packaged(house), date(2026, 4, 1))
    with reading(house.engine) as session:
        assert today.overdue_reviews(session, 1, date(2026, 4, 1)) == []
        assert [v.milestone for v in today.overdue_reviews(session, 1, date(2026, 4, 2))] == [
            "day-1"
        ]


def test_the_preview_alone_is_returned_to_the_live_editor(house: House) -> None:
    desk = signed_in(house)
    desk.get(EDIT)
    answer = desk.browser.post(
        "/words/try", data=typed(desk) | {"sms": OURS}, headers={"X-Part": "preview"}
    )
    assert "hands off" in answer.text
    assert "<html" not in answer.text
    with reading(house.engine) as session:
        assert customisation.versions(session, 1, KEY) == []


def test_a_preview_on_a_real_client_uses_that_client_s_name_and_day(house: House) -> None:
    house.enrol(ana(date(2026, 3, 1), first_name="Wilhelmina"))
    desk = signed_in(house)
    desk.get(EDIT)
    assert "Wilhelmina" in desk.text
    desk.post("/words/try", **(typed(desk) | {"client": "1"}))
    assert "Rosewood Skin: Hi Wilhelmina" in desk.text


def test_a_test_goes_to_oneself_only_and_not_twice_in_a_row(house: House) -> None:
    with writing(house.engine) as session:
        customisation.set_practice_recipients(session, 1, ["+447700900199"])
    desk = signed_in(house)
    desk.get(EDIT)
    desk.post("/words/test", **(typed(desk) | {"test": "+447700900101"}))
    assert "Tests only go to test recipients" in desk.text
    assert not house.left()
    desk.post("/words/test", **(typed(desk) | {"test": "email"}))
    assert "Test sent" in desk.text
    desk.post("/words/test", **(typed(desk) | {"test": "+447700900199"}))
    assert "A test was sent a moment ago" in desk.text
    house.clock.now += timedelta(minutes=1)
    desk.post("/words/test", **(typed(desk) | {"test": "+447700900199"}))
    assert len(house.left()) == 2
    with reading(house.engine) as session:
        assert {"sent a test text", "sent a test email"} <= {
            x.action for x in audit.page(session, 1)
        }


def test_the_exact_email_is_shown_where_nothing_can_happen(house: House) -> None:
    version = approved(house, packaged(house))
    desk = signed_in(house, Role.VIEWER)
    answer = desk.get(f"/words/{version}/email")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "Day one" in answer.text


def test_numbers_are_set_within_their_range_and_texts_that_quote_them_are_named(
    house: House,
) -> None:
    approved(
        house,
        replace(
            packaged(house),
            body="No make-up for {{ makeup_h|hours }}, no gym for 72 hours. {{ clinic.phone }}",
        ),
    )
    desk = signed_in(house, Role.OWNER)
    desk.get("/words/numbers")
    values = {
        p.key: str(p.default) for p in house.app.library.protocols["skin-needling"].parameters
    }
    desk.post("/words/numbers", **(values | {"makeup_h": "1000"}))
    assert "a whole number from 12 to 96" in desk.text
    desk.post("/words/numbers", **(values | {"makeup_h": "24", "heat_sweat_h": "96"}))
    assert "Make-up again, hours after" in desk.text
    assert "It still contains 72." in desk.text
    with reading(house.engine) as session:
        assert customisation.numbers(session, 1) == {
            "skin-needling": {"makeup_h": 24, "heat_sweat_h": 96}
        }


def test_a_number_that_spaces_sessions_moves_what_is_planned(house: House) -> None:
    house.enrol(ana(date(2026, 3, 1)))
    before = house.line("next-session", Channel.EMAIL).due_at
    protocol = house.app.library.protocols["skin-needling"]
    values = dict(protocol.settle({}).values) | {"session_gap_weeks": 5}
    with writing(house.engine) as session:
        clinic = people.clinics(session)[0]
        parameters.set_numbers(
            session, house.app.library, clinic, protocol, values, "olga", house.clock()
        )
    assert before - house.line("next-session", Channel.EMAIL).due_at == timedelta(weeks=1)


def test_every_milestone_in_every_protocol_can_be_looked_at(house: House) -> None:
    desk = signed_in(house)
    for protocol in house.app.library.protocols.values():
        assert desk.get(f"/words?protocol={protocol.key}").status_code == 200
        milestone = protocol.milestones[-1].key
        assert (
            desk.get(f"/words/edit?protocol={protocol.key}&milestone={milestone}").status_code
            == 200
        )
    assert desk.get("/words?protocol=nonsense").status_code == 404
    assert desk.get("/words/edit?protocol=skin-needling&milestone=nonsense").status_code == 404
