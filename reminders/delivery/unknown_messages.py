"""Find among the provider's messages those that this database does not know to have left."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from reminders.rules.decision import Skip, decide
from reminders.rules.terms import Channel, Facts, Status
from reminders.senders import ListedMessage, ListsMessages, Sender
from reminders.store.queries import reminder_facts, restore, sender_accounts
from reminders.store.queries.restore import Finding
from reminders.wording.renderer import Renderer, RenderError

CLOCKS_APART = timedelta(minutes=5)
"""How far Twilio's clock may be from ours."""

_LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Match:
    """An open reminder and the provider's message that is it, or (not ``exact``) may be."""

    reminder: Facts
    listed: ListedMessage
    exact: bool


class UnknownMessages:
    """Ask the provider what left, and pair it with what is still open here."""

    def __init__(self, renderer: Renderer, texts: Callable[[], Sender]) -> None:
        """Take the wording, and what makes the sender for texts."""
        self._renderer = renderer
        self._texts = texts
        self.unheard: set[int] = set()
        """Which clinics' own accounts did not let us in when last they were asked."""

    def listed(self, since: datetime) -> list[ListedMessage]:
        """Return what the provider says left since then (UTC). Raises ``SendError``."""

        async def ask() -> list[ListedMessage]:
            sender = self._texts()
            try:
                if not isinstance(sender, ListsMessages):
                    return []
                listed = await sender.sent_since(since - CLOCKS_APART)
                self.unheard = getattr(sender, "unheard", set())
                return listed
            finally:
                await sender.close()

        return asyncio.run(ask())

    def matches(
        self, session: Session, listed: Sequence[ListedMessage], now: datetime
    ) -> Iterator[Match]:
        """Pair what left with what is still open: by its words, links apart, or else by whose
        moment it was; never with what another clinic's account or sender would have sent.
        """
        owners = sender_accounts.owners(session)
        known = restore.known(session, [one.provider_id for one in listed])
        new = {one.provider_id: one for one in listed if one.provider_id not in known}
        contacts = {one.to for one in new.values()}
        contacts -= restore.in_doubt(session, contacts)
        waiting: dict[str, list[Facts]] = defaultdict(list)
        for one in reminder_facts.facts(session, restore.open_texts(session, contacts), now):
            waiting[str(one.contact)].append(one)
        for exact, fits in ((True, self._same_text), (False, _near_in_time)):
            for message in sorted(new.values(), key=lambda one: one.created_at):
                open_ones = waiting.get(message.to, [])
                whose = owners.of(message.account_id, message.sender, exact=exact)
                found = next(
                    (
                        one
                        for one in open_ones
                        if (whose is None or one.clinic.clinic_id in whose) and fits(one, message)
                    ),
                    None,
                )
                if found is not None:
                    open_ones.remove(found)
                    del new[message.provider_id]
                    yield Match(found, message, exact)

    def _same_text(self, one: Facts, message: ListedMessage) -> bool:
        """Compare, whether or not it said how to stop: what else was told there may be unknown, too."""
        told = replace(one, stop_told_at=message.created_at, course_begun=True)
        try:
            ways = [
                self._renderer.render(way, message.created_at, one.stale_at).text
                for way in (one, told, replace(one, stop_told_at=None))
            ]
        except RenderError:
            return False
        return _LINK.sub("", message.text) in {_LINK.sub("", way) for way in ways}


def findings(matches: Iterable[Match]) -> list[Finding]:
    """Return what matches prove: that a reminder had left, or that it may have where the words are
    others.
    """
    return [
        Finding(
            match.reminder,
            Status.ACCEPTED if match.exact else Status.UNKNOWN,
            match.listed.created_at,
            match.listed.provider_id,
            match.listed.text,
        )
        for match in matches
    ]


def unheard_texts(
    session: Session, unheard: Collection[int], until: datetime, now: datetime
) -> list[Finding]:
    """Return as unproven the texts that would have left by then (UTC) by an account that could not be
    asked: nobody knows, so they do not go by themselves.
    """
    if not unheard:
        return []
    texts = may_have_left(session, Channel.SMS, until, now)
    return [Finding(one, Status.UNKNOWN) for one in texts if one.account_id in unheard]


def may_have_left(
    session: Session, channel: Channel, until: datetime, now: datetime
) -> Iterator[Facts]:
    """Return the open messages of a channel that would have left by then (UTC)."""
    for one in reminder_facts.facts(session, restore.open_until(session, channel, until), now):
        in_time = min(now, one.stale_at - timedelta(seconds=1))
        if one.clinic.live and not isinstance(decide(one, in_time), Skip):
            yield one


def _near_in_time(one: Facts, message: ListedMessage) -> bool:
    return one.scheduled_at - CLOCKS_APART <= message.created_at < one.stale_at
