"""The signs a worried client is told to look for, by day and treatment."""

from __future__ import annotations

import pytest

from reminders.rules.red_flags import FLAGS, flags_at
from tests.support.languages import LIBRARY

ACUTE = ["breathing", "spreading", "eye", "heat", "pus", "fever", "blisters", "swelling", "bumps"]
RF = ("skin-needling-rf", "skin-needling")


@pytest.mark.parametrize(
    "days,lineage,told",
    [
        (0, ("skin-needling",), ACUTE),
        (1, ("skin-needling",), ACUTE),
        (1, RF, [*ACUTE, "device"]),
        (3, ("skin-needling-prp", "skin-needling"), ACUTE),
        (7, ("skin-needling",), ACUTE),
        (8, ("skin-needling",), [*ACUTE, "redness"]),
        (14, ("skin-needling",), [*ACUTE, "redness", "patches", "scar"]),
        (30, RF, [*ACUTE, "device", "redness", "patches", "scar"]),
    ],
)
def test_each_day_has_its_signs(days: int, lineage: tuple[str, ...], told: list[str]) -> None:
    assert [flag.key for flag in flags_at(days, lineage)] == told


def test_emergencies_come_first() -> None:
    urgent = [flag.emergency for flag in FLAGS]
    assert urgent == sorted(urgent, reverse=True)
    assert any(urgent)


def test_every_sign_has_its_sources_and_its_words_in_every_language() -> None:
    for flag in FLAGS:
        assert set(flag.sources) <= LIBRARY.sources.keys(), flag.key
        assert flag.sources or flag.key == "breathing"
        assert flag.protocol is None or flag.protocol in LIBRARY.protocols
        for language in LIBRARY.phrases.names:
            assert LIBRARY.phrases.table(language)[f"flag.{flag.key}"], (language, flag.key)


DAY_ONE = {
    "hotter, more painful, swollen": "heat",
    "pus": "pus",
    "fever": "fever",
    "around the eye": "eye",
    "confusion, fast spread": "spreading",
    "tingling, then grouped sore blisters": "blisters",
    "swelling still building after day 2": "swelling",
    "trouble breathing, lips or tongue swollen": "breathing",
    "itchy red bumps or plaques": "bumps",
    "RF: blister, burn, dent, numb, droop": "device",
}
"""Each acute sign of the clinical notes (their section 3), as it is told to whoever worries on day one."""

LATER = {"redness over a week": "redness", "patches": "patches", "thick or straight scars": "scar"}


@pytest.mark.parametrize("sign", [*DAY_ONE, *LATER])
def test_every_sign_of_the_clinical_notes_is_told(sign: str) -> None:
    known = {flag.key: flag for flag in FLAGS}
    flag = known[(DAY_ONE | LATER)[sign]]
    assert (flag in flags_at(1, RF)) is (sign in DAY_ONE)
    assert flag in flags_at(30, RF)
    assert set(known) == {*DAY_ONE.values(), *LATER.values()}
