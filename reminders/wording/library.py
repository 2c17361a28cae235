"""Find and read the packaged protocols and wording files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from reminders import __version__
from reminders.rules.protocols import Protocol, inherit, read_protocol
from reminders.rules.services import read_service
from reminders.rules.translation import Translation
from reminders.rules.wording import Wording
from reminders.wording import catalogues
from reminders.wording.composition import Composer
from reminders.wording.languages import Language, choose, read_languages, usual_language
from reminders.wording.phrases import Phrasebook

FENCE = "+++"
UNREVIEWED = "none"


class WordingError(ValueError):
    """A wording or protocol file cannot be used; the message names the file."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact stands: how well it is founded (A is a regulator, E is weak), and its
    address."""

    grade: str
    title: str
    address: str


def templates_folder() -> Path:
    """Return where the wording lies: inside the installed package, else beside it."""
    package = Path(__file__).parent.parent
    packaged = package / "_templates"
    return packaged if packaged.is_dir() else package.parent / "templates"


@cache
def packaged() -> Library:
    """Return the wording that comes with the product, which is read once."""
    return Library(templates_folder())


class Library:
    """All protocols and their wording in one folder."""

    def __init__(self, root: Path) -> None:
        """Take the folder; it is read when first asked."""
        self.root = root
        self._composer = cache(self._new_composer)
        self._parts = cache(self._read_parts)
        self.language = cache(self._choose)

    @cached_property
    def protocols(self) -> Mapping[str, Protocol]:
        """Return every protocol by its key; raises ``WordingError``."""
        files = sorted(self.root.glob("care/*/protocol.toml"))
        if not files:
            msg = f"There is no protocol in {self.root / 'care'}."
            raise WordingError(msg)
        return {path.parent.name: self._read_protocol(path) for path in files}

    @cached_property
    def all_languages(self) -> Mapping[str, Language]:
        """Return every language by its tag; raises ``WordingError``."""
        try:
            return read_languages(self.root)
        except (OSError, ValueError, KeyError) as error:
            msg = f"A file in {self.root / 'languages'} cannot be used: {error}"
            raise WordingError(msg) from error

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """Return where facts stand, by the keys that protocols name."""
        table = self._toml("care/sources.toml")
        return {key: Source(**row) for key, row in table.items()}

    @cached_property
    def emergencies(self) -> Mapping[str, str]:
        """Return emergency numbers by country (ISO 3166)."""
        table = self._toml("care/emergency.toml")
        return {country: row["number"] for row in table["numbers"] for country in row["countries"]}

    def edition(self) -> str:
        """Return a fingerprint of these files and of the program that reads them."""
        digest = sha256(__version__.encode())
        for path in sorted(path for path in self.root.rglob("*") if path.is_file()):
            digest.update(f"{path.relative_to(self.root)}\0".encode() + path.read_bytes())
        return digest.hexdigest()

    def protocol_for(self, name: str) -> Protocol | None:
        """Return the protocol a treatment's everyday name belongs to; the first for no name."""
        if not name.strip():
            return next(iter(self.protocols.values()))
        key = read_service(name, self.protocols.values()).protocol
        return self.protocols[key] if key else None

    @cached_property
    def _languages(self) -> Mapping[str, list[str]]:
        return {
            key: [tag for tag in self.all_languages if self._is_whole(protocol, tag)]
            for key, protocol in self.protocols.items()
        }

    def languages(self, protocol: str) -> list[str]:
        """Return the languages a protocol is wholly written in."""
        return self._languages[protocol]

    def reviewed_by(self, protocol: str, language: str) -> str:
        """Return who has read a protocol's wording in a language; “none” where nobody has."""
        review = self.protocols[protocol].reviews.get(language)
        return review.reviewed_by if review else UNREVIEWED

    def _is_whole(self, protocol: Protocol, tag: str) -> bool:
        """Say whether every milestone has a file, and one that stands on its own to build on."""
        for milestone in protocol.milestones:
            paths = (self._path(of, tag, f"{milestone.key}.md") for of in protocol.lineage)
            there = [path for path in paths if path.exists()]
            if not there or "{% extends" in there[-1].read_text("utf-8"):
                return False
        return True

    def _choose(self, protocol: str, wanted: str, country: str = "") -> str:
        """Return the language to use: the one wanted, its parent, else English; never a
        language in which something is missing.
        """
        return choose(self.languages(protocol).__contains__, wanted, country)

    def wording(
        self,
        protocol: str,
        language: str,
        milestone: str,
        own: Mapping[str, int] | None = None,
    ) -> Wording:
        """Return a milestone's words as staff read and edit them: put together from the protocol's
        lineage as its numbers (and a clinic's ``own``) call for, with every placeholder in place.
        Raises ``WordingError``.
        """
        parts = self._parts(protocol, language, milestone)
        values = self.protocols[protocol].settle(own or {}).values
        return self._composer(protocol, language).resolved(parts, values)

    def with_numbers(
        self, protocol: str, language: str, words: Wording, own: Mapping[str, int]
    ) -> Wording:
        """Fill the numbers into a wording; what only a client's message can tell stays."""
        values = self.protocols[protocol].settle(own).values
        return self._composer(protocol, language).with_numbers(words, values)

    def _read_parts(self, protocol: str, language: str, milestone: str) -> Wording:
        """Return a milestone's words before anything is resolved, front matter laid over that
        of the protocols it extends.
        """
        name = f"{milestone}.md"
        found = [
            path
            for folder in self._lineage(protocol)
            if (path := self._path(folder, language, name)).exists()
        ]
        try:
            files = [
                _split(path.read_text("utf-8"))
                for path in found or [self._path(protocol, language, name)]
            ]
            front: dict[str, Any] = {}
            for fields_, _ in reversed(files):
                front |= fields_
            body = next((body for _, body in files if body), "")
            tongue = self.all_languages.get(language)
            words = Wording(front["subject"], front["preheader"], front["sms"], body)
        except (OSError, ValueError, KeyError, UnicodeDecodeError) as error:
            msg = f"{name} of {protocol} in {language} cannot be read: {error}"
            raise WordingError(msg) from error
        if tongue is None:
            return words
        return Wording(*(tongue.respell(getattr(words, part.name)) for part in fields(words)))

    def _new_composer(self, protocol: str, language: str) -> Composer:
        return Composer(
            self.all_languages[language], lambda name: self.shared(protocol, language, name)
        )

    def shared(self, protocol: str, language: str, name: str) -> str | None:
        """Find what a file includes (“call”) or extends (“skin-needling/day-3”)."""
        folder, _, name = name.rpartition("/")
        path = self._file(self.protocols[folder or protocol], language, f"{name}.md")
        if path is None:
            return None
        body = _split(path.read_text("utf-8"))[1]
        return self.all_languages[language].respell(body)

    def _file(self, protocol: Protocol, language: str, name: str) -> Path | None:
        paths = (self._path(folder, language, name) for folder in self._lineage(protocol.key))
        return next((path for path in paths if path.exists()), None)

    def _lineage(self, protocol: str) -> tuple[str, ...]:
        known = self.protocols.get(protocol)
        return known.lineage if known else (protocol,)

    def _path(self, folder: str, language: str, name: str) -> Path:
        tongue = self.all_languages.get(language)
        written = tongue.extends if tongue and tongue.extends else language
        return self.root / "care" / folder / written / name

    @cached_property
    def phrases(self) -> Phrasebook:
        """Return the sentences of clients' pages, in every language there is of them."""
        return Phrasebook(self.root / "pages" / "words")

    @property
    def desk_languages(self) -> tuple[str, ...]:
        """Return the languages that staff may choose from, English first."""
        return catalogues.languages_of(self.root / "locale")

    def translation(self, language: str) -> Translation:
        """Return the translation of sentences for staff to a language, else to English."""
        return catalogues.translation_to(self.root / "locale", language)

    def alert_translation(self, country: str) -> Translation:
        """Return the translation to the language in which a clinic of that country is alerted;
        to English, the operator's, where there is none.
        """
        return self.translation(usual_language(country))

    def answers(self, language: str) -> Mapping[str, str]:
        """Return the fixed answers to texts in a language; raises ``WordingError``."""
        return self._toml(f"texts/{language}.toml")

    def page(self, name: str) -> str:
        """Return a page or layout as written; raises ``WordingError``."""
        try:
            return (self.root / name).read_text("utf-8")
        except OSError as error:
            msg = f"{name} is missing from {self.root}."
            raise WordingError(msg) from error

    def _toml(self, name: str) -> dict[str, Any]:
        try:
            return tomllib.loads(self.page(name))
        except ValueError as error:
            msg = f"{name} cannot be used: {error}"
            raise WordingError(msg) from error

    def _read_protocol(self, path: Path) -> Protocol:
        try:
            key = path.parent.name
            table, lineage = _table(path), [key]
            while parent := table.pop("extends", ""):
                lineage.append(parent)
                table = inherit(_table(path.parent.parent / parent / path.name), table)
            return read_protocol(key, table, tuple(lineage))
        except (OSError, ValueError, KeyError, TypeError) as error:
            msg = f"{path} cannot be used: {error}"
            raise WordingError(msg) from error


def _table(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def _split(source: str) -> tuple[dict[str, Any], str]:
    """Return front matter and body; a shared paragraph has no front matter."""
    if not source.startswith(FENCE):
        return {}, source.strip()
    _, front, body = source.split(FENCE, 2)
    return tomllib.loads(front), body.strip()
