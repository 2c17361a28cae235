"""What lists leave in doubt: shown, answered once, and remembered for the next list."""

from __future__ import annotations

import pytest

from tests.support.terminal import Terminal

pytestmark = pytest.mark.portable

LIST = """first_name,last_name,phone,treatment,treated_at,sms_consent,external_id
Ana,Costa,07700 900101,Skin rejuvenation,2026-03-12 14:30,yes,B-1
Bea,Lind,07700 900102,Skin Rejuvenation,2026-03-13 11:00,yes,B-2
Cleo,Stone,07700 900103,Botox,2026-03-13 11:00,yes,B-3
"""
CLINIC = ("--clinic", "Rosewood Skin")


def ready(terminal: Terminal) -> None:
    terminal.clinic("--live")
    told = terminal.run("import", terminal.list(LIST), *CLINIC)
    assert "1 question to answer" in told.stdout


def test_a_question_is_shown_with_its_answers_and_what_waits_for_it(terminal: Terminal) -> None:
    ready(terminal)
    (asked,) = terminal.json("questions", *CLINIC)
    assert (asked["id"], asked["clinic"], asked["kind"]) == (1, "Rosewood Skin", "service")
    assert asked["sentence"] == "Which reminders does the service “Skin rejuvenation” get?"
    assert asked["choices"][-1] == {"key": "none", "label": "No reminders"}
    assert asked["rows"] == 2
    told = terminal.run("questions").stdout
    assert "reminders answer 1 skin-needling" in told
    assert "2 rows are waiting" in told


def test_one_answer_takes_in_every_row_and_is_not_asked_again(terminal: Terminal) -> None:
    ready(terminal)
    told = terminal.run("answer", "1", "skin-needling").stdout
    assert "2 rows imported: 2 new treatments." in told
    assert terminal.json("questions") == []
    assert "There are no open questions." in terminal.run("questions").stdout
    again = terminal.json("import", terminal.list(LIST), *CLINIC)
    assert (again["questions"], again["taken"], again["other_services"]) == (0, 2, 1)


def test_an_answer_that_leaves_rows_out_says_so(terminal: Terminal) -> None:
    ready(terminal)
    assert "2 rows are not imported" in terminal.run("answer", "1", "none").stdout
    assert terminal.json("client", "list") == []


def test_a_row_that_cannot_go_in_after_all_is_told(terminal: Terminal) -> None:
    terminal.clinic("--live")
    lacking = LIST.splitlines()[0] + "\nAna,Costa,,Skin rejuvenation,2026-03-12 14:30,yes,B-1\n"
    terminal.run("import", terminal.list(lacking), *CLINIC)
    told = terminal.run("answer", "1", "skin-needling").stdout
    assert "Row 2 cannot be imported: There is no phone number or email address." in told.replace(
        "\n", " "
    )


@pytest.mark.parametrize(
    "words,said",
    [
        (("9", "none"), "This question no longer exists."),
        (("1", "botox"), "Choose one of: skin-needling"),
    ],
)
def test_what_is_no_question_or_no_answer_is_refused(
    terminal: Terminal, words: tuple[str, str], said: str
) -> None:
    ready(terminal)
    assert said in terminal.run("answer", *words, code=2).stderr
    assert len(terminal.json("questions")) == 1


def test_a_question_is_answered_once(terminal: Terminal) -> None:
    ready(terminal)
    terminal.run("answer", "1", "none")
    assert "already been answered" in terminal.run("answer", "1", "skin-needling", code=2).stderr


# --- services -------------------------------------------------------------------------------------


def services(terminal: Terminal, *more: str) -> dict[str, tuple[str | None, str | None]]:
    found = terminal.json("clinic", "services", "Rosewood Skin", *more)
    return {one["service"]: (one["protocol"], one["said_by"]) for one in found}


def test_services_are_listed_with_what_they_are_and_who_says_so(terminal: Terminal) -> None:
    terminal.clinic("--live")
    assert "No services are known yet" in terminal.run("clinic", "services", "Rosewood Skin").stdout
    terminal.run("import", terminal.list(LIST + LIST.splitlines()[3].replace("Botox", "SkinPen Face")), *CLINIC)  # fmt: skip
    assert services(terminal) == {
        "Skin rejuvenation": (None, None),
        "Botox": ("none", None),
        "SkinPen Face": ("skin-needling", None),
    }
    told = terminal.run("clinic", "services", "Rosewood Skin").stdout
    assert [word in told for word in ("question 1", "its name", "none")] == [True] * 3


def test_a_service_is_set_and_kept_whatever_lists_say(terminal: Terminal) -> None:
    ready(terminal)
    terminal.run("clinic", "services", "Rosewood Skin", "--set", "BOTOX = skin-needling")
    assert services(terminal)["Botox"] == ("skin-needling", "command line")
    terminal.run("import", terminal.list(LIST), *CLINIC)
    assert services(terminal)["Botox"] == ("skin-needling", "command line")
    assert [c["first_name"] for c in terminal.json("client", "list")] == ["Cleo"]


def test_setting_a_service_answers_its_question(terminal: Terminal) -> None:
    ready(terminal)
    set_both = ("--set", "skin rejuvenation=skin-needling", "--set", "Peel=none")
    told = terminal.run("clinic", "services", "Rosewood Skin", *set_both)
    assert "2 rows imported: 2 new treatments." in told.stderr
    assert terminal.json("questions") == []
    assert services(terminal)["Peel"] == ("none", "command line")


@pytest.mark.parametrize(
    "given,said",
    [("Botox=fillers", "Choose one of: skin-needling"), ("Botox", "Write it like"), ("=none", "Write it like")],
)  # fmt: skip
def test_what_cannot_be_set_is_refused_and_nothing_is_changed(
    terminal: Terminal, given: str, said: str
) -> None:
    ready(terminal)
    before = services(terminal)
    words = ("clinic", "services", "Rosewood Skin", "--set", "Skin rejuvenation=none", "--set")
    assert said in terminal.run(*words, given, code=2).stderr
    assert services(terminal) == before


VIP = """first_name,last_name,phone,treated_at,sms_consent
Ana (VIP),Costa,07700 900101,2026-03-12 14:30,yes
"""


def test_an_answer_may_be_its_sentence(terminal: Terminal) -> None:
    ready(terminal)
    assert "2 rows are not imported" in terminal.run("answer", "1", "no reminders").stdout


@pytest.mark.parametrize("answer", ["yes", "Y", "Ana", "Yes, Ana"])
def test_yes_to_a_greeting_is_the_proposed_one(terminal: Terminal, answer: str) -> None:
    terminal.clinic("--live")
    terminal.run("import", terminal.list(VIP), *CLINIC)
    assert "1 row imported" in terminal.run("answer", "1", answer).stdout
    (client,) = terminal.json("client", "list")
    assert client["first_name"] == "Ana"


def test_no_is_nobody_s_name(terminal: Terminal) -> None:
    terminal.clinic("--live")
    terminal.run("import", terminal.list(VIP), *CLINIC)
    assert "is not a name" in terminal.run("answer", "1", "no", code=2).stderr
