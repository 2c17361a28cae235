"""Which country a number is of, which a clinic texts, and which numbers get no code."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reminders.rules.code_limits import CLOSING, closes, network_of
from reminders.rules.countries import (
    NEIGHBOURS,
    NOWHERE,
    block_of,
    may_text,
    region_of,
    takes_codes,
    texted,
)
from reminders.rules.decision import LOOK_AGAIN, Defer, Send, Skip, decide
from reminders.rules.segment_prices import Prices, keep_prices, prices_of
from reminders.rules.terms import Channel, Reason
from tests.support.facts import CLINIC, FACTS, NOON

HERE = replace(CLINIC, countries=frozenset({"GB", "IE"}))


@pytest.mark.parametrize(
    "number, country",
    [
        ("+447400123456", "GB"),
        ("+447797712345", "JE"),
        ("+447781123456", "GG"),
        ("+447624123456", "IM"),
        ("+447700900101", "GB"),  # kept for drama, so phonenumbers knows no country of it
        ("+12125550123", "US"),
        ("+14165550123", "CA"),
        ("+17875550123", "PR"),
        ("+353851234567", "IE"),
        ("+4915112345678", "DE"),
        ("+77011234567", "KZ"),
        ("+881612345678", NOWHERE),  # a satellite
        ("+882161234567", NOWHERE),
        ("+870773111632", NOWHERE),
        ("+999123456789", NOWHERE),
    ],
)
def test_a_number_is_of_the_country_that_gave_it_out(number: str, country: str) -> None:
    assert region_of(number) == country


@pytest.mark.parametrize(
    "number, takes",
    [
        ("+447911123456", True),
        ("+12125550123", True),  # in North America one cannot tell a mobile number
        ("+4915112345678", True),
        ("+447700900123", True),  # nobody's, and demos use it
        ("+449098790000", False),  # premium rate
        ("+448431234567", False),  # shared cost
        ("+447012345678", False),  # a personal number
        ("+442079460018", False),  # a landline
        ("+447640123456", False),  # a pager
        ("+19002345678", False),
        ("+4917712345678901", False),  # too long
        ("+447300000000", True),
        ("+447000000000", False),
        ("+881612345678", False),
        ("+882161234567", False),
        ("+491981234567", False),  # a German range that nobody has
    ],
)
def test_codes_go_to_mobile_numbers_alone(number: str, takes: bool) -> None:
    assert takes_codes(number) is takes


@pytest.mark.parametrize(
    "facts, decision",
    [
        ({"contact": "+353851234567"}, Send),
        ({"contact": "+33612345678"}, Defer(NOON + LOOK_AGAIN, Reason.COUNTRY)),
        ({"contact": "+881612345678"}, Defer(NOON + LOOK_AGAIN, Reason.COUNTRY)),
        ({"contact": "+33612345678", "stale_at": NOON}, Skip(Reason.COUNTRY)),
        ({"contact": "+353851234567", "stale_at": NOON}, Skip(Reason.STALE)),
        ({"contact": "ana@mail.example", "channel": Channel.EMAIL}, Send),
        ({"contact": None}, Skip(Reason.UNREACHABLE)),
        ({"contact": "+33612345678", "consented": False}, Skip(Reason.NO_CONSENT)),
    ],
)
def test_texts_to_other_countries_wait_and_never_leave(
    facts: dict[str, Any], decision: object
) -> None:
    found = decide(replace(FACTS, clinic=HERE, **facts), NOON)
    assert found == decision or (isinstance(decision, type) and isinstance(found, decision))


def test_a_clinic_always_texts_its_own_country_and_that_of_its_number() -> None:
    assert texted("GB", "+442079460018", "") == {"GB"}
    assert texted("GB", "+442079460018", "IE FR") == {"GB", "IE", "FR"}
    assert texted("", "+4930123456", "") == {"DE"}
    assert texted("GB", "+353851234567", "") == {"GB", "IE"}
    assert may_text(CLINIC, "+33612345678")  # of which nobody asked for a country


def test_neighbours_are_countries_and_not_their_own() -> None:
    for country, named in NEIGHBOURS.items():
        assert all(len(one) == 2 for one in (country, *named.split()))
        assert country not in named.split()


def test_neighbouring_numbers_are_a_row_of_a_hundred() -> None:
    assert block_of("+447911123456") == block_of("+447911123499") != block_of("+447911123500")
    assert not block_of("+447700900123")


@pytest.mark.parametrize(
    "address, network",
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("testclient", ""),
        ("", ""),
    ],
)
def test_an_address_counts_with_its_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_form_closes_when_hardly_any_of_many_codes_is_proven() -> None:
    for _, few, most in CLOSING:
        assert not closes(few - 1, 0, few, most)
        assert closes(few, 0, few, most)
        assert closes(few, few - 1, few, most)
        assert not closes(few, few, few, most)
        assert not closes(most - 1, 500, few, most)
        assert closes(most, 500, few, most)


def test_prices_differ_by_country() -> None:
    prices = prices_of(40_000, keep_prices({"DE": 75_000, "IE": 20_000}))
    assert (prices.of("DE"), prices.of("FR"), prices.of("")) == (75_000, 40_000, 40_000)
    assert str(prices.cost({"": 10, "DE": 2, "IE": 1})) == "0.57"
    assert Prices().cost({"DE": 2}) is None
    assert str(Prices(None, {"DE": 75_000}).cost({"DE": 2, "": 3})) == "0.15"
    assert keep_prices(prices.by_country) == "DE=75000 IE=20000"


def test_a_dearer_text_takes_more_of_the_months_limit_and_a_cheaper_one_no_less() -> None:
    prices = prices_of(40_000, "DE=75000 IE=20000")
    assert [prices.weight(of, 2) for of in ("GB", "DE", "IE")] == [2, 4, 2]
    assert Prices(None, {"DE": 75_000}).weight("DE", 2) == 2
    assert prices_of(40_000, "DE=400000").weight("DE", 1) == 10


def test_what_waits_for_a_country_is_looked_at_again_before_it_is_late() -> None:
    late = replace(FACTS, clinic=HERE, contact="+33612345678", stale_at=NOON + timedelta(minutes=5))
    assert decide(late, NOON) == Defer(NOON + timedelta(minutes=5), Reason.COUNTRY)
