"""Read settings from the environment, check them all, and report every fault at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from reminders.rules.contacts import read_email
from reminders.rules.terms import InputError

PRACTICE_KEY = "only-good-for-practice-because-everyone-can-read-it"
NEW_KEY = 'python3 -c "import secrets; print(secrets.token_urlsafe(48))"'


class Delivery(StrEnum):
    """Whether messages leave the machine."""

    OUTBOX = "outbox"
    LIVE = "live"


class SettingsError(ValueError):
    """Settings are wrong or missing; ``faults`` holds a sentence each, with the fix."""

    def __init__(self, faults: list[str]) -> None:
        """Take every fault that was found."""
        super().__init__("\n".join(faults))
        self.faults = faults


def _database(url: str) -> str:
    try:
        name = make_url(url).drivername.partition("+")[0]
    except ArgumentError:
        name = ""
    if name not in {"sqlite", "postgresql", "postgres"}:
        msg = "write it like sqlite:///reminders.db or postgresql://user:password@host/name"
        raise ValueError(msg)
    return url


def _database_or_none(url: str) -> str:
    return _database(url) if url else ""


def _address(text: str) -> str:
    try:
        named = re.fullmatch(r"[^<>@,]*<([^<>]+)>", text)
        return read_email(named[1] if named else text) if text else ""
    except InputError:
        msg = "write one email address, like aftercare@clinic.example"
        raise ValueError(msg) from None


def _web(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        msg = "write a web address, like https://aftercare.clinic.example"
        raise ValueError(msg)
    return url.rstrip("/")


def _web_or_none(url: str) -> str:
    return _web(url) if url else ""


def _hard_to_guess(token: SecretStr) -> SecretStr:
    if 0 < len(token.get_secret_value()) < 20:
        msg = f"set at least 20 random characters; make them with: {NEW_KEY}"
        raise ValueError(msg)
    return token


def _lower(text: str) -> str:
    return text.strip().lower()


def _this_machine(given: Mapping[str, Any]) -> str:
    return f"http://localhost:{given['port']}"


WebAddress = Annotated[str, AfterValidator(_web)]
MailAddress = Annotated[str, AfterValidator(_address)]
Secret = SecretStr
Days = Annotated[int, Field(ge=30, le=36_500)]
Token = Annotated[SecretStr, AfterValidator(_hard_to_guess)]

Limit = Annotated[int, Field(ge=1)] | None

LENT = {
    "DYNO": "Heroku",
    "RENDER": "Render",
    "RAILWAY_ENVIRONMENT": "Railway",
    "RAILWAY_ENVIRONMENT_ID": "Railway",
    "FLY_APP_NAME": "Fly",
    "CONTAINER_VERSION": "Scalingo",
    "CC_DEPLOYMENT_ID": "Clever Cloud",
    "KOYEB_APP_NAME": "Koyeb",
    "K_SERVICE": "Cloud Run",
}
"""What hosts set on machines whose disks are gone after the next deploy."""

ALIASES = {
    "DATABASE_URL": ("POSTGRESQL_ADDON_URI", "SCALINGO_POSTGRESQL_URL"),
    "DATABASE_URL_DIRECT": ("DATABASE_URL_UNPOOLED", "POSTGRES_URL_NON_POOLING", "DIRECT_URL"),
    "PUBLIC_URL": ("RENDER_EXTERNAL_URL",),
}
"""Other names under which hosts hand out the same."""


class Settings(BaseModel):
    """Everything an operator may set, by the name it has in the environment."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    database_url: Annotated[str, AfterValidator(_database)] = "sqlite:///reminders.db"
    database_url_direct: Annotated[str, AfterValidator(_database_or_none)] = ""
    database_pooled: bool = False
    database_connections_web: Annotated[int, Field(ge=3, le=100)] = 5
    database_connections_worker: Annotated[int, Field(ge=3, le=20)] = 4
    secret_key: Secret = Secret(PRACTICE_KEY)
    secret_key_old: Secret = Secret("")
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    public_url: WebAddress = Field(default_factory=_this_machine)
    delivery: Annotated[Delivery, BeforeValidator(_lower)] = Delivery.OUTBOX
    outbox_dir: Path = Path("outbox")
    twilio_account_sid: str = ""
    twilio_auth_token: Secret = Secret("")
    twilio_auth_token_old: Secret = Secret("")
    twilio_api_key: str = ""
    twilio_api_secret: Secret = Secret("")
    twilio_from: str = ""
    twilio_messaging_service_sid: str = ""
    twilio_api_url: WebAddress = "https://api.twilio.com"
    twilio_redact: bool = False
    acuity_url: WebAddress = "https://acuityscheduling.com/api/v1"
    square_url: WebAddress = "https://connect.squareup.com"
    smtp_host: str = ""
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 587
    smtp_username: str = ""
    smtp_password: Secret = Secret("")
    smtp_security: Annotated[Literal["starttls", "tls", "none"], BeforeValidator(_lower)] = (
        "starttls"
    )
    sms_per_minute: Limit = None
    sms_per_day: Limit = None
    smtp_per_minute: Limit = None
    smtp_per_day: Limit = None
    smtp_connections: Annotated[int, Field(ge=1, le=64)] = 8
    mail_from: MailAddress = ""
    mail_bounces: MailAddress = ""
    bounce_token: Token = Secret("")
    operator_email: MailAddress = ""
    opt_out_scope: Annotated[Literal["everywhere", "number"], BeforeValidator(_lower)] = (
        "everywhere"
    )
    opt_out_replies: Annotated[Literal["twilio", "app"], BeforeValidator(_lower)] = "twilio"
    email_in_doubt: Annotated[Literal["resend", "hold"], BeforeValidator(_lower)] = "resend"
    keep_messages_days: Days = 365
    keep_replies_days: Days = 365
    keep_deliveries_days: Annotated[int, Field(ge=90, le=36_500)] = 730
    keep_consents_days: Days = 1_826
    keep_stops_days: Days = 3_652
    erasures_file: str = ""
    metrics_token: Token = Secret("")
    tick_token: Token = Secret("")
    heartbeat_url: Annotated[str, AfterValidator(_web_or_none)] = ""
    sentry_dsn: Secret = Secret("")
    trusted_proxies: Annotated[int, Field(ge=0, le=5)] = 0
    sqlite_on_volume: bool = False
    log_level: Annotated[
        str,
        BeforeValidator(_lower),
        Field(pattern="^(debug|info|warning|error)$"),
    ] = "info"

    @property
    def hears_receipts(self) -> bool:
        """Say whether Twilio can report to us: it signs with the auth token, and calls only an
        address it can reach.
        """
        signed = bool(self.twilio_auth_token.get_secret_value())
        stand_in = self.twilio_api_url != Settings.model_fields["twilio_api_url"].default
        return signed and (self.public_url.startswith("https://") or stand_in)

    @property
    def older_keys(self) -> list[str]:
        """Return the keys that ``SECRET_KEY`` took the place of, the latest first."""
        return self.secret_key_old.get_secret_value().split()

    @property
    def text_sender(self) -> str:
        """Return as whom texts leave: a Messaging Service, or a number."""
        return self.twilio_messaging_service_sid or self.twilio_from

    @property
    def live(self) -> bool:
        """Say whether messages really leave."""
        return self.delivery is Delivery.LIVE


