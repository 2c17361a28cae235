"""A clinic's list with the usual mistakes in it."""

from __future__ import annotations

LIST = """First name,Mobile,Email,Treatment,Date,SMS consent
Bea,07700 900102,,microneedling,3 March 2026 15:00,yes
Cleo,12,,microneedling,3 March 2026 15:00,yes
Dana,07700 900104,,microneedling,yesterday-ish,yes
"""
