"""The manual's pages: found by name, searched by words, linked on a code host and on the desk alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from reminders.wording.library import templates_folder
from reminders.wording.manual import INDEX, Manual, anchor_of, manual_in, to_html

PAGES = {
    "index": "# Manual\n\n- [Lists](lists.md)\n- [Words](words.md)\n",
    "lists": "# Lists\n\nEvery *faulty* cell is named.\n\n## The same list again\n\nChanges **nothing**.\n",
    "words": "# Words\n\nA list of words.\n\n## Approval\n\n```sh\nreminders lint\n```\n",
}


@pytest.fixture
def manual(tmp_path: Path) -> Manual:
    for topic, source in PAGES.items():
        (tmp_path / f"{topic}.md").write_text(source, "utf-8")
    return Manual(tmp_path)


def test_pages_come_in_the_order_in_which_the_first_links_them(manual: Manual) -> None:
    assert list(manual.pages) == ["index", "lists", "words"]
    assert [page.title for page in manual.pages.values()] == ["Manual", "Lists", "Words"]


def test_the_first_page_links_every_other() -> None:
    there = {path.stem for path in (templates_folder() / "manual").iterdir()}
    assert set(manual_in(templates_folder()).pages) == there


@pytest.mark.parametrize("name", ["lists", "Lists", " LISTS ", "lists.md"])
def test_a_page_is_found_however_its_name_is_written(manual: Manual, name: str) -> None:
    found = manual.find(name)
    assert found is not None
    assert found.topic == "lists"


@pytest.mark.parametrize("name", ["", "nothing", "../../README", "/etc/passwd", "lists/../words"])
def test_no_other_name_opens_a_file(manual: Manual, name: str) -> None:
    assert manual.find(name) is None


def test_a_page_is_found_by_its_title_too() -> None:
    found = manual_in(templates_folder()).find("Your own machine")
    assert found is not None
    assert found.topic == "host-own-machine"


@pytest.mark.parametrize(
    "asked,places",
    [
        ("cell", ["lists#lists"]),
        ("FAULTY cell", ["lists#lists"]),
        ("changes nothing", ["lists#the-same-list-again"]),
        ("lint", ["words#approval"]),
        ("lists again", ["lists#the-same-list-again"]),  # a title counts for its whole page
        ("approval", ["words#approval"]),
        ("faulty approval", []),
        ("", []),
    ],
)
def test_all_words_have_to_stand_in_a_section(
    manual: Manual, asked: str, places: list[str]
) -> None:
    assert [f"{hit.page.topic}#{hit.section.anchor}" for hit in manual.search(asked)] == places


def test_what_is_about_a_word_comes_before_what_only_has_it(manual: Manual) -> None:
    places = [f"{hit.page.topic}#{hit.section.anchor}" for hit in manual.search("list")]
    assert places == ["lists#lists", "lists#the-same-list-again", "index#manual", "words#words"]


def test_an_excerpt_shows_whole_words_around_what_was_looked_for(tmp_path: Path) -> None:
    long = " ".join(f"word{n}" for n in range(100))
    (tmp_path / "index.md").write_text(f"# Long\n\n{long} needle {long}\n", "utf-8")
    excerpt = Manual(tmp_path).search("needle")[0].excerpt
    assert excerpt.startswith("… word")
    assert excerpt.endswith(" …")
    assert "word99 needle word0" in excerpt
    assert set(excerpt.split()) <= {*long.split(), "needle", "…"}


@pytest.mark.parametrize(
    "source,html",
    [
        ("[a](lists.md)", '<a href="/help/lists">a</a>'),
        ("[a](lists.md#the-end)", '<a href="/help/lists#the-end">a</a>'),
        ("[a](index.md)", '<a href="/help">a</a>'),
        ("[a](#the-end)", '<a href="#the-end">a</a>'),
        ("[a](https://example.com/x.md)", '<a href="https://example.com/x.md">a</a>'),
        ("## The `end`, at last", '<h2 id="the-end-at-last">'),
        ("<script>x</script>", "&lt;script&gt;x"),
        ("[a](javascript:x)", "[a](javascript:x)"),
        ("| a |\n| --- |\n| b |", '<div class="scroll" tabindex="0"'),
    ],
)
def test_a_page_becomes_html_that_leads_on_within_the_desk(source: str, html: str) -> None:
    assert html in to_html(source)


def test_anchors_are_those_a_code_host_makes() -> None:
    assert anchor_of("What a text does, and `STOP`") == "what-a-text-does-and-stop"


@pytest.mark.parametrize("topic", manual_in(templates_folder()).pages)
def test_every_page_has_one_title_and_headings_of_different_names(topic: str) -> None:
    page = manual_in(templates_folder()).pages[topic]
    anchors = [section.anchor for section in page.sections]
    assert len(anchors) == len(set(anchors))
    assert to_html(page.source).count("<h1") == 1
    assert page.source.startswith("# ")
    at_one_sitting = len(page.source) < 12_000 or topic in {INDEX, "json"}  # a list, a reference
    assert at_one_sitting
