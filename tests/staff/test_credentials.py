"""A sign-in tells nobody whether an address is known."""

from __future__ import annotations

from reminders.staff.credentials import HASHER, NOBODY, right_password


def test_an_unknown_address_takes_as_long_as_a_known_one() -> None:
    assert not HASHER.check_needs_rehash(NOBODY)
    assert not right_password(None, "any password")
