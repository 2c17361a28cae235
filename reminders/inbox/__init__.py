"""Texts from clients: what takes effect at once, what a person must read, and what was missed."""
