"""Seal secrets that have to be used again, so that a copy of the database gives none away."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


class Sealing:
    """Encrypt and authenticate texts under a key that is made of the operator's for one purpose, so
    that what was sealed for one opens for no other. What was sealed under an older key opens too.
    """

    def __init__(self, secret_key: str, purpose: str, older: Sequence[str] = ()) -> None:
        """Take the operator's key, what is sealed, and the keys that it took the place of."""
        self._secret_key, self._purpose, self._older = secret_key, purpose, tuple(older)

    def within(self, purpose: str) -> Sealing:
        """Return what seals for a purpose within this one."""
        return Sealing(self._secret_key, f"{self._purpose}.{purpose}", self._older)

    def seal(self, words: str) -> str:
        """Return a text sealed."""
        return self._fernet.encrypt(words.encode()).decode()

    def opened(self, sealed: str | None) -> str | None:
        """Return what was sealed; None where nothing was, or under another key."""
        found = self._opened_now(sealed)
        older = (Sealing(key, self._purpose) for key in self._older)
        return found or next(filter(None, (one._opened_now(sealed) for one in older)), found)

    def sealed_anew(self, sealed: str | None) -> str | None:
        """Return a text that was sealed under an older key sealed under today's; None where it need
        not, or cannot be.
        """
        words = self.opened(sealed) if self._opened_now(sealed) is None else None
        return None if words is None else self.seal(words)

    def _opened_now(self, sealed: str | None) -> str | None:
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 (6 MB, for whoever seals)

        if sealed is None:
            return None
        try:
            return str(self._fernet.decrypt(sealed.encode()).decode())
        except (InvalidToken, ValueError):
            return None

    def fingerprint(self, words: str) -> str:
        """Return a keyed hash by which the same text is known again."""
        return hmac.digest(self._key("same"), words.encode(), sha256).hex()

    @cached_property
    def _fernet(self) -> Fernet:
        from cryptography.fernet import Fernet  # noqa: PLC0415 (as above)

        return Fernet(urlsafe_b64encode(self._key("sealed")))

    def _key(self, what: str) -> bytes:
        return hmac.digest(self._secret_key.encode(), f"{what}.{self._purpose}".encode(), sha256)
