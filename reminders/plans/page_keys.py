"""Create and revoke the keys that open clients' own pages; only their hashes are stored."""

from __future__ import annotations

from sqlalchemy.orm import Session

from reminders.links import Links, page_key
from reminders.store.queries import client_pages, stored_settings
from reminders.store.tables import Client

MADE_WITH = "page keys"
TOGETHER = 5000


def keys_outdated(session: Session, links: Links) -> bool:
    """Say whether some pages have no key, or a key made with another SECRET_KEY than today's."""
    return stored_settings.read(session, MADE_WITH) != _edition(links) or client_pages.is_keyless(
        session
    )


def assign_keys(session: Session, links: Links) -> bool:
    """Store keys for some pages that have none, and say whether there may be more. Messages do not
    need them, so this can wait until somebody opens a page.
    """
    if stored_settings.read(session, MADE_WITH) != _edition(links):
        client_pages.drop_keys(session)
        stored_settings.write(session, MADE_WITH, _edition(links))
    waiting = client_pages.keyless(session, TOGETHER)
    keys = [(number, page_key(links.page_token(number, edition))) for number, edition in waiting]
    client_pages.set_keys(session, keys)
    return len(waiting) == TOGETHER


def revoke_key(client: Client) -> None:
    """Revoke the address of a client's page; new messages carry a new one."""
    client.page_edition += 1
    client.page_key = None


def _edition(links: Links) -> str:
    return links.seal(MADE_WITH, "")[:16]
