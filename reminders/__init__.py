"""Aftercare reminders for skin-needling clinics: each client gets the right message once, on
time."""

__version__ = "1.1.0"
