"""The language of commands: that of the shell, as with any gettext program."""

from __future__ import annotations

from collections.abc import Mapping

from reminders.rules.translation import ENGLISH, Translation
from reminders.wording.library import Library

SERVICES = {"serve", "web", "worker", "tick"}
"""Commands that run for clinics of many languages: what they keep is never in the shell's."""


def shell_translation(environ: Mapping[str, str], library: Library) -> Translation:
    """Return the translation to the shell's language: of those in ``LANGUAGE`` the first there is,
    else that of the locale (``LC_ALL``, ``LC_MESSAGES`` or ``LANG``); English where there is none,
    and wherever the locale is C or not set. Only sentences for people are translated: names,
    codes and numbers in JSON are the same in every language.
    """
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((value for name in names if (value := environ.get(name))), "C")
    if locale.partition(".")[0] in {"C", "POSIX"}:
        return ENGLISH
    for wanted in [*environ.get("LANGUAGE", "").split(":"), locale]:
        tag = wanted.partition(".")[0].partition("@")[0].replace("_", "-")
        found = library.translation(tag) if tag else ENGLISH
        if found is not ENGLISH or tag.partition("-")[0] == ENGLISH.language:
            return found
    return ENGLISH
