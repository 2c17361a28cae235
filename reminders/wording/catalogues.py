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
    return Translation(language, _catalogue(folder, language), localised_value)


@cache
def _catalogue(folder: Path, language: str) -> GNUTranslations:
    compiled = catalogue_file(folder, language).with_suffix(".mo")
    if compiled.exists():
        with compiled.open("rb") as file:
            return GNUTranslations(file)
    return GNUTranslations(compile_catalogue(compiled.with_suffix(".po")))


def compile_catalogue(path: Path) -> BytesIO:
    """Return a catalogue as gettext reads it; whatever is not translated yet is English."""
    with path.open("rb") as file:
        catalogue = read_po(file)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return compiled
