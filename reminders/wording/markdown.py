"""Convert Markdown with placeholders into the HTML and plain text of an email."""

from __future__ import annotations

import re
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.token import Token

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_HELD = re.compile(r"q7x(\d+)x7q")
_MARKDOWN = MarkdownIt("commonmark", {"html": False})


def hold_tags(source: str, convert: Callable[[str], str]) -> str:
    """Convert a text while its placeholders are put aside, so that no conversion touches
    them and nothing a client is called can ever act as markup.
    """
    tags: list[str] = []

    def put_aside(match: re.Match[str]) -> str:
        tags.append(match[0])
        return f"q7x{len(tags) - 1}x7q"

    converted = convert(_TAG.sub(put_aside, source))
    return _HELD.sub(lambda match: tags[int(match[1])], converted)


def to_html(source: str) -> str:
    """Return the HTML of a Markdown text; raw HTML in it is shown, not used."""
    return str(_MARKDOWN.render(source))


def to_text(source: str) -> str:
    """Return a Markdown text as people write plain mail: headings underlined, links spelled out."""
    lines: list[str] = []
    bullet = ""
    heading = ""
    for token in _MARKDOWN.parse(source):
        if token.type == "list_item_open":
            bullet = "- "
        elif token.type == "heading_open":
            heading = token.tag
        elif token.type == "inline":
            text = _inline(token.children or [])
            lines.append(bullet + text.replace("\n", "\n  " if bullet else "\n"))
            if heading:
                lines.append("-" * len(text))
            bullet = heading = ""
        elif token.type.endswith("_close") and not _in_item(token):
            lines.append("")
    return "\n".join(lines).strip()


def _in_item(token: Token) -> bool:
    return token.hidden or token.type in {"list_item_close", "heading_close"} or token.level > 1


def _inline(tokens: list[Token]) -> str:
    """Write a line's text; a web address follows its link's words, a phone link needs none."""
    parts: list[str] = []
    address = ""
    for token in tokens:
        if token.type == "link_open":
            address = str(token.attrs["href"])
        elif token.type == "link_close":
            parts.append(f" ({address})" if address.startswith("http") else "")
        elif token.type in {"softbreak", "hardbreak"}:
            parts.append("\n")
        else:
            parts.append(token.content)
    return "".join(parts)
