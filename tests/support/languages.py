"""Every language of the packaged wording, and facts to render it with."""

from __future__ import annotations

from dataclasses import replace

from reminders.rules.terms import Channel, Facts
from reminders.rules.wording import Customisation
from reminders.wording.library import packaged
from tests.support.rendering import WIDEST

LIBRARY = packaged()
TONGUES = ("en", "en-GB", "es", "fr", "de", "pl", "pt-BR")


def facts(protocol: str, language: str, milestone: str, channel: Channel, **own: int) -> Facts:
    country = "US" if language == "en" else "GB"
    clinic = replace(WIDEST.clinic, country=country, customisation=Customisation({protocol: own}))
    contact = "+14155550132" if channel is Channel.SMS else "ana@mail.example"
    return replace(
        WIDEST, protocol=protocol, language=language, milestone=milestone,
        channel=channel, contact=contact, clinic=clinic,
    )  # fmt: skip
