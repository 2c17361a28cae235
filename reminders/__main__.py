"""Let ``python -m reminders …`` do the same as ``reminders …``."""

from reminders.cli import main

main()
