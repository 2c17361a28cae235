"""Aftercare reminders for skin-needling clinics: the right words at the right hour, once."""

__version__ = "0.1.0"
