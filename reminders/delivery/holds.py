"""Why a database may not send: what is suspected of it, since when, and what may be missing."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from reminders.rules.translation import gettext_noop
from reminders.store.queries import pauses, stored_settings


class Suspicion(StrEnum):
    """Why a database is suspected to be a copy, restored, or behind what was sent."""

    ELSEWHERE = "elsewhere"  # it last sent under another address
    COPY = "copy"  # a backup, put in place
    RESTORED = "restored"  # put back from a dump, or older than its witness
    BEHIND = "behind"  # the provider took what it still means to send
    FAILOVER = "failover"  # a copy that may lack the last seconds took over: it settles by itself
    FORK = "fork"  # a copy that goes on under another address, perhaps beside the original
    OLDER = "older"  # the server from before a failover answers again


PLAIN = {
    Suspicion.ELSEWHERE: gettext_noop(
        "it last sent under another address and may be a copy of a database that still sends"
    ),
    Suspicion.COPY: gettext_noop("it is a backup that was put in place"),
    Suspicion.RESTORED: gettext_noop(
        "it was restored or moved and may not know everything that was sent"
    ),
    Suspicion.BEHIND: gettext_noop(
        "Twilio has already sent texts that are still to be sent in this database"
    ),
    Suspicion.FAILOVER: gettext_noop(
        "another database server took over and may lack the last seconds, so Twilio is asked what"
        " was sent in them"
    ),
    Suspicion.FORK: gettext_noop(
        "it continues from a copy of a database, and the original may still send"
    ),
    Suspicion.OLDER: gettext_noop(
        "the database server from before a failover is answering again, and the newer one has sent"
        " since then"
    ),
}

UNTIL_ADOPTED = {Suspicion.ELSEWHERE, Suspicion.FORK, Suspicion.OLDER}
"""Another database may still send: only a person knows that it does not."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a database is held, since when, and between which moments (UTC) something may have
    left that it does not know of. ``asked`` counts how often the provider was asked since;
    ``timeline`` is where it stands, and ``repeated`` says that it may lack how an earlier failover
    was settled.
    """

    suspicion: Suspicion
    since: datetime
    known_until: datetime | None
    lost_until: datetime
    asked: int = 0
    timeline: int | None = None
    repeated: bool = False

    @property
    def why(self) -> Suspicion:
        """Return the suspicion, by its name in JSON."""
        return self.suspicion

    @classmethod
    def read(cls, session: Session, *, lock: bool = False) -> Hold | None:
        """Return why the database is held; None where it is not. With ``lock`` nobody else changes
        it until the transaction ends.
        """
        stored = stored_settings.read(session, pauses.HELD, lock=lock)
        if stored is None:
            return None
        moments = {
            name: datetime.fromisoformat(stored[name]) if stored[name] else None
            for name in ("since", "known_until", "lost_until")
        }
        return cls(**stored | moments | {"suspicion": Suspicion(stored["suspicion"])})

    def save(self, session: Session) -> None:
        """Hold the database from now on."""
        stored = {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in asdict(self).items()
        }
        stored_settings.write(session, pauses.HELD, stored)
