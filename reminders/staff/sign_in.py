"""Sign staff in by password and code, with delays after failed attempts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy.orm import Session

from reminders.rules.roles import Role
from reminders.rules.translation import gettext_noop
from reminders.staff import credentials
from reminders.staff.credentials import Sealer
from reminders.store.queries import staff as queries
from reminders.store.queries.audit import record
from reminders.store.tables import SignIn, Staff

FREE = 4
"""Failed tries before each further one has to wait."""

LONGEST = timedelta(minutes=5)
FORGET = timedelta(hours=1)
"""After which failed tries are forgotten."""


class Wait(Exception):  # noqa: N818 (nobody's fault)
    """The next try has to wait: ``seconds``."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"{seconds} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class SignInRequest:
    """An attempt to sign in: the network address, the account, and whether this browser has signed
    in to that account before.

    A known browser has a count of its own, so that strangers who keep trying an account do not slow
    down its owner.
    """

    address: str
    email: str
    known: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """Return what failed tries are counted under."""
        account = f"known {self.known}" if self.known else f"account {self.email}"
        kinds = (f"address {self.address}", account)
        return tuple(sha256(kind.encode()).hexdigest() for kind in kinds)


def must_wait(session: Session, door: SignInRequest, now: datetime) -> None:
    """Raise ``Wait`` after too many failed attempts."""
    known = (queries.sign_in_attempt(session, key) for key in door.keys)
    until = max((attempt.next_at for attempt in known if attempt), default=now)
    if until > now:
        raise Wait(int((until - now).total_seconds()) + 1)


def failed(session: Session, door: SignInRequest, now: datetime) -> None:
    """Count a failed attempt; each beyond the first few doubles the wait."""
    for key in door.keys:
        before = queries.sign_in_attempt(session, key)
        fresh = before is None or now - before.next_at > FORGET
        failures = 1 if before is None or fresh else before.failures + 1
        wait = min(LONGEST, timedelta(seconds=2 ** min(failures - FREE, 10)))
        queries.count_failed_attempt(
            session, key, failures, now + (wait if failures > FREE else timedelta())
        )


def with_password(
    session: Session, door: SignInRequest, password: str, browser: str, now: datetime
) -> tuple[SignIn, str] | None:
    """Return a new sign-in and its token, or None where address or password is wrong.

    The sign-in is complete only where the account has no second step and needs none.
    """
    must_wait(session, door, now)
    staff = queries.by_email(session, door.email)
    right = credentials.right_password(staff.password_hash if staff else None, password)
    belongs = queries.memberships(session, staff.id) if staff and right else []
    if staff is None or not belongs or staff.disabled_at is not None:
        failed(session, door, now)
        return None
    if credentials.HASHER.check_needs_rehash(staff.password_hash or ""):
        staff.password_hash = credentials.HASHER.hash(password)
    for key in door.keys:
        queries.clear_attempts(session, key)
    return begin(session, staff, belongs[0][0].clinic_id, browser, now)


def begin(
    session: Session, staff: Staff, clinic_id: int, browser: str, now: datetime
) -> tuple[SignIn, str]:
    """Open a sign-in for somebody whose password, or one-time link, was right."""
    token = credentials.new_token()
    sign_in = SignIn(
        staff_id=staff.id,
        clinic_id=clinic_id,
        token_hash=credentials.hash_token(token),
        browser=browser[:80],
        created_at=now,
        seen_at=now,
        proven_at=None if needs_code(session, staff) else now,
    )
    session.add(sign_in)
    session.flush()
    if sign_in.proven_at:
        record(session, clinic_id, staff.email, gettext_noop("signed in"), Staff, staff.id, now)
    queries.forget_sign_ins(session, now - timedelta(days=30))
    return sign_in, token


def needs_code(session: Session, staff: Staff) -> bool:
    """Say whether a password alone is not enough: it never is for an owner."""
    owns = any(m.role is Role.OWNER for m, _ in queries.memberships(session, staff.id))
    return owns or staff.totp_secret is not None


def with_code(
    session: Session, lock: Sealer, sign_in: SignIn, code: str, door: SignInRequest, now: datetime
) -> str | None:
    """Prove a sign-in by the app's code or one from the paper list, and return its new token;
    None where the code is wrong or was used.
    """
    must_wait(session, door, now)
    staff = queries.by_id(session, sign_in.staff_id)
    if staff is None or staff.totp_secret is None:
        return None
    step = credentials.totp_step(lock.unseal(staff.totp_secret) or "", code, now, staff.totp_step)
    if step is None and not _spare(staff, code):
        failed(session, door, now)
        return None
    staff.totp_step = step or staff.totp_step
    return _prove(session, staff, sign_in, now)


def _spare(staff: Staff, code: str) -> bool:
    kept = staff.recovery_codes.split()
    typed = credentials.hash_token(code.strip().lower())
    if typed not in kept:
        return False
    staff.recovery_codes = " ".join(one for one in kept if one != typed)
    return True


def set_up_code(
    session: Session, lock: Sealer, sign_in: SignIn, seed: str, code: str, now: datetime
) -> tuple[str, list[str]] | None:
    """Begin a second step, once the app shows the right code; return the sign-in's new token
    and the paper list. None where the code is wrong, or there is a second step already.
    """
    staff = queries.by_id(session, sign_in.staff_id)
    step = credentials.totp_step(seed, code, now, 0)
    if staff is None or step is None or (staff.totp_secret and sign_in.proven_at is None):
        return None
    spare = credentials.recovery_codes()
    staff.totp_secret, staff.totp_step = lock.seal(seed), step
    staff.recovery_codes = " ".join(credentials.hash_token(one) for one in spare)
    queries.end_all(session, staff.id, now, keep=sign_in.id)
    record(
        session,
        sign_in.clinic_id,
        staff.email,
        gettext_noop("set up two-step sign-in"),
        Staff,
        staff.id,
        now,
    )
    return _prove(session, staff, sign_in, now), spare


def _prove(session: Session, staff: Staff, sign_in: SignIn, now: datetime) -> str:
    """Change the token as what it opens changes (ASVS 5.0, 7.2.4)."""
    token = credentials.new_token()
    sign_in.token_hash, sign_in.proven_at, sign_in.seen_at = credentials.hash_token(token), now, now
    record(session, sign_in.clinic_id, staff.email, gettext_noop("signed in"), Staff, staff.id, now)
    return token
