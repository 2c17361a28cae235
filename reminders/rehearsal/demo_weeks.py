"""Invented clients, replies, answers about skin and failures for the demo's desk, dated from today."""

from __future__ import annotations

from datetime import timedelta

from reminders.rules.skin_answers import DAY, Said

PEOPLE = (
    ("Ana", "Costa", -1, 14), ("Zoë", "Bright", -1, 10), ("Maria", "Lind", -3, 11),
    ("Grace", "Hall", -7, 9), ("Priya", "Shah", -2, 16), ("Chloe", "Nguyen", -14, 12),
    ("Ruth", "Wong", -1, 17), ("Dana", "Reed", 0, 9), ("Emily", "Stone", 0, 11),
    ("Olivia", "Park", 1, 10), ("Siân", "Evans", 2, 15), ("Leila", "Haddad", 5, 13),
    ("Nora", "Berg", -28, 10), ("Ines", "Moreau", -21, 12), ("Tess", "Young", -9, 14),
    ("Freya", "Olsen", -4, 10), ("Amara", "Obi", -6, 15), ("Hannah", "Cole", 8, 11),
    ("Mei", "Tan", -17, 9), ("Rosa", "Silva", -30, 16),
)  # fmt: skip
"""First and last name, days from today, and the hour; all fictional."""

UNREACHED = (("Ruth", "30005"), ("Mei", "30006"))
"""Whose last text did not arrive, and the provider's code."""

WROTE = (
    ("Ana", 25, "Is it normal that my skin feels tight and a bit rough?"),
    ("Priya", 7, "Hi, one cheek is very hot and there is pus. What should I do?"),
    ("Grace", 300, "Thank you, all good here!"),
)
"""Who wrote, how many minutes ago, and what."""

ANSWERED = (
    ("Chloe", 13 * DAY, Said.DESCRIBED, ""),
    ("Tess", 8 * DAY, Said.DESCRIBED, ""),
    ("Chloe", 7 * DAY, Said.DESCRIBED, ""),
    ("Grace", 6 * DAY, Said.DESCRIBED, ""),
    ("Tess", 6 * DAY, Said.WORRIED, ""),
    ("Amara", 5 * DAY, Said.DESCRIBED, ""),
    ("Freya", 3 * DAY, Said.DESCRIBED, ""),
    ("Tess", 2 * DAY, Said.DESCRIBED, ""),
    ("Ruth", timedelta(hours=3), Said.DESCRIBED, ""),
    ("Zoë", timedelta(minutes=95), Said.UNSURE, "Are the small dark dots on my nose normal?"),
    ("Maria", timedelta(minutes=40), Said.WORRIED, ""),
)
"""Who told how the skin is, how long ago, and what they wrote about it; the oldest first."""

CALLED = {"Tess": "Slept on that side. The cheek had settled by noon."}
"""Which worried clients were called, and what the clinic noted."""
