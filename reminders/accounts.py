"""The accounts at providers that the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reminders.senders.email import MailServer, Security
from reminders.settings import Settings

if TYPE_CHECKING:
    from reminders.senders.sms import TwilioAccount


def twilio(s: Settings) -> TwilioAccount:
    """Return the Twilio account that sends texts, with its API key where one is set."""
    from reminders.senders.sms import TwilioAccount  # noqa: PLC0415 (slow to import)

    by_key = bool(s.twilio_api_key)
    return TwilioAccount(
        account_sid=s.twilio_account_sid,
        username=s.twilio_api_key if by_key else s.twilio_account_sid,
        password=(s.twilio_api_secret if by_key else s.twilio_auth_token).get_secret_value(),
        sender=s.twilio_messaging_service_sid or s.twilio_from,
        api_url=s.twilio_api_url,
        receipts_url=f"{s.public_url}/hooks/twilio/status" if s.hears_receipts else "",
    )


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
