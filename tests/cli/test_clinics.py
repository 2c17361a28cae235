"""Commands for clinics: added, edited, limited, and let out of practice mode."""

from __future__ import annotations

import pytest

from tests.support.terminal import Terminal

pytestmark = pytest.mark.portable


def test_a_clinic_is_added_in_practice_mode_and_let_out_of_it(terminal: Terminal) -> None:
    assert "practice mode" in terminal.clinic().output
    assert "is live" in terminal.run("clinic", "edit", "rosewood skin", "--live").output
    (clinic,) = terminal.json("clinic", "list")
    assert (clinic["live"], clinic["country"], clinic["phone"]) == (True, "GB", "+442079460018")
    assert clinic["wording_accepted_at"]
    assert "practice mode" in terminal.run("clinic", "edit", "Rosewood Skin", "--practice").output
    assert "Rosewood Skin" in terminal.run("clinic", "list").output


def test_a_clinic_s_faults_are_told_together(terminal: Terminal) -> None:
    told = terminal.run(
        "clinic", "add", "x" * 80, "--time-zone", "Mars", "--phone", "+1", "--email", "e",
        "--address", " ", code=2,
    )  # fmt: skip
    assert [word in told.stderr for word in ("name:", "time_zone:", "phone:", "email:", "address:")]
    assert terminal.json("clinic", "list") == []


def test_an_unknown_clinic_is_told_with_the_known_ones(terminal: Terminal) -> None:
    terminal.clinic()
    told = terminal.run("import", terminal.list(), "--clinic", "Rosewod", code=2)
    assert "no clinic called “Rosewod”" in told.stderr
    assert "Rosewood Skin" in told.stderr


def test_a_clinic_s_limits_are_set_by_channel(terminal: Terminal) -> None:
    terminal.ready()
    told = terminal.run("clinic", "limit", "Rosewood Skin", "sms", "--per-minute", "60")
    assert "at most 60 a minute" in told.stdout
    told = terminal.run("clinic", "limit", "rosewood skin", "email")
    assert "has no limit of its own for" in told.stdout
    terminal.run("clinic", "limit", "Rosewood Skin", "sms", "--per-day", "0", code=2)


def test_hours_and_caps_of_a_clinic_are_set_by_command(terminal: Terminal) -> None:
    terminal.ready()
    terminal.run(
        "clinic", "edit", "Rosewood Skin", "--sending-hours", "Mon-Fri 09:00-18:00",
        "--email-hours", "Mon-Sun 06:30-23:00", "--texts-per-week", "3",
    )  # fmt: skip
    (clinic,) = terminal.json("clinic", "list")
    assert (clinic["sending_hours"], clinic["email_hours"]) == (
        "Mon-Fri 09:00-18:00",
        "Mon-Sun 06:30-23:00",
    )
    assert clinic["texts_per_week"] == 3
    told = terminal.run("clinic", "edit", "Rosewood Skin", "--email-hours", "22:00", code=2)
    assert "email_hours: Write sending hours like" in told.stderr


def test_what_texts_call_a_clinic_and_its_clients_is_set_and_set_back(terminal: Terminal) -> None:
    terminal.clinic()
    terminal.run(
        "clinic", "edit", "Rosewood Skin", "--text-name", "Rosewood", "--client-names", "plain",
        "--stop-on-every-text", "--both-channels",
    )  # fmt: skip
    (clinic,) = terminal.json("clinic", "list")
    assert (clinic["text_name"], clinic["client_names"]) == ("Rosewood", "plain")
    assert clinic["stop_on_every_text"]
    assert clinic["both_channels"]
    back = ("--text-name", "", "--stop-when-due", "--one-channel")
    terminal.run("clinic", "edit", "Rosewood Skin", *back)
    (clinic,) = terminal.json("clinic", "list")
    assert clinic["text_name"] is None
    assert (clinic["stop_on_every_text"], clinic["both_channels"]) == (False, False)


@pytest.mark.parametrize(
    "name,why", [("Rosewood Skin and Laser", "room for 16"), ("Łódź Skin", "Lodz Skin")]
)
def test_a_name_that_would_cost_every_text_a_segment_is_refused_with_one_that_does_not(
    terminal: Terminal, name: str, why: str
) -> None:
    terminal.clinic()
    refused = terminal.run("clinic", "edit", "Rosewood Skin", "--text-name", name, code=2)
    assert why in refused.stderr


def test_who_is_told_of_a_worried_client_and_when_is_set_and_set_back(terminal: Terminal) -> None:
    terminal.clinic()
    terminal.run(
        "clinic", "edit", "Rosewood Skin", "--opening-hours", "Mon-Sat 08:30-18:00",
        "--after-hours-phone", "020 7946 0999", "--worried-minutes", "15",
        "--second-contact", "lead@rosewood.example", "--second-phone", "07700 900150",
    )  # fmt: skip
    (clinic,) = terminal.json("clinic", "list")
    assert (clinic["opening_hours"], clinic["worried_minutes"]) == ("Mon-Sat 08:30-18:00", 15)
    assert clinic["after_hours_phone"] == "+442079460999"
    assert (clinic["second_contact"], clinic["second_phone"]) == (
        "lead@rosewood.example",
        "+447700900150",
    )
    back = ("--second-contact", "", "--second-phone", "", "--after-hours-phone", "")
    terminal.run("clinic", "edit", "Rosewood Skin", *back)
    (clinic,) = terminal.json("clinic", "list")
    assert {clinic[name] for name in ("second_contact", "second_phone", "after_hours_phone")} == {
        None
    }
    assert clinic["worried_minutes"] == 15, "what is not said stays"
    told = terminal.run("clinic", "edit", "Rosewood Skin", "--worried-minutes", "900", code=2)
    assert "worried_minutes: This is not a number from 1 to 240." in told.stderr
