"""Doubts that wait for a person, and what was answered before."""
