"""Read the message catalogues of the desk, the alerts and the commands: one for each language."""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from reminders.rules.translation import ENGLISH, Translation
from reminders.wording.languages import choose
from reminders.wording.localised import localised_value

DOMAIN = "staff"


class Catalogue(GNUTranslations):
    """A catalogue that can be asked which sentences it translates."""

    _catalog: dict[str | tuple[str, int], str]

    @property
    def sentences(self) -> list[str]:
        """Return its sentences that are said in one way, whatever number they hold."""
        return [one for one in self._catalog if isinstance(one, str) and one]


def catalogue_file(folder: Path, language: str) -> Path:
    """Return where a language's catalogue lies, below the folder of all catalogues."""
    return folder / language.replace("-", "_") / "LC_MESSAGES" / f"{DOMAIN}.po"


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
    compiled = catalogue_file(folder, language).with_suffix(".mo")
    if compiled.exists():
        with compiled.open("rb") as file:
            return Catalogue(file)
    return Catalogue(compile_catalogue(compiled.with_suffix(".po")))


def compile_catalogue(path: Path) -> BytesIO:
    """Return a catalogue as gettext reads it; whatever is not translated yet is English."""
    with path.open("rb") as file:
        sentences = read_po(file)
    compiled = BytesIO()
    write_mo(compiled, sentences)
    compiled.seek(0)
    return compiled
