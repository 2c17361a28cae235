"""Settings, read once, and every fault told with its mend."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reminders.settings import PRACTICE_KEY, Delivery, Settings, SettingsError, read_settings

ROOT = Path(__file__).parents[1]
LIVE = {
    "DELIVERY": "live",
    "SECRET_KEY": "s" * 40,
    "PUBLIC_URL": "https://aftercare.clinic.example",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "t" * 32,
    "TWILIO_FROM": "+447700900000",
    "SMTP_HOST": "smtp.example.com",
    "MAIL_FROM": "aftercare@clinic.example",
}


def faults(environ: dict[str, str]) -> dict[str, str]:
    with pytest.raises(SettingsError) as refused:
        read_settings(environ)
    return dict(fault.split(": ", 1) for fault in refused.value.faults)


def test_nothing_set_means_practice_on_sqlite() -> None:
    found = read_settings({})
    assert found.delivery is Delivery.OUTBOX
    assert found.database_url.startswith("sqlite:///")
    assert not found.live


def test_a_full_set_goes_live() -> None:
    assert read_settings(LIVE).live


def test_all_that_live_delivery_still_needs_is_told_at_once() -> None:
    assert faults({"DELIVERY": "live"}).keys() == {
        "SECRET_KEY", "PUBLIC_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM",
        "SMTP_HOST", "MAIL_FROM",
    }  # fmt: skip


@pytest.mark.parametrize(
    "changed,name",
    [
        ({"DELIVERY": "perhaps"}, "DELIVERY"),
        ({"DATABASE_URL": "mysql://h/d"}, "DATABASE_URL"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
        ({"PORT": "eighty"}, "PORT"),
        ({"PORT": "70000"}, "PORT"),
        ({"SMTP_PORT": "0"}, "SMTP_PORT"),
        ({"SMTP_SECURITY": "ssl"}, "SMTP_SECURITY"),
        ({"PUBLIC_URL": "aftercare.example"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "http://aftercare.example"}, "PUBLIC_URL"),
        ({"MAIL_FROM": "a@x.example, b@y.example"}, "MAIL_FROM"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": PRACTICE_KEY}, "SECRET_KEY"),
        ({"TWILIO_MESSAGING_SERVICE_SID": "MG" + "1" * 32}, "TWILIO_FROM"),
        ({"SMTP_USERNAME": "me"}, "SMTP_PASSWORD"),
        ({"TWILIO_AUTH_TOKEN": "", "TWILIO_API_KEY": "SK1"}, "TWILIO_AUTH_TOKEN"),
    ],
)
def test_each_wrong_setting_is_named_with_its_mend(changed: dict[str, str], name: str) -> None:
    found = faults(LIVE | changed)
    assert found.keys() == {name}
    assert len(found[name]) > 15


@pytest.mark.parametrize(
    "changed",
    [
        {"PUBLIC_URL": "http://localhost:8000"},
        {"PUBLIC_URL": "https://clinic.example/"},
        {"MAIL_FROM": "Rosewood Skin <aftercare@clinic.example>"},
        {"TWILIO_AUTH_TOKEN": "", "TWILIO_API_KEY": "SK1", "TWILIO_API_SECRET": "s"},
        {"TWILIO_FROM": "", "TWILIO_MESSAGING_SERVICE_SID": "MG" + "1" * 32},
        {"DATABASE_URL": "postgres://u:p%40ss@h/d"},
        {"DELIVERY": " LIVE "},
        {"LOG_LEVEL": "INFO"},
        {"HTTP_PROXY": "whatever"},
    ],
)
def test_other_right_ways_to_say_it_are_understood(changed: dict[str, str]) -> None:
    assert read_settings(LIVE | changed).live


@pytest.mark.parametrize(
    "given, address",
    [
        ({}, "http://localhost:8000"),
        ({"PORT": "27201"}, "http://localhost:27201"),
        ({"PORT": "27201", "PUBLIC_URL": "https://clinic.example/"}, "https://clinic.example"),
    ],
)
def test_links_lead_to_where_it_listens_unless_an_address_is_set(
    given: dict[str, str], address: str
) -> None:
    assert read_settings(given).public_url == address


def test_a_wrong_port_is_told_once_and_sending_for_real_still_asks_for_an_address() -> None:
    assert faults({"PORT": "x"}).keys() == {"PORT"}
    assert "PUBLIC_URL" in faults({"DELIVERY": "live", "PORT": "27201"})


def test_wrong_and_missing_are_told_together() -> None:
    assert faults({"DELIVERY": "live", "PORT": "x"}).keys() >= {"PORT", "SECRET_KEY", "SMTP_HOST"}


def test_secrets_are_never_shown() -> None:
    settings = read_settings(LIVE | {"SMTP_USERNAME": "u", "SMTP_PASSWORD": "hush-hush"})
    assert "hush" not in repr(settings)
    assert "t" * 32 not in repr(settings)
    assert "ssss" not in repr(settings)
    told = faults(LIVE | {"SECRET_KEY": "tell-nobody", "PORT": "x"})
    assert "tell-nobody" not in str(told)


def test_every_setting_stands_in_the_example_and_only_those() -> None:
    example = (ROOT / ".env.example").read_text("utf-8")
    named = set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", example, re.MULTILINE))
    assert named == {name.upper() for name in Settings.model_fields}


def test_the_example_itself_is_a_valid_practice_setting() -> None:
    from dotenv import dotenv_values

    typed = dotenv_values(ROOT / ".env.example")
    assert not read_settings({name: value or "" for name, value in typed.items()}).live
