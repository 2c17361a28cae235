"""The manual: pages of Markdown that a code host, the desk and a terminal show alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

INDEX = "index"
"""The first page; it links all others, in their order."""

MOST_HITS = 20
AROUND = 90
"""How many characters of an excerpt stand on either side of what was looked for."""

_LINK = re.compile(r"^([a-z-]+)\.md(#.*)?$")
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_SCROLLING = '<div class="scroll" tabindex="0" role="group" aria-label="Table">\n<table>\n'
_MARKDOWN.add_render_rule("table_open", lambda *_: _SCROLLING)
_MARKDOWN.add_render_rule("table_close", lambda *_: "</table>\n</div>\n")


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one heading, as words without markup."""

    anchor: str
    heading: str
    words: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page; its ``topic`` is its name in addresses and on the command line."""

    topic: str
    source: str
    sections: tuple[Section, ...]

    @property
    def title(self) -> str:
        """Return what stands on top of it."""
        return self.sections[0].heading


@dataclass(frozen=True, slots=True)
class Hit:
    """A section in which something that was looked for stands."""

    page: Page
    section: Section
    excerpt: str


class Manual:
    """All pages in one folder."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; it is read when first asked."""
        self._folder = folder

    @cached_property
    def pages(self) -> Mapping[str, Page]:
        """Return every page by its topic: the first, then those it links."""
        first = self._read(INDEX)
        linked = re.findall(r"\]\(([a-z-]+)\.md\)", first.source)
        return {INDEX: first} | {topic: self._read(topic) for topic in linked}

    def _read(self, topic: str) -> Page:
        source = (self._folder / f"{topic}.md").read_text("utf-8")
        return Page(topic, source, tuple(_sections(source)))

    def find(self, topic: str) -> Page | None:
        """Return a page by its topic, its file's name or its title, however it is written."""
        asked = anchor_of(topic.strip().removesuffix(".md"))
        titles = {anchor_of(page.title): page for page in self.pages.values()}
        return self.pages.get(asked) or titles.get(asked)

    def search(self, asked: str) -> list[Hit]:
        """Return the sections that have all of these words, those that are about them first."""
        words = asked.casefold().split()
        found = [
            (_rank(page, section, words), Hit(page, section, _excerpt(section.words, words)))
            for page in self.pages.values()
            for section in page.sections
            if words and all(word in _all_of(page, section) for word in words)
        ]
        return [hit for _, hit in sorted(found, key=lambda pair: pair[0])][:MOST_HITS]


@cache
def manual_in(root: Path) -> Manual:
    """Return the manual among the templates of a folder, which is read once."""
    return Manual(root / "manual")


def to_html(source: str) -> str:
    """Return a page's HTML: headings can be linked to, and links lead to pages of the desk."""
    tokens = _MARKDOWN.parse(source)
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchor_of(_words(inline)))
        for child in inline.children or ():
            if child.type == "link_open":
                child.attrSet("href", _address(str(child.attrs["href"])))
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


def _address(link: str) -> str:
    page = _LINK.match(link)
    if page is None:
        return link
    return ("/help" if page[1] == INDEX else f"/help/{page[1]}") + (page[2] or "")


def anchor_of(heading: str) -> str:
    """Return what a heading is linked by, as code hosts make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _sections(source: str) -> Iterator[Section]:
    heading, words = "", [""]
    tokens = _MARKDOWN.parse(source)
    for before, token in pairwise(tokens):
        if before.type == "heading_open":
            if heading:
                yield Section(anchor_of(heading), heading, " ".join(words))
            heading, words = _words(token), []
        elif token.type in {"inline", "fence"}:
            words.append(_words(token))
    yield Section(anchor_of(heading), heading, " ".join(words))


def _words(token: Token) -> str:
    """Return what a reader sees of a line or a block of commands."""
    seen = "".join(
        " " if "break" in child.type else child.content for child in token.children or ()
    )
    return " ".join((seen or token.content).split())


def _all_of(page: Page, section: Section) -> str:
    return f"{page.title} {section.heading} {section.words}".casefold()


def _rank(page: Page, section: Section, words: Sequence[str]) -> int:
    """Return less for a section that is about the words, by its heading and its page's title."""
    tops = (page.title.casefold(), section.heading.casefold())
    return -sum(word in top for word in words for top in tops)


def _excerpt(text: str, words: Sequence[str]) -> str:
    """Return what stands around the first of the words, in whole words."""
    places = [place for word in words if (place := text.casefold().find(word)) >= 0]
    middle = min(places, default=0)
    start, end = max(0, middle - AROUND), middle + AROUND
    before = "" if start == 0 else "… "
    after = "" if end >= len(text) else " …"
    cut = text[start:end]
    cut = cut.partition(" ")[2] if before else cut
    return before + (cut.rpartition(" ")[0] if after else cut) + after
