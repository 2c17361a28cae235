"""The fixed replies: one segment in every language, and none missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from reminders.rules.segments import Encoding, size
from reminders.store.database import reading
from reminders.store.queries import clinic_facts as found
from reminders.wording.fixed_replies import FixedReplies
from reminders.wording.library import Library, packaged
from tests.conftest import House
from tests.support.inbound_texts import NOON

LANGUAGES = ("en", "es", "fr", "de", "pl", "pt-BR")


@pytest.mark.portable
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("which", ["stopped", "stopped_cancel", "stopped_nobody", "wrong_number", "started", "help", "reply"])  # fmt: skip
def test_every_answer_is_one_segment_in_every_language(
    house: House, language: str, which: str
) -> None:
    with reading(house.engine) as session:
        facts = found.clinics_of(session, {1}, NOON)[1]
    said = FixedReplies(packaged()).write(which, language, facts)
    assert size(said).encoding is Encoding.GSM_7
    assert size(said).segments == 1, size(said).units
    assert which == "stopped_nobody" or said.startswith("Rosewood Skin")
    assert which not in {"reply", "stopped", "stopped_cancel", "help"} or "020 7946 0018" in said


def test_a_language_s_parent_and_its_child_serve_each_other(house: House) -> None:
    answers = FixedReplies(packaged())
    for asked, same in (("pt", "pt-BR"), ("es-MX", "es"), ("xx", "en"), ("de-AT", "de")):
        written = [answers.write("stopped_nobody", language, None) for language in (asked, same)]
        assert written[0] == written[1]


def test_an_alert_is_worded_in_the_language_of_the_clinic_s_country(tmp_path: Path) -> None:
    there = tmp_path / "locale" / "de" / "LC_MESSAGES"
    there.mkdir(parents=True)
    (tmp_path / "alerts.toml").write_text(packaged().page("alerts.toml"), "utf-8")
    (there / "staff.po").write_text(
        'msgid "A client has replied"\nmsgstr "Eine Antwort ist da"\n', "utf-8"
    )
    answers = FixedReplies(Library(tmp_path))
    subjects = [answers.alert("reply", country)[0] for country in ("DE", "GB", "AT", "", "ES")]
    german, english = "Eine Antwort ist da", "A client has replied"
    assert subjects == [german, english, german, english, english]
