"""The fixed answers to incoming texts, and alert emails, in the reader's language."""

from __future__ import annotations

import tomllib
from functools import cache

from reminders.rules.contacts import show_national
from reminders.rules.stop_line import rates_may_apply
from reminders.rules.terms import ClinicFacts
from reminders.rules.text_names import name_in_texts
from reminders.rules.translation import gettext, translated_to
from reminders.wording.library import Library, WordingError
from reminders.wording.text_composition import written


class FixedReplies:
    """Write answers and alerts from their files, each read once."""

    def __init__(self, library: Library) -> None:
        """Take the wording."""
        self._library = library
        self._answers = cache(library.answers)

    def write(
        self,
        which: str,
        language: str,
        clinic: ClinicFacts | None,
        others: str = "",
        *,
        contact: str = "",
    ) -> str:
        """Return an answer to a number (E.164) in a language, or its parent, or English.

        ``others`` are clinics that it speaks for as well. Raises ``WordingError``.
        """
        tongue = self._library.all_languages[self._written_in(language)]
        words = {"rates": tongue.rates(may_apply=rates_may_apply(contact))}
        if clinic is not None:
            name = name_in_texts(clinic)
            words["clinic"] = f"{name}, {others}" if others else name
            words["phone"] = show_national(clinic.phone, clinic.country)
            words["per_week"] = str(clinic.texts_per_week)
        return written(self._answers(tongue.tag)[which].format_map(words))

    def alert(self, kind: str, country: str) -> tuple[str, str]:
        """Return subject and body of what a clinic's staff are told, in the language of its country;
        raises ``WordingError``.
        """
        try:
            told = tomllib.loads(self._library.page("alerts.toml"))[kind]
            with translated_to(self._library.alert_translation(country)):
                return gettext(told["subject"]), gettext(told["body"])
        except (KeyError, ValueError) as error:
            msg = f"alerts.toml does not say what to tell of {kind}: {error}"
            raise WordingError(msg) from error

    def _written_in(self, language: str) -> str:
        folder, parent = self._library.root / "texts", language.split("-", maxsplit=1)[0]
        theirs = sorted(path.stem for path in folder.glob(f"{parent}*.toml"))
        return language if language in theirs else next(iter(theirs), "en")
