"""People are of any gender: no English word names one, and no message guesses the reader's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LANGUAGES = ("es", "fr", "de", "pl", "pt-BR")

# --- English, in prose and in names ---------------------------------------------------------------

PRONOUNS = {"she", "her", "hers", "herself", "he", "him", "his", "himself"}
WORD = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+")
"""One word of a sentence, or of a name written_so, WrittenSo or WRITTEN_SO."""

ENGLISH = {
    "reminders": ("*.py",),
    "templates": ("*.*",),
    "tests": ("*.py", "*.csv", "*.json", "*.txt", "*.toml"),
    ".": ("README.md", "CHANGELOG.md", ".env.example"),
}
EXCEPTIONS = {
    "tests/wording/test_gender_neutral_wording.py": "names the words that it looks for",
    "reminders/rules/language_names.py": "he is the code of Hebrew",
}


def english(folder: str) -> Iterator[Path]:
    """Return a folder's files in English; at the root only the documents."""
    for pattern in ENGLISH[folder]:
        found = ROOT.glob(pattern) if folder == "." else (ROOT / folder).rglob(pattern)
        yield from (p for p in found if not {*p.parts, p.stem} & {*LANGUAGES, "__pycache__"})


def pronouns(path: Path) -> list[str]:
    """Return where a file has a word that says somebody's gender."""
    return [
        f"{path.relative_to(ROOT)}:{number}: {word}"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for word in WORD.findall(line)
        if word.lower() in PRONOUNS
    ]


@pytest.mark.parametrize("folder", ENGLISH)
def test_no_english_word_or_name_says_a_gender(folder: str) -> None:
    files = [p for p in english(folder) if str(p.relative_to(ROOT)) not in EXCEPTIONS]
    assert files
    assert [fault for path in files for fault in pronouns(path)] == []


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_an_exception_is_still_needed(name: str) -> None:
    assert pronouns(ROOT / name)


@pytest.mark.parametrize(
    "line,said",
    [
        ("She's here, and He waits", ["She", "He"]),
        ("def of_her(HIS_NAME: HerPage)", ["her", "HIS", "Her"]),
        ("The other, this, there, the sheet and héros", []),
    ],
)
def test_a_pronoun_is_found_in_prose_and_within_a_name(line: str, said: list[str]) -> None:
    assert [word for word in WORD.findall(line) if word.lower() in PRONOUNS] == said


# --- the other languages, in messages, replies and pages ------------------------------------------

