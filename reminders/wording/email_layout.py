"""Compile a wording into the email layout once, so that each message only fills in its fields."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined, Template

from reminders.rules.protocols import Milestone
from reminders.rules.wording import Wording
from reminders.wording.languages import Language
from reminders.wording.library import Library
from reminders.wording.markdown import hold_tags, to_html, to_text
from reminders.wording.text_composition import PAGE, Say, by_phone, without_lead

if TYPE_CHECKING:
    from css_inline import CSSInliner

BODY = "<!-- body -->"

_PLAIN = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701 (texts)
_HTML = Environment(undefined=StrictUndefined, autoescape=True)
_NOW = {
    "variable_start_string": "[[",
    "variable_end_string": "]]",
    "block_start_string": "[%",
    "block_end_string": "%]",
    "trim_blocks": True,
    "lstrip_blocks": True,
    "undefined": StrictUndefined,
}
_PLAIN_NOW = Environment(autoescape=False, **_NOW)  # type: ignore[arg-type]  # noqa: S701 (texts)
_HTML_NOW = Environment(autoescape=True, **_NOW)  # type: ignore[arg-type]


@cache
def _inliner() -> CSSInliner:
    """Return what puts styles into tags: 3 MB, for who sends emails."""
    from css_inline import CSSInliner  # noqa: PLC0415 (only now)

    return CSSInliner(keep_at_rules=True, keep_style_tags=False, load_remote_stylesheets=False)


@lru_cache(maxsize=8)
def _layout(environment: Environment, source: str) -> Template:
    return environment.from_string(source)


def _say(environment: Environment, source: str) -> Say:
    """Return what fills a template's fields from the words alone: ``Template.render`` copies them and
    Jinja's own globals into a new dictionary first, which takes twice as long as the filling.
    """
    template = environment.from_string(source)
    write, context = template.root_render_func, environment.context_class
    return lambda words: "".join(write(context(environment, words, template.name, template.blocks)))


class Compiled:
    """A compiled wording, to be filled in for a client; each part is compiled on first use."""

    def __init__(
        self,
        library: Library,
        language: Language,
        wording: Wording,
        milestone: Milestone,
        wording_id: int | None = None,
    ) -> None:
        """Take a milestone's wording, with its numbers in it already, and which version it is."""
        self._library = library
        self._language = language
        self._wording = wording
        self._phase = milestone.phase
        self._link = milestone.link
        self.recalls = milestone.recalls
        self.wording = wording_id

    @cached_property
    def texts(self) -> tuple[Say, ...]:
        """Return the text as it is said, and as it is said where the address of the client's page
        leaves no room to say how to stop; both without the clinic's name and how to stop.
        """
        return tuple(_say(_PLAIN, way) for way in self._texts())

    @cached_property
    def one_way_texts(self) -> tuple[Say, ...]:
        """Return the ways to say the text where how to stop follows as a link: it may also lead
        nowhere, since the page behind that link says whom to call.
        """
        ways = list(self._one_way_texts())
        briefest = without_lead(ways[0])
        return tuple(_say(_PLAIN, way) for way in [*ways, *filter(None, [briefest])])

    def _one_way_texts(self) -> Iterator[str]:
        yield from self._texts()

    def _texts(self) -> Iterator[str]:
        said = self._wording.sms
        if self._link and "page_url" not in said:
            said = f"{said} {PAGE}"
        yield said
        briefly = by_phone(said, self._language.say["questions"])
        if briefly is not None:
            yield briefly

    @cached_property
    def subject(self) -> Say:
        """Return the email's subject."""
        return _say(_PLAIN, self._wording.subject)

    @cached_property
    def preheader(self) -> Say:
        """Return what mail programs show beside the subject."""
        return _say(_PLAIN, self._wording.preheader)

    @cached_property
    def html(self) -> Say:
        """Return the email's HTML, with its style in every tag."""
        page = self._laid_out(_HTML_NOW, "email/layout.html").replace(BODY, self._html_body())
        return _say(_HTML, hold_tags(page, _inliner().inline))

    @cached_property
    def text(self) -> Say:
        """Return the email's plain text."""
        page = self._laid_out(_PLAIN_NOW, "email/layout.txt")
        return _say(_PLAIN, page.replace(BODY, self._text_body()))

    def _html_body(self) -> str:
        return hold_tags(self._wording.body, to_html)

    def _text_body(self) -> str:
        return hold_tags(self._wording.body, to_text)

    def _laid_out(self, environment: Environment, name: str) -> str:
        """Fill a layout's square brackets, which are the same for every client."""
        language = self._language
        return _layout(environment, self._library.page(name)).render(
            say=language.say,
            tag=language.tag,
            phase=self._phase,
            phases=list(zip(language.phases, language.spans, strict=True)),
        )


class CompiledOneOff(Compiled):
    """The layout of a one-off message, whose words are never read as a template."""

    recalls = ""
    wording = None

    def __init__(self, library: Library, language: Language) -> None:
        """Take the language of the layout's own words."""
        self._library = library
        self._language = language
        self._wording = Wording(
            "{{ one_off.subject }}",
            "{{ one_off.subject }}",
            "{{ one_off.text }}",
            "{{ one_off.text }}",
        )
        self._phase = 0
        self._link = False

    def _html_body(self) -> str:
        return f'<p style="white-space: pre-line">{self._wording.body}</p>'

    def _text_body(self) -> str:
        return self._wording.body


class CompiledWelcome(CompiledOneOff):
    """The first text to a number: it leads to the client's page, or where that costs a segment says
    whom to call, since it names a place to get help (CTIA, Messaging Principles 5.1.2.1).
    """

    def _texts(self) -> Iterator[str]:
        welcome = self._language.welcome
        yield f"{welcome} {PAGE}"
        yield f"{welcome} {self._language.say['questions']}"

    def _one_way_texts(self) -> Iterator[str]:
        yield self._language.welcome_one_way


class CompiledDiscreet(Compiled):
    """A message that says only where to read it, for a client whose screen others see."""

    recalls = ""
    wording = None

    def __init__(self, library: Library, language: Language) -> None:
        """Take the language in which it says so."""
        self._library = library
        self._language = language
        self._wording = Wording(**language.discreet)
        self._phase = 0

    @cached_property
    def one_way_texts(self) -> tuple[Say, ...]:
        """Return the text as it is: its address is all it has to say."""
        return self.texts

    def _texts(self) -> Iterator[str]:
        yield self._wording.sms
