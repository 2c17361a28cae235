"""Staffing: who may come in, how she proves it, and how she is invited."""
