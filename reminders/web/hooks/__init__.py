"""Addresses that other programs post to: Twilio, bounced mail, a host's timer."""
