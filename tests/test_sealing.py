"""What is sealed opens for one purpose and one key alone, and any change of it is noticed."""

from __future__ import annotations

from reminders.sealing import Sealing

SECRET = "https://calendar.example/private-0123456789/basic.ics"
SEALING = Sealing("a key of the operator's")


def test_what_is_sealed_can_be_opened_again_and_not_read_before() -> None:
    sealed = SEALING.seal("feed", SECRET)
    assert "private" not in sealed
    assert SEALING.open("feed", sealed) == SECRET


def test_it_opens_for_no_other_purpose_and_no_other_key() -> None:
    sealed = SEALING.seal("feed", SECRET)
    assert SEALING.open("hook", sealed) is None
    assert Sealing("another key").open("feed", sealed) is None


def test_a_change_is_noticed() -> None:
    sealed = SEALING.seal("feed", SECRET)
    for place in range(0, len(sealed) - 4, 7):  # the last letter says less than it could
        letter = "A" if sealed[place] != "A" else "B"
        changed = sealed[:place] + letter + sealed[place + 1 :]
        assert SEALING.open("feed", changed) is None, place
    assert SEALING.open("feed", "") is None


def test_the_same_text_is_known_again_by_a_hash_of_its_own() -> None:
    assert SEALING.fingerprint("feed", SECRET) == SEALING.fingerprint("feed", SECRET)
    assert SEALING.fingerprint("feed", SECRET) != SEALING.fingerprint("hook", SECRET)
    assert SEALING.seal("feed", SECRET) != SEALING.seal("feed", SECRET)
