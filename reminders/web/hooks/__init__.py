"""Webhooks for other programs: Twilio, returned mail, a host's timer."""
