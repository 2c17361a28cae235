"""The linter: green on all packaged wording, and each rule failing on a copy that breaks it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from reminders.rules.wording import Wording
from reminders.wording.library import Library, packaged, templates_folder
from reminders.wording.lint import LintFault, lint_library, lint_wording
from reminders.wording.reading_age import grade

LIBRARY = packaged()
TODAY = date(2026, 11, 22)
DAY_1 = LIBRARY.wording("skin-needling", "en", "day-1")
LONG = "Your skin is calm today and " + "so it is " * 8 + "calm."
HARD = (
    "Hyperpigmentation necessitates uninterrupted photoprotection. Moisturization facilitates "
    "epidermal regeneration. Contraindications invalidate recommendations. "
) * 6


def rules(words: Wording, own: dict[str, int] | None = None) -> set[str]:
    return {
        fault.rule for fault in lint_wording(LIBRARY, "skin-needling", "en", "day-1", words, own)
    }


@pytest.mark.parametrize("own", [{}, {"sunscreen_start_h": 72}, {"spf_min": 50}])
def test_the_packaged_day_one_keeps_every_rule(own: dict[str, int]) -> None:
    assert rules(LIBRARY.wording("skin-needling", "en", "day-1", own), own) == set()


@pytest.mark.parametrize(
    "rule,part,before,after",
    [
        ("placeholder", "sms", "now.", "now, {{ shoe_size }}."),
        ("placeholder", "body", "Dear", "Dear {{ first_name"),
        ("placeholder", "body", "Dear", "{% include 'call' %} Dear"),
        ("placeholder", "body", "Dear", "{% for x in y %}{% endfor %} Dear"),
        ("placeholder", "body", "Dear", "{{ first_name.__class__ }} Dear"),
        ("reading-age", "body", "Dear", f"{HARD}\n\nDear"),
        ("sentence-length", "body", "Dear", f"{LONG}\n\nDear"),
        ("segments", "sms", "moist", "moist with a plain, cool cream"),
        ("segments", "sms", "moist", "moist, čas"),
        ("greeting", "sms", "Hi {{ first_name }}, you", "{{ first_name }}, you"),
        ("greeting", "sms", "Hi {{ first_name }}, you", "You"),
        ("verb", "sms", "you can start SPF {{ spf_min }}+ now.", "SPF {{ spf_min }}+ now."),
        ("verb", "sms", "Keep your skin moist and do not pick.", "Cream, no picking."),
        (
            "noun-list",
            "sms",
            "Keep your skin moist and do not pick.",
            "Keep it moist, cream, water, no picking.",
        ),
        (
            "number-and-link",
            "sms",
            "How is it? {{ page_url }}",
            "Call {{ clinic.phone }} {{ page_url }}",
        ),
        ("banned-claim", "body", "Let it heal.", "Results are guaranteed."),
        ("banned-claim", "sms", "do not pick", "it will remove scars, do not pick"),
        ("banned-claim", "body", "Let it heal.", "Stop your medicine."),
        ("procedure-named", "sms", "do not pick", "do not pick after microneedling"),
        ("procedure-named", "subject", "Day one", "Skin needling, day one"),
        ("required-part", "sms", "How is it? {{ page_url }}", ""),
        ("required-part", "sms", "do not pick", "rest"),
        ("required-part", "sms", "moist", "calm"),
        ("required-part", "sms", "SPF {{ spf_min }}+", "walks"),
        ("required-part", "body", "{{ clinic.phone }}", ""),
        ("required-part", "body", "## Call us if", "## By the way"),
        ("required-part", "body", "](tel:", "](mailto:"),
        ("hard-number", "body", "{{ spf_min }}", "30"),
        ("hard-number", "body", "{{ makeup_h|hours }}", "48 hours"),
        ("shortener", "body", "Let it heal.", "See bit.ly/abc."),
        ("foreign-link", "body", "Let it heal.", "See https://shop.example/x."),
        ("reserved-word", "sms", "do not pick", "do not pick. Reply YES"),
    ],
)
def test_each_rule_fails_on_a_copy_that_breaks_it(
    rule: str, part: str, before: str, after: str
) -> None:
    whole = getattr(DAY_1, part)
    assert before in whole
    assert rule in rules(replace(DAY_1, **{part: whole.replace(before, after)}))


@pytest.mark.parametrize(
    "tongue,said",
    [("es", "venga preparada"), ("fr", "soyez rassurée"), ("de", "als Kundin"), ("pl", "masz pan krem"),
     ("pt-BR", "fique tranquila")],
)  # fmt: skip
def test_a_form_that_guesses_the_reader_s_gender_is_refused(tongue: str, said: str) -> None:
    words = LIBRARY.wording("skin-needling", tongue, "day-3")
    found = lint_wording(LIBRARY, "skin-needling", tongue, "day-3", words)
    assert found == []
    for part in ("sms", "body"):
        guessing = replace(words, **{part: f"{getattr(words, part)} {said}"})
        faults = lint_wording(LIBRARY, "skin-needling", tongue, "day-3", guessing)
        assert "gender" in {fault.rule for fault in faults}


def test_a_number_may_stand_beside_the_link_where_the_protocol_says_why() -> None:
    told = replace(DAY_1, sms=DAY_1.sms.replace("How is it?", "{{ clinic.phone }}"))
    assert "number-and-link" in rules(told)
    course = LIBRARY.protocols["skin-needling"]
    why = replace(course.milestone("day-1"), number_and_link="the page cannot call from a watch")
    other = replace(
        course, milestones=tuple(why if m.key == "day-1" else m for m in course.milestones)
    )
    library = Library(templates_folder())
    library.__dict__["protocols"] = {"skin-needling": other}
    faults = lint_wording(library, "skin-needling", "en", "day-1", told)
    assert "number-and-link" not in {fault.rule for fault in faults}


@pytest.mark.parametrize(
    "rule,file,before,after",
    [
        ("stop-line", "languages/pl.toml", "Rezygnacja: STOP", "Rezygnacja: NIE"),
        ("required-part", "languages/pl.toml", " {{ rates }}", ""),
        ("required-part", "languages/pl.toml", "{{ per_week }}", "kilka"),
        (
            "segments",
            "languages/pl.toml",
            "wyslemy do",
            "bardzo nam milo, ze mozemy pomagac: wyslemy do",
        ),
        ("segments", "texts/pl.toml", "przepraszamy", "przepraszamy" * 12),
        (
            "segments",
            "texts/pl.toml",
            "W pilnej sprawie zadzwon",
            "W pilnej sprawie zadzwoń, prosimy",
        ),
        ("stop-line", "texts/pl.toml", "Rezygnacja: STOP", "Do widzenia"),
        ("stop-line", "texts/pl.toml", "odpisz START", "odpisz"),
    ],
)
def test_each_rule_for_what_all_texts_share_fails_on_a_copy_that_breaks_it(
    tmp_path: Path, rule: str, file: str, before: str, after: str
) -> None:
    assert rule in _broken(tmp_path, file, before, after)


@pytest.mark.parametrize(
    "rule,file,before,after",
    [
        ("source-missing", "care/skin-needling/protocol.toml", '"D21", "D23"', '"D99", "D23"'),
        (
            "source-missing",
            "care/skin-needling/protocol.toml",
            '"Clinics set 4 to 24 hours."',
            '""',
        ),
        ("review-past", "care/skin-needling/protocol.toml", "2027-11-30", "2026-11-21"),
        ("review-past", "care/skin-needling/protocol.toml", "\npl = { reviewed_by", "\n# pl = { r"),
    ],
)
def test_each_rule_for_a_protocol_fails_on_a_copy_that_breaks_it(
    tmp_path: Path, rule: str, file: str, before: str, after: str
) -> None:
    faults = _broken(tmp_path, file, before, after)
    assert rule in faults


def test_a_language_without_a_milestone_is_named_and_never_half_used(tmp_path: Path) -> None:
    shutil.copytree(templates_folder(), tmp_path, dirs_exist_ok=True)
    (tmp_path / "care/skin-needling/pl/week-2.md").unlink()
    library = Library(tmp_path)
    assert "pl" not in library.languages("skin-needling-rf")
    assert library.language("skin-needling", "pl") == "en"
    assert {fault.milestone for fault in _only(library, "pl")} == {"week-2"}


def _broken(folder: Path, file: str, before: str, after: str) -> set[str]:
    shutil.copytree(templates_folder(), folder, dirs_exist_ok=True)
    path = folder / file
    assert before in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(before, after), "utf-8")
    return {fault.rule for fault in _only(Library(folder), "pl")}


def _only(library: Library, language: str) -> list[LintFault]:
    """Lint one language, which is enough to see a protocol's own faults."""
    library.__dict__["all_languages"] = {language: library.all_languages[language]}
    library.__dict__["protocols"] = {"skin-needling": library.protocols["skin-needling"]}
    return list(lint_library(library, TODAY))


def test_all_packaged_wording_keeps_every_rule() -> None:
    assert list(lint_library(LIBRARY, TODAY)) == []


@pytest.mark.parametrize(
    "measure,easy,hard",
    [
        ("flesch-kincaid", "Let it heal. Do not pick.", "Postoperative hyperpigmentation is common."),
        ("crawford", "Use crema. No se rasque.", "La hiperpigmentación postinflamatoria es frecuente."),
        ("kandel-moles", "Mets de la crème.", "L'hyperpigmentation inflammatoire est une éventualité."),
        ("wiener-sachtextformel", "Bitte nicht reiben.", "Entzündungsbedingte Hyperpigmentierungen treten gelegentlich auf."),
        ("pisarek", "Nie drap. Pij wodę.", "Hiperpigmentacja pozapalna występuje stosunkowo często."),
        ("martins", "Use creme. Não coce.", "A hiperpigmentação inflamatória é frequentemente observada."),
    ],
)  # fmt: skip
def test_hard_words_read_older_than_easy_ones(measure: str, easy: str, hard: str) -> None:
    assert grade(easy, measure) <= 6 < grade(hard, measure)
