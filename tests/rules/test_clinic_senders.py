"""As whom a text leaves: by the country of its number, else as the clinic or the installation does."""

from __future__ import annotations

import pytest

from reminders.rules.clinic_senders import (
    AS_SET,
    ClinicSenders,
    Sender,
    country_of,
    pack,
    unpack,
)

US, UK, DE, JERSEY = "+12025550123", "+447700900101", "+4915112345678", "+447797712345"
OURS = "+15005550006"
NAMED = (("", "+447700900001"), ("DE", "Rosewood"), ("US", "+12025550100"))


@pytest.mark.parametrize(
    "account, by_country, number, leaves",
    [
        (None, (), UK, Sender(OURS)),
        (None, (), None, Sender(OURS)),
        (None, (("DE", "Rosewood"),), UK, Sender(OURS)),
        (None, (("DE", "Rosewood"),), DE, Sender("Rosewood")),
        (None, NAMED, UK, Sender("+447700900001")),
        (None, NAMED, JERSEY, Sender("+447700900001")),
        (None, NAMED, "nonsense", Sender("+447700900001")),
        (None, NAMED, None, Sender("+447700900001")),
        (7, NAMED, US, Sender("+12025550100", 7)),
        (7, NAMED, UK, Sender("+447700900001", 7)),
        # an account without a sender of its own sends nothing: its numbers are not known
        (7, (), UK, Sender(OURS)),
    ],
)
def test_a_text_leaves_by_the_sender_of_its_country(
    account: int | None,
    by_country: tuple[tuple[str, str], ...],
    number: str | None,
    leaves: Sender,
) -> None:
    assert ClinicSenders(OURS, account, by_country).to(number) == leaves


def test_every_sender_is_known_once_the_usual_one_first() -> None:
    senders = ClinicSenders(OURS, 7, (("", "Rose"), ("DE", "Rose"), ("US", "+12025550100")))
    assert senders.every == (Sender("Rose", 7), Sender("+12025550100", 7))
    assert AS_SET.every == (Sender(""),)
    assert ClinicSenders(OURS, None, (("DE", "Rose"),)).every == (
        Sender(OURS),
        Sender("Rose"),
    )


def test_a_senders_rate_is_kept_by_account_and_name() -> None:
    keys = {Sender("Rose", 7).key, Sender("Rose").key, Sender("Rose", 8).key}
    assert keys == {"7:Rose", ":Rose", "8:Rose"}


def test_what_is_stored_is_read_again() -> None:
    given = {"US": "+12025550100", "": "Rosé"}
    assert dict(unpack(pack(given))) == given
    assert pack({}) == ""
    assert unpack("") == ()


@pytest.mark.parametrize(
    "number, country",
    [(US, "US"), ("+14165550123", "CA"), (UK, "GB"), (JERSEY, "JE"), (DE, "DE"), ("x", ""), ("+999", "")],
)  # fmt: skip
def test_the_country_is_the_numbers_own(number: str, country: str) -> None:
    assert country_of(number) == country
