"""Seal secrets that have to be used again, so that a copy of the database gives none away."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


class Sealing:
    """Encrypt and authenticate texts under a key that is made of the operator's for one purpose."""

    def __init__(self, secret_key: str, purpose: str) -> None:
        """Take the operator's key, and what is sealed."""
        self._key = hmac.digest(secret_key.encode(), f"sealed.{purpose}".encode(), sha256)

    @cached_property
    def _fernet(self) -> Fernet:
        from cryptography.fernet import Fernet  # noqa: PLC0415 (6 MB, for those who have secrets)

        return Fernet(urlsafe_b64encode(self._key))

    def seal(self, words: str) -> str:
        """Return a text sealed."""
        return self._fernet.encrypt(words.encode()).decode()

    def opened(self, sealed: str | None) -> str | None:
        """Return what was sealed; None where nothing was, or under another key."""
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 (as above)

        if sealed is None:
            return None
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None
