"""Clients' pages: joining a clinic's reminders, and a page of her own, without signing in."""
