"""Prepare in the background what the first visitors would wait for: pages, words and syllables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Event, Thread

import structlog

from reminders.app import App
from reminders.customisation import preview
from reminders.monitoring.doctor import samples
from reminders.rules.terms import Channel
from reminders.store.database import reading
from reminders.store.queries import people
from reminders.web.desk.responses import environment

log = structlog.get_logger()

AFTER = 5.0
"""Seconds after the start: whoever asks whether we are ready has the answer by then."""

PAUSE = 0.2
"""Seconds between two pieces, each of some hundredths: whoever comes meanwhile hardly waits."""

PAGES = (
    "layout",
    "forms",
    "macros",
    "today",
    "clients",
    "client",
    "enrol",
    "replies",
    "reports",
    "wording",
)
"""Templates of the pages that are opened most, and what those are made of."""


@contextmanager
def warming_up(app: App) -> Iterator[None]:
    """Prepare them in a thread of its own, unless the context ends before."""
    over = Event()
    thread = Thread(target=_prepare, args=[app, over], name="warm-up", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _prepare(app: App, over: Event) -> None:
    if over.wait(AFTER):
        return
    try:
        for piece in pieces(app):
            piece()
            if over.wait(PAUSE):
                return
    except Exception:
        log.exception("not warmed up")  # whoever comes first waits, as without it


def pieces(app: App) -> Iterator[Callable[[], object]]:
    """Return what to do, a little at a time: each template, and the words that “Messages” begins with
    at the first clinic.
    """
    for page in PAGES:
        yield partial(environment(app).get_template, f"desk/{page}.html")
    with reading(app.engine) as session:
        country = next((one.country for one in people.clinics(session)), "")
    library, now = app.library, app.clock()
    protocol = next(iter(library.protocols.values()))
    language = library.language(protocol.key, "en", country)
    for facts in samples(protocol, language, now):
        if facts.channel is not Channel.SMS:
            continue  # each is shown by both channels
        words = library.wording(protocol.key, language, facts.milestone)
        yield partial(preview.preview, library, app.renderer, facts, words, [], now)
