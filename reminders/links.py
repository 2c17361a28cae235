"""Make and verify signed links: client pages, unsubscribe links, message references."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

_SHORT = 7
"""Characters of a signature where letters are dear."""


def page_key(token: str) -> str:
    """Return the hash under which a page token is stored, so that a copy of the database opens no
    page."""
    return sha256(token.encode()).hexdigest()


def _decoded(token: str) -> bytes:
    """Return the bytes of a token; none of what is no token."""
    try:
        return urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (BadBase64, ValueError):
        return b""


class Links:
    """Make and read signed links under the operator's public address."""

    def __init__(self, secret_key: str, public_url: str, older: Sequence[str] = ()) -> None:
        """Take the key that signs, the address clients reach us at, and keys that signed before:
        what they signed is still ours.
        """
        self._signer = hmac.new(secret_key.encode(), digestmod=sha256)
        self._older = [Links(key, public_url) for key in older]
        self.public_url = public_url.rstrip("/")

    @property
    def hash_key(self) -> bytes:
        """Return the key under which erased contacts are hashed."""
        return self._digest("hash")

    @property
    def older_hash_keys(self) -> tuple[bytes, ...]:
        """Return the keys under which contacts were hashed before."""
        return tuple(one.hash_key for one in self._older)

    def _digest(self, words: str) -> bytes:
        """Return the keyed hash of words; a copy of what stands ready is made in half the time."""
        signer = self._signer.copy()
        signer.update(words.encode())
        return signer.digest()

    def _sign(self, purpose: str, number: int) -> bytes:
        return self._digest(f"{purpose}.{number}")[:16]

    def _is_signed(self, signature: bytes, purpose: str, number: int) -> bool:
        ours = (one._sign(purpose, number) for one in (self, *self._older))
        return any(hmac.compare_digest(signature, sign) for sign in ours)

    def token(self, purpose: str, number: int) -> str:
        """Return what names one of our rows for one purpose, and that nobody else can make."""
        token = number.to_bytes(6) + self._sign(purpose, number)
        return urlsafe_b64encode(token).rstrip(b"=").decode()

    def passing_token(self, purpose: str, number: int, until: datetime) -> str:
        """Return a token that names one of our rows until then (aware), to the minute."""
        minute = int(until.timestamp()) // 60
        raw = number.to_bytes(6) + minute.to_bytes(4) + self._sign(f"{purpose}.{minute}", number)
        return urlsafe_b64encode(raw).rstrip(b"=").decode()

    def number_at(self, purpose: str, token: str, now: datetime) -> int | None:
        """Return which row a passing token names, or None if it is over or we did not make it."""
        raw = _decoded(token)
        number, minute = int.from_bytes(raw[:6]), int.from_bytes(raw[6:10])
        genuine = self._is_signed(raw[10:], f"{purpose}.{minute}", number)
        return number if genuine and now.timestamp() < minute * 60 else None

    def number_of(self, purpose: str, token: str) -> int | None:
        """Return which row a token of that purpose names, or None if we did not make it."""
        raw = _decoded(token)
        number = int.from_bytes(raw[:6])
        return number if self._is_signed(raw[6:], purpose, number) else None

    def unsubscribe_token(self, client_id: int) -> str:
        """Return an opaque token for a client."""
        return self.token("unsubscribe", client_id)

    def unsubscribe_url(self, client_id: int) -> str:
        """Return the address that stops emails to a client; it never expires."""
        return f"{self.public_url}/u/{self.unsubscribe_token(client_id)}"

    def client_of(self, token: str) -> int | None:
        """Return the client of an unsubscribe token, or None if we did not make it."""
        return self.number_of("unsubscribe", token)

    def page_token(self, client_id: int, edition: int) -> str:
        """Return the 14 characters (84 bits) that open a client's own page; a new edition of
        them makes the old ones worthless. Short, since they stand in texts.
        """
        digest = self._digest(f"page.{client_id}.{edition}")
        return urlsafe_b64encode(digest)[:14].decode()

    def page_url(self, client_id: int, edition: int) -> str:
        """Return the address of a client's own page."""
        return f"{self.public_url}/a/{self.page_token(client_id, edition)}"

    def stop_token(self, client_id: int) -> str:
        """Return a token that stops texts to a client, as short as can be, since it stands in texts:
        the number, and 42 bits of a signature.
        """
        number = client_id.to_bytes(-(-client_id.bit_length() // 8) or 1)
        return urlsafe_b64encode(number).rstrip(b"=").decode() + self._short("stop", client_id)

    def stop_url(self, client_id: int) -> str:
        """Return the address that stops texts to a client; it never expires."""
        return f"{self.public_url}/s/{self.stop_token(client_id)}"

    def client_to_stop(self, token: str) -> int | None:
        """Return whose texts a token stops, or None if we did not make it."""
        number = int.from_bytes(_decoded(token[:-_SHORT])[:6])
        ours = (one.stop_token(number) for one in (self, *self._older))
        genuine = any(hmac.compare_digest(one.encode(), token.encode()) for one in ours)
        return number if genuine else None

    def _short(self, purpose: str, number: int) -> str:
        return urlsafe_b64encode(self._sign(purpose, number)).decode()[:_SHORT]

    def seal(self, purpose: str, words: str) -> str:
        """Return a keyed hash that proves later which words were shown, without revealing them."""
        return self._digest(f"{purpose}.{words}").hex()

    def reference(self, reminder_id: int) -> str:
        """Return a reminder's outward name, the same on every attempt and of no meaning."""
        return f"r{reminder_id}.{self._sign('reminder', reminder_id).hex()[:12]}"

    def reminder_of(self, reference: str) -> int | None:
        """Return the reminder of an outward name, or None if we did not make it."""
        number = int(reference.partition(".")[0].removeprefix("r"))
        names = [one.reference(number) for one in (self, *self._older)]
        genuine = any(hmac.compare_digest(name, reference) for name in names)
        return number if genuine else None
