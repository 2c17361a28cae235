"""Deliver due reminders: claim, decide, hand off, send, settle, reconcile."""
