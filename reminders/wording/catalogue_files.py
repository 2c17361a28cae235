"""Find the files of the message catalogues, and compile them; the build of the wheel does so with
Babel alone.
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

DOMAIN = "staff"


def catalogue_file(folder: Path, language: str) -> Path:
    """Return where a language's catalogue lies, below the folder of all catalogues."""
    return folder / language.replace("-", "_") / "LC_MESSAGES" / f"{DOMAIN}.po"


def compile_catalogue(path: Path) -> BytesIO:
    """Return a catalogue as gettext reads it, which says of what edition of its file it was made;
    whatever is not translated yet is English.
    """
    with path.open("rb") as file:
        sentences = read_po(file)
    sentences.project, sentences.version = DOMAIN, edition_of(path)
    sentences.creation_date = datetime(2000, 1, 1, tzinfo=UTC)  # alike whenever it is compiled
    compiled = BytesIO()
    write_mo(compiled, sentences)
    compiled.seek(0)
    return compiled


def edition_of(path: Path) -> str:
    """Return the fingerprint of a catalogue's file, which a compiled one names."""
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
