"""Wording: the files it stands in, and the messages made of it."""
