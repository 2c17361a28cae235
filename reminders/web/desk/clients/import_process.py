"""Work on a long list in a process of its own, which gives its memory back and hurts nobody else."""

from __future__ import annotations

import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from typing import Any, TypeVar

from reminders.app import App, build
from reminders.intake import arrivals
from reminders.logs import log_to
from reminders.rules.terms import InputError
from reminders.rules.translation import current_language, gettext, translated_to
from reminders.store.tables import Import
from reminders.web.desk.clients import import_work

T = TypeVar("T")

LONG = 100_000
"""Bytes of a file, or of packed cells, from which a list is long: a thousand rows or two."""

_TURNS = BoundedSemaphore(2)
"""How many long lists are worked on at once: each takes some hundred megabytes."""

_PATIENCE = 20.0
"""Seconds that a page waits for its turn."""


def is_long(intake: Import) -> bool:
    """Say whether a list is worked on in a process of its own."""
    return len(intake.cells or "") > LONG


def begin(app: App, content: bytes, *args: Any) -> int:
    """Read a file for a page, apart if it is long. Raises ``InputError``."""
    return _call(app, len(content), import_work.begin, content, *args)


def look(app: App, intake: Import, work: Callable[[App, int], T]) -> T:
    """Read a list for a page, apart if it is long. Raises ``InputError``."""
    return _call(app, len(intake.cells or ""), work, intake.id)


def _call(app: App, size: int, work: Callable[..., T], *args: Any) -> T:
    if size <= LONG:
        return work(app, *args)
    if not _TURNS.acquire(timeout=_PATIENCE):
        raise InputError(
            gettext("Other long lists are being read just now."),
            gettext("Try again in a minute."),
        )
    try:
        return _call_apart(app, work, *args)
    finally:
        _TURNS.release()


def take_in(app: App, intake: Import, who: str) -> None:
    """Take in a long list that was accepted; if that fails it is as it was before."""
    try:
        with _TURNS:
            _call_apart(app, import_work.take_in, intake.id, who)
    except InputError:
        arrivals.remove(app.engine, intake.id, app.clock())


def _call_apart(app: App, work: Callable[..., T], *args: Any) -> T:
    ended = subprocess.run(  # noqa: S603 (no shell, and nothing from outside)
        [sys.executable, "-c", f"from {__name__} import main; main()"],
        input=pickle.dumps((app.settings, app.clock(), current_language(), work, args)),
        stdout=subprocess.PIPE,
        check=False,
    )
    if ended.returncode != 0:
        raise InputError(
            gettext("This file is too large for this server."),
            gettext("Split it into smaller files."),
        )
    result: T | InputError = pickle.loads(ended.stdout)  # noqa: S301 (our own process wrote it)
    if isinstance(result, InputError):
        raise result
    return result


def main() -> None:
    """Do the work that another process asks for, and answer it."""
    answer, sys.stdout = sys.stdout.buffer, sys.stderr
    settings, told, language, work, args = pickle.load(sys.stdin.buffer)  # noqa: S301 (ours, too)
    log_to(sys.stderr, settings.log_level)
    app = build(settings, _clock_from(told))
    with translated_to(app.library.translation(language)):
        try:
            result = work(app, *args)
        except InputError as error:
            result = error
    pickle.dump(result, answer)
    app.close()


def _clock_from(told: datetime) -> Callable[[], datetime]:
    began = time.monotonic()
    return lambda: told + timedelta(seconds=time.monotonic() - began)
