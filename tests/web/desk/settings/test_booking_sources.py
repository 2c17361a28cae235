"""The pages of booking sources: an owner connects a system by following them, and sees what came."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from reminders.rules.roles import Role
from reminders.rules.told_bookings import SourceKind
from reminders.store.database import reading, writing
from reminders.store.queries import audit
from reminders.store.tables import BookingSource, Consent
from tests.conftest import House
from tests.support.bookings import (  # fmt: skip
    API_KEY,
    GENERIC,
    URL,
    Vendor,
    calcom,
    clients,
    deliveries,
    square,
    standing,
)
from tests.support.desk import Desk, signed_in

pytestmark = pytest.mark.portable


def opened(house: House, path: str = "/clinic/sources") -> Desk:
    desk = signed_in(house, Role.OWNER)
    desk.get(path)
    return desk


def shown(desk: Desk, what: str) -> str:
    """Return the code that stands on the page after some words."""
    assert desk.page is not None
    found = re.search(rf"{what}.*?<code[^>]*>([^<]+)</code>", desk.page.text, re.DOTALL)
    assert found, desk.text
    return found[1]


def test_a_source_is_connected_by_following_its_page_alone(house: House) -> None:
    desk = opened(house)
    assert "No booking systems connected yet" in desk.text
    desk.post("/clinic/sources", kind="calcom", name="")
    secret, address = shown(desk, "Copy this secret now"), shown(desk, "Webhook address")
    assert "Settings , Developer , Webhooks" in desk.text
    vendor = Vendor(house, SourceKind.GENERIC)  # speaks as Cal.com, at the address that was shown
    vendor.kind, vendor.secret, vendor.path = SourceKind.CALCOM, secret, address.removeprefix(URL)
    vendor.told(calcom())
    assert standing(house)
    desk.get("/clinic/sources/1")
    assert secret not in desk.text
    assert address in desk.text, "it can be copied again"
    assert "New booking." in desk.text
    desk.get("/clinic/sources")
    assert "Cal.com Last booking received just now Imported" in desk.text


def test_a_new_secret_takes_the_place_of_the_old_one(house: House) -> None:
    vendor = Vendor(house, SourceKind.CALCOM)
    desk = opened(house, "/clinic/sources/1")
    desk.post("/clinic/sources/1/secret")
    assert vendor.post(calcom()).status_code == 401
    vendor.secret = shown(desk, "Copy this secret now")
    assert vendor.post(calcom()).status_code == 200


@pytest.mark.parametrize("kind", [SourceKind.ACUITY, SourceKind.SQUARE])
def test_what_a_vendor_gave_is_pasted_and_never_shown_again(house: House, kind: SourceKind) -> None:
    desk = opened(house)
    desk.post("/clinic/sources", kind=kind.value)
    assert "Missing" in desk.text
    key, acuity = API_KEY[kind], kind is SourceKind.ACUITY
    user, _, own = key.partition(":")
    pasted = {"user_id": user, "api_key": own} if acuity else {"secret": "signature-key", "api_key": key}  # fmt: skip
    desk.post("/clinic/sources/1/paste", **pasted)
    assert "Saved" in desk.text
    assert all(value not in desk.text for value in pasted.values() if len(value) > 5)
    sealing = house.app.deliveries.sealing
    with reading(house.engine) as session:
        source = session.get_one(BookingSource, 1)
        assert sealing.opened(source.api_key) == key
        assert sealing.opened(source.secret) == (own if acuity else "signature-key")
        assert [line.detail for line in audit.page(session, 1)[:2]] == [source.name] * 2


@pytest.mark.parametrize(
    "typed, said",
    [
        ({"secret": "short", "api_key": ""}, "too short"),
        ({"secret": "two words in it", "api_key": ""}, "spaces"),
    ],
)
def test_what_is_no_key_is_refused(house: House, typed: dict[str, str], said: str) -> None:
    Vendor(house, SourceKind.SQUARE)
    desk = opened(house, "/clinic/sources/1")
    desk.post("/clinic/sources/1/paste", **typed)
    assert said in desk.text
    desk.post("/clinic/sources", kind="fax", name="")
    assert "Choose your booking system." in desk.text


def test_what_was_not_understood_is_mended_and_tried_again(house: House) -> None:
    vendor = Vendor(house, SourceKind.GENERIC, secret="")
    nested = {"booking": {"ref": "b-1", "from": "2026-03-12T14:30:00Z", "what": "Microneedling"}, "who": {"title": "Ana Costa", "tel": "07700 900101"}}  # fmt: skip
    vendor.told(nested)
    desk = opened(house, "/clinic/sources/1")
    assert "Not recognised" in desk.text
    desk.get("/clinic/sources/1/fields")
    assert "2026-03-12T14:30:00Z · booking › from" in desk.text
    desk.post(
        "/clinic/sources/1/fields",
        **{
            "field:external_id": '["booking", "ref"]', "field:treated_at": '["booking", "from"]', "field:treatment": '["booking", "what"]',
            "field:name": '["who", "title"]', "field:phone": '["who", "tel"]',
        },
    )  # fmt: skip
    assert "Saved." in desk.text
    desk.post("/clinic/sources/1/again")
    assert "New booking." in desk.text
    assert standing(house) == [("b-1", "12 14:30")]
    vendor.told(nested | {"who": {"title": "Bea Lopes", "tel": "07700 900102"}, "booking": nested["booking"] | {"ref": "b-2"}})  # fmt: skip
    assert len(standing(house)) == 2, "it is remembered"


@pytest.mark.parametrize(
    "field, path, said",
    [
        ("field:external_id", "", "Choose a field for the booking number."),
        ("field:treated_at", "", "Choose a field for the start."),
        ("field:phone", "who", "This is not a field of the booking."),
        ("field:phone", '{"a": 1}', "This is not a field of the booking."),
    ],
)
def test_a_choice_without_the_needful_is_refused(
    house: House, field: str, path: str, said: str
) -> None:
    Vendor(house, SourceKind.GENERIC, secret="").told(GENERIC)
    desk = opened(house, "/clinic/sources/1/fields")
    right = {"field:external_id": '["external_id"]', "field:treated_at": '["treated_at"]'}
    desk.post("/clinic/sources/1/fields", **(right | {field: path}))
    assert said in desk.text


def test_fields_that_are_named_as_usual_are_chosen_already(house: House) -> None:
    told = {"Booking ID": "77", "Customer Name": "Ana Costa", "Mobile": "07700 900101", "Start time": "2026-03-12T14:30:00Z", "Service": "Microneedling"}  # fmt: skip
    Vendor(house, SourceKind.GENERIC, secret="").told(told)
    desk = opened(house, "/clinic/sources/1/fields")
    assert desk.page is not None
    chosen = re.findall(r'<option value="([^"]+)" selected', desk.page.text)
    assert len(chosen) >= 5, chosen


def ledger(house: House) -> list[tuple[str, bool, str | None, str]]:
    with reading(house.engine) as session:
        found = session.scalars(select(Consent).order_by(Consent.id))  # type: ignore[arg-type]
        return [(one.channel.value, one.given, one.wording, one.source) for one in found]


WORDS = "Text me care advice about my treatment. I can stop at any time."


def test_a_yes_in_the_booking_form_is_a_consent_with_its_exact_words(house: House) -> None:
    vendor = Vendor(house, SourceKind.CALCOM)
    desk = opened(house, "/clinic/sources/1")
    desk.post("/clinic/sources/1/consent", wording=WORDS, for_sms="yes")
    form = calcom()["payload"]["responses"]
    vendor.told(calcom(responses=form | {"care": {"label": WORDS, "value": True}}))
    assert ledger(house) == [("sms", True, WORDS, "booking form of Cal.com, booking u1")]
    with writing(house.engine) as session:
        (line,) = session.scalars(select(Consent))
        assert line.given_at <= house.clock()
    assert clients(house)[0].phone == "+447700900101"


@pytest.mark.parametrize(
    "answer",
    [{"label": WORDS, "value": False}, {"label": WORDS}, {"label": "Other words", "value": True}, {"label": WORDS, "value": "perhaps"}],
)  # fmt: skip
def test_a_box_left_empty_or_other_words_are_no_consent(
    house: House, answer: dict[str, object]
) -> None:
    vendor = Vendor(house, SourceKind.CALCOM)
    desk = opened(house, "/clinic/sources/1")
    desk.post("/clinic/sources/1/consent", wording=WORDS, for_sms="yes", for_email="yes")
    form = calcom()["payload"]["responses"]
    vendor.told(calcom(responses=form | {"care": answer}))
    assert standing(house)
    assert ledger(house) == []


def test_a_field_of_any_form_may_be_the_answer(house: House) -> None:
    vendor = Vendor(house, SourceKind.GENERIC, secret="")
    vendor.told(GENERIC | {"external_id": "b-0", "treated_at": "soon", "agreed": {"sms": "Yes, please"}})  # fmt: skip
    desk = opened(house, "/clinic/sources/1/fields")
    desk.post("/clinic/sources/1/consent", question='["agreed", "sms"]', wording="", for_sms="yes")
    assert "exact wording" in desk.text
    desk.post("/clinic/sources/1/consent", question='["agreed", "sms"]', wording=WORDS)
    assert "Choose what “yes” means" in desk.text
    desk.post("/clinic/sources/1/consent", question='["agreed", "sms"]', wording=WORDS, for_email="yes")  # fmt: skip
    vendor.told(GENERIC | {"agreed": {"sms": "Yes, please"}})
    assert [line[:3] for line in ledger(house)] == [("email", True, WORDS)]
    desk.post("/clinic/sources/1/consent", question="", wording=WORDS, for_email="yes")
    vendor.told(GENERIC | {"external_id": "b-2", "email": "x@mail.example", "phone": "07700 900102", "first_name": "Bea", "agreed": {"sms": "yes"}})  # fmt: skip
    assert len(ledger(house)) == 1


def test_a_delivery_is_shown_as_it_came_and_tried_again_alone(house: House) -> None:
    vendor = Vendor(house, SourceKind.CALCOM)
    vendor.told(calcom(startTime="never", eventTitle="<b>Bold</b>"))
    desk = opened(house, "/clinic/deliveries/1")
    assert "&lt;b&gt;Bold" in (desk.page.text if desk.page else "")
    assert '"startTime": "never"' in desk.text
    desk.post("/clinic/deliveries/1/again")
    assert "Tried again." in desk.text
    assert deliveries(house)[0].attempts == 2


def test_a_source_that_is_removed_takes_nothing_any_more(house: House) -> None:
    vendor = Vendor(house, SourceKind.SQUARE)
    vendor.told(square("DECLINED"))
    desk = opened(house, "/clinic/sources/1")
    desk.post("/clinic/sources/1/remove")
    assert "no longer accepts bookings" in desk.text
    assert vendor.post(square()).status_code == 404
    assert desk.get("/clinic/sources/1").status_code == 404
    assert house.app.deliveries.take_waiting() == 0


def test_two_of_a_kind_need_names_of_their_own(house: House) -> None:
    Vendor(house, SourceKind.CALCOM)
    desk = opened(house)
    desk.post("/clinic/sources", kind="calcom", name="")
    assert "“Cal.com” is already connected." in desk.text
    desk.post("/clinic/sources", kind="calcom", name="Second room")
    assert "Second room" in desk.text


def test_after_the_operator_s_key_was_changed_nothing_is_believed_and_the_page_says_so(
    house: House,
) -> None:
    vendor = Vendor(house, SourceKind.CALCOM)
    with writing(house.engine) as session:
        source = session.get_one(BookingSource, 1)
        source.secret = source.token = "sealed under another key"
    assert vendor.post(calcom()).status_code == 503
    desk = opened(house, "/clinic/sources/1")
    assert "key of this installation was changed" in desk.text


def test_today_says_what_was_not_understood_until_somebody_has_seen_to_it(house: House) -> None:
    vendor = Vendor(house, SourceKind.CALCOM)
    vendor.told(calcom(startTime="never"))
    desk = opened(house, "/")
    assert "1 booking was not recognised" in desk.text
    desk.get("/clinic/sources/1")
    desk.post("/clinic/sources/1/remove")
    desk.get("/")
    assert "was not recognised" not in desk.text
