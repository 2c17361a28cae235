"""Read the message catalogues of the desk, the alerts and the commands: one for each language."""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations
from pathlib import Path

from reminders.rules.translation import ENGLISH, Translation
from reminders.wording.catalogue_files import (
    DOMAIN,
    catalogue_file,
    compile_catalogue,
    edition_of,
)
from reminders.wording.languages import choose
from reminders.wording.localised import localised_value


class Catalogue(GNUTranslations):
    """A catalogue that can be asked which sentences it translates."""

    _catalog: dict[str | tuple[str, int], str]

    @property
    def sentences(self) -> list[str]:
        """Return its sentences that are said in one way, whatever number they hold."""
        return [one for one in self._catalog if isinstance(one, str) and one]


@cache
def languages_of(folder: Path) -> tuple[str, ...]:
    """Return the tags of all languages that the desk can be shown in, English first."""
    found = sorted(path.parent.parent.name for path in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))
    return (ENGLISH.language, *(name.replace("_", "-") for name in found))


def translation_to(folder: Path, wanted: str) -> Translation:
    """Return the translation to a language, to another edition of it, or to English."""
    language = choose(languages_of(folder).__contains__, wanted, "")
    if language == ENGLISH.language:
        return ENGLISH
    return Translation(language, catalogue(folder, language), localised_value)


@cache
def catalogue(folder: Path, language: str) -> Catalogue:
    """Return the catalogue of a language that there is one of."""
    path = catalogue_file(folder, language)
    compiled = path.with_suffix(".mo")
    if compiled.exists():
        with compiled.open("rb") as file:
            found = Catalogue(file)
        if found.info().get("project-id-version", "").endswith(edition_of(path)):
            return found
    return Catalogue(compile_catalogue(path))
