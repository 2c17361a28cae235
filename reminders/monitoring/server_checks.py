"""Checks of how PostgreSQL is reached and copied, and so of what a failover would lose."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Engine

from reminders.monitoring.checks import Check, Verdict
from reminders.rules.translation import gettext, gettext_noop
from reminders.store.connections import is_pooled
from reminders.store.database import reading
from reminders.store.queries import server
from reminders.store.queries.server import ServerFacts

NEARLY = 0.8
"""The share of a server's connections from which on there may soon be none left."""


def checks(engine: Engine) -> Iterator[Check]:
    """Look at the server; SQLite has none."""
    with reading(engine) as session:
        found = server.facts(session)
    if found is None:
        return
    yield _failover(found)
    if not found.history_readable:
        yield Check(
            "history",
            Verdict.WARN,
            gettext(
                "this role may not read the server's position, so a failover would not be noticed"
            ),
            gettext(
                "Ask the host to allow it: GRANT EXECUTE ON FUNCTION pg_walfile_name(pg_lsn),"
                " pg_current_wal_insert_lsn() TO the role"
            ),
        )
    yield _connections(found, pooled=is_pooled(engine))


def _failover(found: ServerFacts) -> Check:
    """Say what a failover would lose."""
    if found.waits_for_copy:
        said = gettext("every commit waits for a copy of the server, so a failover loses nothing")
    elif found.copies:
        said = gettext(
            "copied with a delay (%(n)s seen), so a failover loses the last seconds. It is"
            " noticed and resolved by Twilio's list",
            n=found.copies,
        )
    elif found.copies is None:
        said = gettext(
            "copies of the server: this role may not see any. If the host fails over to one, what it"
            " lacks is resolved by Twilio's list"
        )
    else:
        said = gettext(
            "copies of the server: none seen. If the host fails over to one, what it lacks is"
            " resolved by Twilio's list"
        )
    return Check("failover", Verdict.PASS, said)


def _connections(found: ServerFacts, *, pooled: bool) -> Check:
    by_pooler = gettext_noop("%(n)s of %(allowed)s, through a pooler")
    directly = gettext_noop("%(n)s of %(allowed)s, directly")
    counts = {"n": found.connections, "allowed": found.connections_allowed}
    said = gettext(by_pooler if pooled else directly, **counts)
    if found.connections < NEARLY * found.connections_allowed:
        return Check("connections", Verdict.PASS, said)
    mend = gettext("Lower DATABASE_CONNECTIONS_WEB, run fewer processes, or use the host's pooler.")
    return Check("connections", Verdict.WARN, said, mend)
