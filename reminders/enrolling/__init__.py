"""Enrolling: who is treated when, what she agreed to, and the plan that follows from it."""
