"""Incoming texts from clients: take keywords at once, and pass the rest to staff."""
