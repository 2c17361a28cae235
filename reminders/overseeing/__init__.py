"""Overseeing: what went out, what will go out, and what needs a person."""
