"""Tokens, passwords, one-time codes, signatures and encrypted cookies for staff sign-in."""

from __future__ import annotations

import hmac
import io
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

STEP = 30
"""Seconds a one-time code stands for (RFC 6238)."""

HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""What a small host can bear and a thief cannot (OWASP Password Storage: m=19 MiB, t=2, p=1)."""

NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$8AESKJdnnbwQmBTZHfeviA$A8cRxrcGheWeI7woc7FVUmj0TdDVlPl2NJy7NZ6vhEc"
"""Checked for an unknown address, so that the answer takes as long: the hash of a random word, forgotten."""


def new_token() -> str:
    """Return 256 bits nobody can guess."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """Return how a token is kept; it is random already, so a plain hash is enough."""
    return sha256(token.encode()).hexdigest()


def right_password(kept: str | None, password: str) -> bool:
    """Say whether this is the password; it takes as long where there is none."""
    try:
        return HASHER.verify(kept or NOBODY, password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


class Sealer:
    """Sign, encrypt and decrypt with the operator's key."""

    def __init__(self, secret_key: str, older: Sequence[str] = ()) -> None:
        """Take the key, and those that it took the place of: what they sealed still opens."""
        self._key = secret_key.encode()
        self._older = [Sealer(key) for key in older]

    def sign(self, purpose: str, words: str) -> str:
        """Return a signature nobody else can make, for one purpose."""
        return hmac.digest(self._key, f"{purpose}.{words}".encode(), sha256).hex()

    def signed(self, purpose: str, words: str, signature: str) -> bool:
        """Say whether this is our signature."""
        return hmac.compare_digest(
            self.sign(purpose, words).encode(), signature.encode("utf-8", "replace")
        )

    @cached_property
    def _fernet(self) -> Fernet:
        from cryptography.fernet import Fernet  # noqa: PLC0415 (6 MB, for the desk alone)

        key = hmac.digest(self._key, b"sealed at the desk", sha256)
        return Fernet(urlsafe_b64encode(key))

    def seal(self, found: Any) -> str:
        """Encrypt a text."""
        return self._fernet.encrypt(json.dumps(found).encode()).decode()

    def unseal(self, sealed: str, lasts: timedelta | None = None) -> Any:
        """Decrypt a text; None if it is not ours, or has expired."""
        found = self._unsealed_now(sealed, lasts)
        for one in self._older if found is None else ():
            found = found or one._unsealed_now(sealed, lasts)
        return found

    def sealed_anew(self, sealed: str) -> str | None:
        """Return what was sealed under an older key sealed under today's; None where it need not, or
        cannot be.
        """
        found = self.unseal(sealed) if self._unsealed_now(sealed) is None else None
        return None if found is None else self.seal(found)

    def _unsealed_now(self, sealed: str, lasts: timedelta | None = None) -> Any:
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 (as above)

        seconds = int(lasts.total_seconds()) if lasts else None
        try:
            return json.loads(self._fernet.decrypt(sealed.encode(), ttl=seconds))
        except (InvalidToken, ValueError):
            return None


def new_seed() -> str:
    """Return a new secret for one-time codes."""
    return pyotp.random_base32()


def code_address(seed: str, email: str) -> str:
    """Return what an authenticator app reads."""
    return pyotp.TOTP(seed).provisioning_uri(name=email, issuer_name="Aftercare reminders")


def qr(words: str) -> str:
    """Draw words as a QR code (SVG)."""
    import segno  # noqa: PLC0415 (only who sets up a second step draws one)

    drawn = io.BytesIO()
    segno.make(words, error="m").save(
        drawn, kind="svg", scale=5, border=3, light="#fff", xmldecl=False
    )
    return drawn.getvalue().decode()


def totp_step(seed: str, code: str, now: datetime, last: int) -> int | None:
    """Return which half minute this code belongs to: now, the one before or the one after, and
    later than ``last``, since each is good once; None if it is none of them (RFC 6238, 5.2).
    """
    step = int(now.timestamp()) // STEP
    typed = "".join(code.split())
    for candidate in (step, step - 1, step + 1):
        if candidate > last and hmac.compare_digest(
            pyotp.TOTP(seed).generate_otp(candidate).encode(), typed.encode("utf-8", "replace")
        ):
            return candidate
    return None


def recovery_codes() -> list[str]:
    """Return ten codes for a paper list, each good once instead of the app's."""
    return [f"{secrets.token_hex(3)}-{secrets.token_hex(3)}" for _ in range(10)]
