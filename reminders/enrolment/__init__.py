"""Clinics, clients and treatments taken in, moved and cancelled, each with its plan."""
