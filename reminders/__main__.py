"""Load the program, and run the command that was typed: ``python -m reminders …`` or ``reminders …``."""

from __future__ import annotations

import gc


def main() -> None:
    """Load with the garbage collector off: nothing of it is garbage, and looking takes an eighth of the
    time to start.
    """
    gc.disable()
    from reminders.cli import main as run  # noqa: PLC0415 (only now)

    gc.enable()
    run()


if __name__ == "__main__":
    main()
