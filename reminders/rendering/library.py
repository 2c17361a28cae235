"""The wording on disk: protocols and milestone files, found beside the code or inside the wheel."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from reminders.rules.protocols import Protocol, read_protocol

FENCE = "+++"


class WordingError(ValueError):
    """A wording or protocol file cannot be used; the message names the file."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A milestone's words in one language, as written: front matter and Markdown body."""

    subject: str
    preheader: str
    sms: str
    body: str


def templates_folder() -> Path:
    """Return where the wording lies: inside the installed package, else beside it."""
    package = Path(__file__).parent.parent
    packaged = package / "_templates"
    return packaged if packaged.is_dir() else package.parent / "templates"


class Library:
    """All protocols and their wording in one folder."""

    def __init__(self, root: Path) -> None:
        """Take the folder; it is read when first asked."""
        self.root = root

    @cached_property
    def protocols(self) -> Mapping[str, Protocol]:
        """Return every protocol by its key; raises ``WordingError``."""
        files = sorted(self.root.glob("care/*/protocol.toml"))
        if not files:
            msg = f"There is no protocol in {self.root / 'care'}."
            raise WordingError(msg)
        return {path.parent.name: _read_protocol(path) for path in files}

    def protocol_for(self, name: str) -> Protocol | None:
        """Return the protocol a treatment's everyday name belongs to; the first for no name."""
        return self._by_name.get(_plain(name))

    @cached_property
    def _by_name(self) -> Mapping[str, Protocol]:
        first = next(iter(self.protocols.values()))
        names = {
            _plain(name): protocol
            for protocol in self.protocols.values()
            for name in (protocol.key, protocol.name, *protocol.known_as)
        }
        return {"": first} | names

    @cached_property
    def _languages(self) -> Mapping[str, list[str]]:
        return {
            key: sorted(path.name for path in (self.root / "care" / key).iterdir() if path.is_dir())
            for key in self.protocols
        }

    def languages(self, protocol: str) -> list[str]:
        """Return the languages a protocol is written in."""
        return self._languages[protocol]

    def language(self, protocol: str, wanted: str) -> str:
        """Return the language to use: the one wanted, its parent, else English."""
        written = self.languages(protocol)
        choices = (wanted, wanted.split("-", maxsplit=1)[0], "en")
        return next((language for language in choices if language in written), "en")

    def wording(self, protocol: str, language: str, milestone: str) -> Wording:
        """Return a milestone's words; raises ``WordingError``."""
        path = self.root / "care" / protocol / language / f"{milestone}.md"
        try:
            before, front, body = path.read_text("utf-8").split(FENCE, 2)
            fields = tomllib.loads(front)
            return Wording(
                fields["subject"], fields["preheader"], fields["sms"], body.strip() + before
            )
        except (OSError, ValueError, KeyError, UnicodeDecodeError) as error:
            msg = f"{path.name} of {protocol} in {language} cannot be read: {error}"
            raise WordingError(msg) from error

    def page(self, name: str) -> str:
        """Return a page or layout as written; raises ``WordingError``."""
        try:
            return (self.root / name).read_text("utf-8")
        except OSError as error:
            msg = f"{name} is missing from {self.root}."
            raise WordingError(msg) from error


def _read_protocol(path: Path) -> Protocol:
    try:
        return read_protocol(path.parent.name, tomllib.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{path} cannot be used: {error}"
        raise WordingError(msg) from error


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())
