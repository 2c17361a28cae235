"""Read one calendar file, in a process that this module is run as, and write its events as JSON lines.

``python -m reminders.calendars.reader ZONE SINCE UNTIL <file >events`` ends with 0 and a last line
about the file as a whole, or as ``confinement`` has it and with what is wrong as the one line.
"""

from __future__ import annotations

import json
import sys
import zoneinfo
from dataclasses import asdict
from datetime import datetime
from typing import Any, BinaryIO

from reminders.calendars.parsing import Reading
from reminders.calendars.sifting import text_of
from reminders.calendars.terms import LARGEST, LIMITS, MOST_EVENTS, damaged, too_large
from reminders.confinement import run_confined


def main() -> int:
    """Read what stands at the standard input."""
    return run_confined(_read, LIMITS, damaged, too_large)


def _read(file: BinaryIO, out: BinaryIO) -> None:
    zoneinfo.reset_tzpath(())  # the package's zones rule here as everywhere
    zone, since, until = sys.argv[1:4]
    file.seek(0)
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise too_large()
    reading = Reading(
        zoneinfo.ZoneInfo(zone), (datetime.fromisoformat(since), datetime.fromisoformat(until))
    )
    for count, event in enumerate(reading.events(text_of(content))):
        if count >= MOST_EVENTS:
            raise too_large()
        _write(asdict(event), out)
    whole = {"name": reading.name, "total": reading.total, "unreadable": reading.unreadable}
    _write(whole, out)


def _write(said: dict[str, Any], out: BinaryIO) -> None:
    out.write(json.dumps(said, default=datetime.isoformat, ensure_ascii=True).encode() + b"\n")


if __name__ == "__main__":
    sys.exit(main())
