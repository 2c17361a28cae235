"""The accounts at providers that the settings name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from reminders.booking_systems import BookingSystems
from reminders.links import Links
from reminders.rules.forecast import RateLimit
from reminders.rules.sender_kinds import PER_MINUTE, kind_of
from reminders.rules.terms import Channel
from reminders.senders import Sender
from reminders.senders.email import MailServer, Security, SmtpSender
from reminders.senders.outbox import OutboxSender
from reminders.settings import Settings

if TYPE_CHECKING:
    from reminders.senders.account import TwilioAccount

PRACTICE_MAIL_FROM = "aftercare@clinic.example"


def twilio(s: Settings) -> TwilioAccount:
    """Return the Twilio account that sends texts, with its API key where one is set."""
    from reminders.senders.account import TwilioAccount  # noqa: PLC0415 (slow to import)

    by_key = bool(s.twilio_api_key)
    return TwilioAccount(
        account_sid=s.twilio_account_sid,
        username=s.twilio_api_key if by_key else s.twilio_account_sid,
        password=(s.twilio_api_secret if by_key else s.twilio_auth_token).get_secret_value(),
        sender=s.text_sender,
        api_url=s.twilio_api_url,
        receipts_url=f"{s.public_url}/hooks/twilio/status" if s.hears_receipts else "",
    )


def signing_tokens(s: Settings) -> list[str]:
    """Return the tokens that the installation's account at Twilio may sign with."""
    return [t.get_secret_value() for t in (s.twilio_auth_token, s.twilio_auth_token_old)]


def mail_server(s: Settings) -> MailServer:
    """Return the mail server that emails are sent by."""
    return MailServer(
        host=s.smtp_host,
        port=s.smtp_port,
        security=Security(s.smtp_security),
        username=s.smtp_username,
        password=s.smtp_password.get_secret_value(),
        mail_from=s.mail_from,
        bounce_address=s.mail_bounces,
    )


def senders(
    s: Settings, links: Links, own: Callable[[bool], Mapping[int | None, TwilioAccount]]
) -> Mapping[Channel, Sender]:
    """Return a sender for each channel: the providers when live, with every account that texts leave
    by, else the outbox for both.
    """
    if not s.live:
        outbox = OutboxSender(s.outbox_dir, s.mail_from or PRACTICE_MAIL_FROM, links.reference)
        return {Channel.SMS: outbox, Channel.EMAIL: outbox}
    from reminders.senders.routing import AccountRouter  # noqa: PLC0415 (slow to import)

    email = SmtpSender(mail_server(s), s.smtp_connections)
    return {Channel.SMS: AccountRouter(twilio(s), own), Channel.EMAIL: email}


def rates(s: Settings) -> dict[Channel, RateLimit]:
    """Return the rate of each channel's sender for all clinics together: as set, else as carriers
    allow for this kind of sender.
    """
    texts = s.sms_per_minute or own_rate(s, s.text_sender).per_minute
    return {
        Channel.SMS: RateLimit(texts, s.sms_per_day),
        Channel.EMAIL: RateLimit(s.smtp_per_minute, s.smtp_per_day),
    }


def own_rate(s: Settings, sender: str) -> RateLimit:
    """Return the rate of a sender that a clinic brought, as carriers allow for its kind."""
    return RateLimit(PER_MINUTE[kind_of(sender)] if s.live else None)


def booking_systems(s: Settings) -> BookingSystems:
    """Return the booking systems that are asked for what they do not say."""
    return BookingSystems(s.acuity_url, s.square_url)
