"""Clinics' own accounts for texts, with their credentials opened: to send by, and to check who signed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reminders.sealing import Sealing
from reminders.store.database import reading
from reminders.store.queries import sender_accounts
from reminders.store.tables import SenderAccount

if TYPE_CHECKING:
    from reminders.senders.account import TwilioAccount

REMEMBERED = timedelta(days=30)
"""How long after its last text a sender that nobody uses any more is still asked for."""

FRESH = 5.0
"""Seconds for which tokens are not read again, whoever claims to sign."""

STALE = 60.0
"""Seconds after which they are, so that one that was taken away counts no more."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a clinic's account signs in with, and what Twilio signs with for it."""

    auth_token: str
    auth_token_old: str = ""
    api_key: str = ""
    api_secret: str = ""


def sealing_of(sealing: Sealing, clinic_id: int) -> Sealing:
    """Return what seals the credentials of one clinic."""
    return sealing.within(f"sender account.{clinic_id}")


def opened(account: SenderAccount, sealing: Sealing) -> Credentials | None:
    """Return the credentials; None where the operator's key was changed since."""
    its = sealing_of(sealing, account.clinic_id)
    token = its.opened(account.auth_token)
    if token is None:
        return None
    others = (account.auth_token_old, account.api_key, account.api_secret)
    return Credentials(token, *(its.opened(sealed) or "" for sealed in others))


class ClinicAccounts:
    """Every account that texts leave by."""

    def __init__(
        self,
        engine: Engine,
        sealing: Sealing,
        installation: TwilioAccount,
        clock: Callable[[], datetime],
        tokens: Iterable[str],
    ) -> None:
        """Take the database, what opens credentials, the installation's own account, the clock, and
        the tokens that may have signed for that account.
        """
        self.signing = SigningTokens(engine, sealing, installation.account_sid, tokens)
        self._clock = clock
        self._engine = engine
        self._sealing = sealing
        self._installation = installation

    def every(self, remembering: bool = False) -> dict[int | None, TwilioAccount]:  # noqa: FBT001, FBT002 (a callback)
        """Return the installation's account (None) and clinics' own by their ids, as far as their
        credentials can be opened, each with every sender that texts leave as by it; ``remembering``
        also those that they left as lately.
        """
        since = self._clock() - REMEMBERED if remembering else None
        with reading(self._engine) as session:
            rows = sender_accounts.every(session)
            senders = _senders_by_account(session, since)
        found = ((row, opened(row, self._sealing)) for row in rows)
        ours = replace(self._installation, others=frozenset(senders.get(None, ())))
        return {None: ours} | {
            row.id: self._account(row, credentials, senders.get(row.id, []))
            for row, credentials in found
            if credentials is not None
        }

    def _account(
        self, row: SenderAccount, credentials: Credentials, senders: Sequence[str]
    ) -> TwilioAccount:
        by_key = bool(credentials.api_key)
        ours = self._installation
        return replace(
            ours,
            account_sid=row.account_sid,
            username=credentials.api_key if by_key else row.account_sid,
            password=credentials.api_secret if by_key else credentials.auth_token,
            sender=next(iter(senders), ""),
            others=frozenset(senders),
            account_id=row.id,
        )


def _senders_by_account(session: Session, since: datetime | None) -> dict[int | None, list[str]]:
    """Return the senders of each account, the usual ones first, then those of other countries, and
    last what texts left as since then.
    """
    usual: dict[int | None, dict[str, None]] = {}
    clinics = sender_accounts.of_clinics(session)
    named = [clinic.senders.usual for clinic in clinics]
    named += [sender for clinic in clinics for sender in clinic.senders.every]
    for one in named:
        usual.setdefault(one.account_id, {})[one.sender] = None
    left = sender_accounts.left_as(session, since) if since else {}
    for account_id, senders in left.items():
        usual.setdefault(account_id, {}).update(dict.fromkeys(sorted(senders)))
    return {account_id: [one for one in found if one] for account_id, found in usual.items()}


class SigningTokens:
    """Whose tokens may have signed what comes in the name of an account.

    Tokens are read again at most every few seconds, so that what nobody signed costs the database
    next to nothing.
    """

    def __init__(
        self, engine: Engine, sealing: Sealing, installation: str, tokens: Iterable[str]
    ) -> None:
        """Take the database, what opens tokens, and the installation's account and tokens."""
        self._engine = engine
        self._sealing = sealing
        self._installation = installation
        self._tokens = [token for token in tokens if token]
        self._own: list[tuple[str, int, list[str]]] = []
        self.forget()

    def of(self, account_sid: str) -> Iterator[tuple[int | None, list[str]]]:
        """Return each account of this SID with its tokens; None stands for the installation's."""
        if account_sid == self._installation:
            yield None, self._tokens
        for sid, account_id, tokens in self._own:
            if sid == account_sid:
                yield account_id, tokens

    def outdated(self, account_sid: str) -> bool:
        """Say whether the tokens of this account were read too long ago."""
        ours = account_sid == self._installation and not self._own
        return not ours and time.monotonic() - self._read_at > STALE

    def forget(self) -> None:
        """Read tokens anew when next they are needed, since some were changed here."""
        self._read_at = -STALE

    def read_again(self) -> bool:
        """Read clinics' tokens anew, unless that was done a moment ago; say whether it was."""
        if time.monotonic() - self._read_at < FRESH:
            return False
        with reading(self._engine) as session:
            rows = sender_accounts.every(session)
        found = ((row, opened(row, self._sealing)) for row in rows)
        self._own = [
            (row.account_sid, row.id, [known.auth_token, known.auth_token_old])
            for row, known in found
            if known is not None
        ]
        self._read_at = time.monotonic()
        return True
