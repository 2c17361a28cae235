"""Seal what a database must keep but nobody may read from it: the secrets of other systems."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


class Sealing:
    """Seal and open texts under a key of the operator's, each purpose under a key of its own, so that
    what was sealed for one opens for no other.
    """

    def __init__(self, secret_key: str) -> None:
        """Take the operator's key."""
        self._key = secret_key.encode()

    def seal(self, purpose: str, text: str) -> str:
        """Encrypt a text so that a change of it is noticed (Fernet)."""
        return self._fernet(purpose).encrypt(text.encode()).decode()

    def open(self, purpose: str, sealed: str) -> str | None:
        """Return a sealed text; None where it was not sealed by this key for this purpose."""
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 (6 MB, for whoever seals)

        try:
            return str(self._fernet(purpose).decrypt(sealed.encode()).decode())
        except (InvalidToken, ValueError):
            return None

    def fingerprint(self, purpose: str, text: str) -> str:
        """Return a keyed hash by which the same text is known again."""
        return hmac.digest(self._derived(f"same {purpose}"), text.encode(), sha256).hex()

    def _derived(self, purpose: str) -> bytes:
        return hmac.digest(self._key, f"sealing.{purpose}".encode(), sha256)

    def _fernet(self, purpose: str) -> Fernet:
        from cryptography.fernet import Fernet  # noqa: PLC0415 (as above)

        return Fernet(urlsafe_b64encode(self._derived(purpose)))
