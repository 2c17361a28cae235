"""Adapting: what a clinic makes its own: its words, its numbers, and where its milestones stand."""
