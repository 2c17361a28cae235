"""Names as senders: which are valid, where carriers take them, and what a text from one may say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from babel import Locale

from reminders.rules.decision import LOOK_AGAIN, Defer, Send, decide
from reminders.rules.sender_kinds import PER_MINUTE, Kind, is_one_way, kind_of
from reminders.rules.sender_names import (
    ALLOWED,
    NEVER,
    REGISTERS,
    NameRule,
    is_name,
    read_name_sender,
    rule_of,
    rulings,
)
from reminders.rules.stop_line import is_due
from reminders.rules.terms import Channel, InputError, OneOffFacts, OneOffKind, Reason
from tests.support.facts import FACTS, NOON


@pytest.mark.parametrize(
    "typed, name",
    [
        ("Rosewood", "Rosewood"),
        (" Rosewood  Co ", "Rosewood Co"),
        ("A", "A"),
        ("4U", "4U"),
        ("MG Clinic", "MG Clinic"),
        ("Rosewood Skin", None),  # 13
        ("12345678901", None),
        ("123", None),
        ("", None),
        ("Łódź Skin", None),
        ("Rose&Wood", None),
        ("Rose-Wood", None),
        ("Rose_Wood", None),
        ("SMS", None),
        ("Info", None),
    ],
)
def test_a_name_has_eleven_plain_letters_at_most_and_is_somebodys(
    typed: str, name: str | None
) -> None:
    if name is None:
        with pytest.raises(InputError):
            read_name_sender(typed)
    else:
        assert read_name_sender(typed) == name
        assert is_name(name)
        assert kind_of(name) is Kind.NAME


@pytest.mark.parametrize(
    "sender, kind",
    [
        ("+447700900101", Kind.LONG_CODE),
        ("+18885550123", Kind.TOLL_FREE),
        ("12345", Kind.SHORT_CODE),
        ("MG" + "1" * 32, Kind.SERVICE),
        ("MG1", Kind.SERVICE),
        ("MG Clinic", Kind.NAME),
        ("Rosewood", Kind.NAME),
        ("", Kind.LONG_CODE),
    ],
)
def test_a_sender_is_of_one_kind_and_only_a_name_goes_one_way(sender: str, kind: Kind) -> None:
    assert kind_of(sender) is kind
    assert is_one_way(sender) is (kind is Kind.NAME)
    assert kind in PER_MINUTE


@pytest.mark.parametrize(
    "country, rule",
    [
        ("US", NameRule.NEVER),
        ("CA", NameRule.NEVER),
        ("PR", NameRule.NEVER),
        ("NZ", NameRule.NEVER),
        ("SG", NameRule.REGISTER),
        ("AU", NameRule.REGISTER),
        ("IE", NameRule.REGISTER),
        ("IN", NameRule.REGISTER),
        ("ES", NameRule.REGISTER),
        ("GB", NameRule.ALLOWED),
        ("DE", NameRule.ALLOWED),
        ("IT", NameRule.UNKNOWN),
        ("", NameRule.UNKNOWN),
    ],
)
def test_countries_take_names_or_not(country: str, rule: NameRule) -> None:
    assert rule_of(country).rule is rule
    assert rule_of(country).refused is (rule in {NameRule.NEVER, NameRule.REGISTER})


def test_each_country_stands_in_one_table_and_exists() -> None:
    tables = [NEVER, REGISTERS.keys(), ALLOWED]
    everywhere = [country for table in tables for country in table]
    assert len(everywhere) == len(set(everywhere))
    assert set(everywhere) <= set(Locale("en").territories)
    assert [one.country for one in rulings({"GB", "IT", "US", "IE"})] == ["US", "IE", "IT"]


@pytest.mark.parametrize("contact", ["+14155550132", "+16045550132", "+6421234567"])
def test_no_text_leaves_under_a_name_where_carriers_take_none(contact: str) -> None:
    text = replace(FACTS, contact=contact, sender="Rosewood")
    assert decide(text, NOON) == Defer(NOON + LOOK_AGAIN, Reason.PROVIDER_REFUSES)
    assert isinstance(decide(replace(text, sender="+14155550100"), NOON), Send)
    mail = replace(text, channel=Channel.EMAIL, contact="ana@mail.example")
    assert isinstance(decide(mail, NOON), Send)


def test_where_nobody_can_reply_a_link_says_how_to_stop_in_the_welcome_and_once_a_month() -> None:
    ours = replace(FACTS, sender="Rosewood", stop_told_at=NOON - timedelta(days=3))
    assert not is_due(ours, NOON)  # the first text of a course after the welcome
    assert is_due(replace(ours, sender="+447700900100"), NOON)
    assert is_due(replace(ours, stop_told_at=None), NOON)
    assert is_due(replace(ours, stop_told_at=NOON - timedelta(days=30)), NOON)
    welcome = OneOffFacts(OneOffKind.OPT_IN, "", "", urgent=False)
    assert is_due(replace(ours, one_off=welcome), NOON)
    each = replace(ours, clinic=replace(ours.clinic, stop_on_every_text=True))
    assert is_due(each, NOON)
