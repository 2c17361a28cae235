"""Read the message catalogues of the desk, the alerts and the commands: one for each language."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from gettext import GNUTranslations
from hashlib import sha256
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
    path = catalogue_file(folder, language)
    compiled = path.with_suffix(".mo")
    if compiled.exists():
        with compiled.open("rb") as file:
            found = Catalogue(file)
        if found.info().get("project-id-version", "").endswith(_edition(path)):
            return found
    return Catalogue(compile_catalogue(path))


def compile_catalogue(path: Path) -> BytesIO:
    """Return a catalogue as gettext reads it, which says of what edition of its file it was made;
    whatever is not translated yet is English.
    """
    with path.open("rb") as file:
        sentences = read_po(file)
    sentences.project, sentences.version = DOMAIN, _edition(path)
    sentences.creation_date = datetime(2000, 1, 1, tzinfo=UTC)  # alike whenever it is compiled
    compiled = BytesIO()
    write_mo(compiled, sentences)
    compiled.seek(0)
    return compiled


def _edition(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def compile_all(folder: Path, into: Path | None = None) -> list[Path]:
    """Compile each catalogue of a folder, beside it or at the same place in another folder."""
    made = []
    for path in sorted(folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        compiled = (into or folder) / path.relative_to(folder).with_suffix(".mo")
        compiled.parent.mkdir(parents=True, exist_ok=True)
        compiled.write_bytes(compile_catalogue(path).read())
        made.append(compiled)
    return made
