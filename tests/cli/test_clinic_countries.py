"""The commands for countries and prices, and what a forecast says of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.conftest import MONDAY, House, ana
from tests.support.terminal import Terminal

pytestmark = pytest.mark.portable

NAME = "Rosewood Skin"


def test_countries_are_shown_added_and_removed(house: House, terminal: Terminal) -> None:
    assert "United Kingdom" in terminal.run("clinic", "countries", NAME).stdout
    added = terminal.run("clinic", "countries", NAME, "--add", "IE", "--add", "FR").stdout
    assert "Ireland" in added
    assert house.clinic().other_countries == "FR IE"
    terminal.run("clinic", "countries", NAME, "--remove", "FR")
    assert house.clinic().other_countries == "IE"
    assert (
        "not a country" in terminal.run("clinic", "countries", NAME, "--add", "XX", code=2).stderr
    )
    assert house.clinic().other_countries == "IE"


def test_prices_need_a_currency_and_a_country_we_know(house: House, terminal: Terminal) -> None:
    assert "currency" in terminal.run("clinic", "price", NAME, "0.04", code=2).stderr
    terminal.run("clinic", "price", NAME, "0.04", "--currency", "GBP")
    terminal.run("clinic", "price", NAME, "0.075", "--country", "IE")
    clinic = house.clinic()
    assert (clinic.segment_price, clinic.currency, clinic.country_prices) == (
        40_000,
        "GBP",
        "IE=75000",
    )
    assert (
        "not a country"
        in terminal.run("clinic", "price", NAME, "1", "--country", "XX", code=2).stderr
    )
    terminal.run("clinic", "price", NAME, "", "--country", "IE")
    assert house.clinic().country_prices == ""


def test_a_forecast_says_what_texts_cost_at_least(house: House, terminal: Terminal) -> None:
    terminal.run("clinic", "price", NAME, "0.04", "--currency", "GBP")
    terminal.run("clinic", "price", NAME, "0.5", "--country", "IE")
    house.enrol(ana(MONDAY.date() - timedelta(days=1), email=None))
    house.enrol(ana(MONDAY.date() - timedelta(days=1), phone="+353851234567", email=None))
    said = terminal.run("forecast", "--days", "1").stdout
    assert "The texts cost GBP 1.08 or more" in said
    assert ("GBP 0.08" in said, "GBP 1.00" in said) == (True, True), "by country"


def test_a_forecast_for_programs_says_what_texts_cost_by_sender_and_country(
    house: House, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_FROM", "+447700900000")
    terminal.run("clinic", "sender", NAME, "--country", "IE=Rosewood")
    yesterday = MONDAY.date() - timedelta(days=1)
    house.enrol(ana(yesterday), ana(yesterday, phone="+353851234567", email=None))

    def costs() -> set[tuple[object, ...]]:
        found = terminal.json("forecast", "--days", "1")
        kept = [one["costs"] for one in found if one["channel"] == "sms"]
        assert not [one for one in found if one["channel"] == "email" and one["costs"]]
        return {tuple(one.values()) for batch in kept for one in batch}

    unpriced = {(*row[:3], None, None) for row in costs()}
    assert costs() == unpriced, "no price is set yet"
    terminal.run("clinic", "price", NAME, "0.04", "--currency", "GBP")
    terminal.run("clinic", "price", NAME, "0.5", "--country", "IE")
    assert costs() == {
        ("+447700900000", "GB", 1, "GBP", "0.04"),
        ("Rosewood", "IE", 1, "GBP", "0.5"),
    }
