"""Every language of the packaged wording, and facts to render it with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reminders.rules.terms import Channel, Facts
from reminders.rules.wording import Customisation
from reminders.wording.library import packaged
from tests.support.rendering import WIDEST

LIBRARY = packaged()
TONGUES = ("en", "en-GB", "es", "fr", "de", "pl", "pt-BR")
FEW_FIRST = [
    pytest.param(one, marks=() if one in {"en", "pl"} else pytest.mark.slow) for one in TONGUES
]
"""All of them, of which the quick tests try one without and one with letters of its own."""


def facts(protocol: str, language: str, milestone: str, channel: Channel, **own: int) -> Facts:
    country = "US" if language == "en" else "GB"
    clinic = replace(WIDEST.clinic, country=country, customisation=Customisation({protocol: own}))
    contact = "+14155550132" if channel is Channel.SMS else "ana@mail.example"
    return replace(
        WIDEST, protocol=protocol, language=language, milestone=milestone,
        channel=channel, contact=contact, clinic=clinic,
    )  # fmt: skip
