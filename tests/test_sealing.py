"""What is sealed opens for one purpose and one key alone, and any change of it is noticed."""

from __future__ import annotations

from reminders.sealing import Sealing

SECRET = "https://calendar.example/private-0123456789/basic.ics"
SEALING = Sealing("a key of the operator's", "feed")
ANOTHER = Sealing("a key of the operator's", "hook")


def test_what_is_sealed_can_be_opened_again_and_not_read_before() -> None:
    sealed = SEALING.seal(SECRET)
    assert "private" not in sealed
    assert SEALING.opened(sealed) == SECRET


def test_it_opens_for_no_other_purpose_and_no_other_key() -> None:
    sealed = SEALING.seal(SECRET)
    assert ANOTHER.opened(sealed) is None
    assert Sealing("another key", "feed").opened(sealed) is None
    assert SEALING.within("1").opened(sealed) is None


def test_a_change_is_noticed() -> None:
    sealed = SEALING.seal(SECRET)
    for place in range(0, len(sealed) - 4, 7):  # the last letter says less than it could
        letter = "A" if sealed[place] != "A" else "B"
        changed = sealed[:place] + letter + sealed[place + 1 :]
        assert SEALING.opened(changed) is None, place
    assert SEALING.opened("") is None


def test_the_same_text_is_known_again_by_a_hash_of_its_own() -> None:
    assert SEALING.fingerprint(SECRET) == SEALING.fingerprint(SECRET)
    assert SEALING.fingerprint(SECRET) != ANOTHER.fingerprint(SECRET)
    assert SEALING.seal(SECRET) != SEALING.seal(SECRET)
