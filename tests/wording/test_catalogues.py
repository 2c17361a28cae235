"""Catalogues: compiled ones are used, unless their file has changed since."""

from __future__ import annotations

from pathlib import Path

from reminders.rules.translation import gettext, ngettext, translated_to
from reminders.wording import catalogues
from reminders.wording.catalogue_files import catalogue_file, compile_all
from reminders.wording.catalogues import translation_to

POLISH = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);\\n"

msgid "Clients"
msgstr "Klienci"

msgid "1 row"
msgid_plural "%(n)s rows"
msgstr[0] "1 wiersz"
msgstr[1] "%(n)s wiersze"
msgstr[2] "%(n)s wierszy"
"""


def polish(folder: Path) -> list[str]:
    """Return what the catalogue of a folder says, read anew."""
    catalogues.catalogue.cache_clear()
    with translated_to(translation_to(folder, "pl")):
        return [gettext("Clients"), *(ngettext("1 row", "%(n)s rows", n) for n in (1, 3, 5))]


def test_a_catalogue_says_the_same_compiled_or_not_and_an_old_one_is_not_used(
    tmp_path: Path,
) -> None:
    path = catalogue_file(tmp_path, "pl")
    path.parent.mkdir(parents=True)
    path.write_text(POLISH, "utf-8")
    said = polish(tmp_path)
    assert said == ["Klienci", "1 wiersz", "3 wiersze", "5 wierszy"]
    (compiled,) = compile_all(tmp_path)
    assert compiled == path.with_suffix(".mo")
    before = compiled.read_bytes()
    assert polish(tmp_path) == said
    path.write_text(POLISH.replace("Klienci", "Pacjenci"), "utf-8")
    assert polish(tmp_path)[0] == "Pacjenci", "though there is one compiled"
    path.write_text(POLISH, "utf-8")
    compiled.write_bytes(before.replace(b"Klienci", b"KLIENCI"))
    assert polish(tmp_path)[0] == "KLIENCI", "the one compiled of this very file is read"
