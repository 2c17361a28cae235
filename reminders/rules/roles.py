"""Staff roles with their permissions, and the rules for passwords."""

from __future__ import annotations

from enum import StrEnum

from reminders.rules.terms import InputError
from reminders.rules.translation import gettext

SHORTEST = 12
"""Characters of a password; no other rule of composition (NIST SP 800-63B, 3.1.1.2)."""

LONGEST = 200

_WORN = ("password", "123456", "qwerty", "letmein", "welcome", "iloveyou", "abc123", "needling")
"""What guessing begins with; a password may hold one of them, but not be little else."""


class Role(StrEnum):
    """What somebody is at a clinic."""

    VIEWER = "viewer"  # looks, and changes nothing
    STAFF = "staff"  # looks after clients
    OWNER = "owner"  # also decides about wording, settings and staff

    def includes(self, needed: Role) -> bool:
        """Say whether this role includes what is needed."""
        return _ORDER.index(self) >= _ORDER.index(needed)


_ORDER = (Role.VIEWER, Role.STAFF, Role.OWNER)


def check_password(password: str, email: str) -> None:
    """Refuse a password that is soon guessed; raises ``InputError``.

    Length counts, not signs (NIST SP 800-63B, 3.1.1.2); nothing is trimmed.
    """
    if len(password) < SHORTEST:
        raise InputError(
            gettext("This password has fewer than %(n)s characters.", n=SHORTEST),
            gettext("Three or four words in a row are easy to remember and hard to guess."),
        )
    if len(password) > LONGEST:
        raise InputError(
            gettext("This password is longer than %(n)s characters.", n=LONGEST),
            gettext("Shorten it."),
        )
    bare = password.casefold()
    for worn in (*_WORN, *email.casefold().replace("@", ".").split(".")):
        bare = bare.replace(worn, "") if len(worn) > 2 else bare
    if len(bare) < SHORTEST // 2 or len(set(password)) < 5:
        raise InputError(
            gettext("This password is easy to guess."), gettext("Choose words nobody would expect.")
        )