def _missing_when_live(settings: Settings) -> dict[str, str]:
    """Return what live delivery still needs, and the fix for each."""
    key = settings.secret_key.get_secret_value()
    signs_in = settings.twilio_auth_token.get_secret_value() or (
        settings.twilio_api_key and settings.twilio_api_secret.get_secret_value()
    )
    senders = bool(settings.twilio_from) + bool(settings.twilio_messaging_service_sid)
    needs = {
        "SECRET_KEY": (len(key) < 32 or key == PRACTICE_KEY, f"set at least 32 random characters; make them with: {NEW_KEY}"),
        "PUBLIC_URL": (not _is_safe(settings), "set the https address clients reach this service at."),
        "TWILIO_ACCOUNT_SID": (not settings.twilio_account_sid.startswith("AC"), "set the Account SID from the Twilio console; it starts with AC."),
        "TWILIO_AUTH_TOKEN": (not signs_in, "set it, or TWILIO_API_KEY and TWILIO_API_SECRET together."),
        "TWILIO_FROM": (senders != 1, "set your Twilio number, or TWILIO_MESSAGING_SERVICE_SID, and only one of them."),
        "SMTP_HOST": (not settings.smtp_host, "set your mail server, such as smtp.example.com."),
        "MAIL_FROM": (not settings.mail_from, "set the address emails come from."),
        "SMTP_PASSWORD": (bool(settings.smtp_username) != bool(settings.smtp_password.get_secret_value()), "set it together with SMTP_USERNAME, or leave both empty."),
    }  # fmt: skip
    return {name: mend for name, (wrong, mend) in needs.items() if wrong}


def _is_safe(settings: Settings) -> bool:
    """Say whether our address may stand in messages: https, or this machine where that was set."""
    if "public_url" not in settings.model_fields_set:
        return False
    parts = urlsplit(settings.public_url)
    trial = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    return parts.scheme == "https" or trial


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings from an environment; an empty value counts as none.

    Raises ``SettingsError`` with every fault at once.
    """
    given = {
        name: value for name in Settings.model_fields if (value := _told(environ, name.upper()))
    }
    faults: dict[str, str] = {}
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        faults = _faults(error)
        rest = {name: value for name, value in given.items() if name.upper() not in faults}
        settings = Settings.model_validate(rest)
    host = next((host for name, host in LENT.items() if environ.get(name)), None)
    if host and settings.database_url.startswith("sqlite") and not settings.sqlite_on_volume:
        faults["DATABASE_URL"] = (
            f"on {host} an SQLite file is gone after the next deploy, with every client in it; add"
            " PostgreSQL, or a volume with the file on it and SQLITE_ON_VOLUME=yes."
        )
    if settings.live:
        faults = _missing_when_live(settings) | faults
    if faults:
        raise SettingsError([f"{name}: {mend}" for name, mend in faults.items()])
    return settings


def _told(environ: Mapping[str, str], name: str) -> str:
    """Return a value of the environment by its name, or by another that hosts use for it."""
    names = (name, *ALIASES.get(name, ()))
    return next((value for each in names if (value := environ.get(each, "").strip())), "")


def _faults(error: ValidationError) -> dict[str, str]:
    """Return what is wrong with each setting, by its name in the environment."""
    return {
        str(fault["loc"][0]).upper(): fault["msg"].removeprefix("Value error, ") + "."
        for fault in error.errors(include_url=False, include_input=False)
        if fault["type"] != "default_factory_not_called"  # it follows from the others
    }
