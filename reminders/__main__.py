"""Let ``python -m reminders …`` mean ``reminders …``."""

from reminders.cli import main

main()
