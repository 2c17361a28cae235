"""What is set once for the whole process at its start: time zones and how memory is given back."""

from __future__ import annotations

import ctypes
import gc
import zoneinfo
from contextlib import suppress
from zoneinfo import ZoneInfo

from reminders.rules.planning import plan
from reminders.rules.sending_hours import resolve


def use_packaged_zones() -> None:
    """Let the tzdata package rule instead of the machine's files, which differ from host to
    host: two workers must agree on when nine o'clock is.
    """
    if zoneinfo.TZPATH:
        zoneinfo.reset_tzpath(())
        ZoneInfo.clear_cache()
        resolve.cache_clear()
        plan.cache_clear()


def tune_garbage_collection() -> None:
    """Let the garbage collector pass over what was imported, and come a tenth as often."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def give_memory_back() -> None:
    """Let glibc give every large block back as soon as it is free. Unless told, it keeps more the
    larger they were: after a long list a quarter of what the service holds.
    """
    with suppress(AttributeError, OSError, TypeError):  # another C library keeps no such blocks
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, 256 * 1024)


_MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD of malloc.h