FORMS = {
    "es": (
        (r"\b(?:preparad|tranquil|tratad|atendid|protegid)[oa]s?\b", "Venga preparada"),
        (r"\b(?:registrad|inscrit|suscrit|apuntad|invitad|bienvenid|satisfech)[oa]s?\b", "Bienvenido"),
        (r"\b(?:cansad|enferm|embarazad|nervios|preocupad|interesad|content)[oa]s?\b", "Si está enfermo"),
        (r"\b(?:usted está|esté|quede|siéntase) (?:list|segur|sol|calm)[oa]\b", "Quede segura"),
        (r"\b(?:queremos|podemos|quisiéramos) (?:ver|atender|ayudar|llamar)l[oa]\b", "Queremos verla"),
        (r"\bl[oa] (?:esperamos|atendemos|ayudamos|llamamos|llamaremos|veremos)\b", "La esperamos"),
        (r"\b(?:señor(?:a|ita)?|sra?\.|estimad[oa]|querid[oa])", "Estimada Ana"),
        (r"\w[oa](?:\([oa]s?\)|/-?[oa]s?\b)|\w@s?(?![\w.])", "listo(a)"),
    ),
    "fr": (
        (r"\bvous (?:êtes|serez|étiez) (?:\w+ )?(?:\w+ée?|\w+[iu]e|prête?|inscrite?|sûre?|seule?)\b", "Vous êtes bien prête"),
        (r"\b(?:soyez|restez|sentez-vous) (?:\w+ée?|prête?|sûre?|seule?)\b", "Soyez rassurée"),
        (r"\bvous (?:avez|aviez) été \w+(?:é|i|u|s|t)e?\b", "Vous avez été traitée"),
        (r"\b(?:(?:dés)?inscrite?|abonnée?|rassurée?|soignée?|traitée?|préparée?|invitée?)\b", "Bien inscrite"),
        (r"\b(?:fatiguée?|inqui(?:et|ète)|enceinte|contente?|intéressée?)\b", "Inquiète ?"),
        (r"\b(?:le bienvenu|la bienvenue|chère?|madame|mademoiselle|monsieur)\b", "Chère Ana"),
        (r"\w(?:[·•‧⋅]e|\((?:e|ne|ère)s?\))", "prêt·e"),
    ),
    "de": (
        (r"\b(?:liebe[r]?|geehrte[r]?|herrn?|frau)\b", "Liebe Ana"),
        (r"\b(?:patient|kund|klient)(?:in|en?)?\b", "Als Kundin"),
        (r"\w(?:[*:_]|/-?|\()in(?:nen)?\b", "Kund:in"),
    ),
    "pl": (
        (r"\w[łl](?:a|e)[śs]\b", "Dostałaś"),
        (r"\w[łl](?:a)?by[śms]\b", "Moglabys"),
        (r"\w(?:łam|łem)\b", "Przeczytałam"),
        (r"\bpowin(?:naś|nas|ieneś|ienes|na|ien)\b", "Powinieneś"),
        (r"\b(?:zapisan|proszon|zaproszon|leczon|przygotowan|zarejestrowan|wypisan)[ya]\b", "Jesteś zapisana"),
        (r"\b(?:zadowolon|zmęczon|zmeczon|zainteresowan|wdzięczn|wdzieczn)[ya]\b", "Zmęczony?"),
        (r"\b(?:jeste[śs]|b[ąa]d[źz]|czujesz si[ęe]) (?:\w+ )?(?:gotow|pewn|chor|zdrow|sam|spokojn)[ya]?\b", "Jesteś już gotowa"),
        (r"\bpan(?:i|ią|ia|a|u|em)?\b", "Prosimy Panią"),
        (r"\w(?:\(-?[ayeł]\)|/-?(?:a|ła)\b)", "zapisany/a"),
    ),
    "pt-BR": (
        (r"\bobrigad[oa]\b", "Obrigada"),
        (r"\b(?:inscrit|cadastrad|registrad|preparad|tratad|atendid|convidad|bem-vind)[oa]s?\b", "Bem-vinda"),
        (r"\b(?:cansad|preocupad|interessad|satisfeit|gr[áa]vid)[oa]s?\b", "se está grávida"),
        (r"\bvocê (?:está|esteve|foi|será|fica|ficou) (?:\w+ )?\w+(?:ad|id|t|nt|ur|nquil)[oa]\b", "você está pronta"),
        (r"\b(?:fique|esteja|sinta-se) (?:tranquil|segur|calm|atent|pront|cert)[oa]\b", "Fique tranquila"),
        (r"\b(?:vê|atendê|ajudá|esperá)-l[oa]\b", "Queremos vê-la"),
        (r"\b(?:senhor(?:a|ita)?|sra?\.|prezad[oa]|querid[oa])", "Prezado cliente"),
        (r"\w[oa](?:\([oa]s?\)|/-?[oa]s?\b)|\w@s?(?![\w.])", "inscrito(a)"),
    ),
}  # fmt: skip
"""By language: how a word gives away what the reader is taken for, and an example of it."""

EVERY_FORM = [(tongue, form, bad) for tongue, forms in FORMS.items() for form, bad in forms]


def messages(language: str) -> dict[str, str]:
    """Return what is said in a language, by its file, without comments and headings of tables."""
    files = (
        path
        for path in (ROOT / "templates").rglob("*.*")
        if language in {path.stem, *path.parts} and path.suffix in {".md", ".toml"}
    )
    return {
        str(path.relative_to(ROOT)): re.sub(r"(?m)^(?:# .*|\[\w+\])$", "", path.read_text("utf-8"))
        for path in files
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_of_a_language_is_read(language: str) -> None:
    assert {Path(name).suffix for name in messages(language)} == {".md", ".toml"}
    assert len(messages(language)) >= 25


@pytest.mark.parametrize("language,form,bad", EVERY_FORM)
def test_no_message_assumes_the_reader_s_gender(language: str, form: str, bad: str) -> None:
    gendered = re.compile(form, re.IGNORECASE)
    assert gendered.search(bad), "the form is known by its example"
    found = {
        name: match[0]
        for name, words in messages(language).items()
        if (match := gendered.search(words))
    }
    assert found == {}
