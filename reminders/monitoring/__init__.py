"""Checks, alerts and reports for operators and staff: what was sent, what is wrong, what is
open."""
